package catalog

import (
	"context"
	"encoding/hex"
	"slices"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
)

// NewImage is one picture of a product in its sizes, already in storage.
type NewImage struct {
	Index   int // 1..5
	Primary bool
	Files   []NewFile // one to four, each size once
}

// NewFile is one stored file of a picture.
type NewFile struct{ Size, URL, Hash, MIME string }

// Sizes are the sizes of a picture, smallest first: squares of 150, 300, 600 and 1200 pixels.
func Sizes() []string { return []string{"thumb", "small", "medium", "large"} }

func (n NewImage) check(c *fault.Checker) {
	c.Check(n.Index >= 1 && n.Index <= ImagesPerProduct, "image_index", "image_index: 1 to %d", ImagesPerProduct)
	c.Check(len(n.Files) >= 1 && len(n.Files) <= len(Sizes()), "images", "images: 1 to %d", len(Sizes()))
	seen := map[string]bool{}
	for _, f := range n.Files {
		c.Check(slices.Contains(Sizes(), f.Size), "size", "size: thumb, small, medium or large")
		c.Check(!seen[f.Size], "size", "size: %q is there twice", f.Size)
		seen[f.Size] = true
		c.Check(f.URL != "", "url", "url: required")
		address(c, "url", f.URL)
		_, err := hex.DecodeString(f.Hash)
		c.Check(err == nil && len(f.Hash) == 64, "file_hash", "file_hash: 64 hexadecimal digits")
		c.Check(slices.Contains([]string{"image/webp", "image/jpeg", "image/jpg", "image/png", "image/gif", "image/svg+xml"}, f.MIME),
			"mime_type", "mime_type: a type of picture")
	}
}

// event is the picture's with row ids for its files.
func (n NewImage) event(product int, ids []int) *ImagesAdded {
	e := &ImagesAdded{ProductID: product, Index: n.Index, Primary: n.Primary}
	for i, f := range n.Files {
		e.Files = append(e.Files, File{ID: ids[i], Size: f.Size, URL: f.URL, Hash: f.Hash, MIME: f.MIME})
	}
	return e
}

func imageTaken() *fault.Error {
	return fault.New(fault.Conflict, "image_taken", "The product has a picture with this index.")
}

// AddImages adds a picture at a free index; a taken one is a Conflict. Files are in storage before.
func (c *Catalog) AddImages(ctx context.Context, id int, n NewImage) ([]Image, error) {
	var check fault.Checker
	n.check(&check)
	if err := check.Err(); err != nil {
		return nil, err
	}
	ids, err := c.ids.Images.Next(ctx, len(n.Files))
	if err != nil {
		return nil, err
	}
	_, err = idempotency.Execute(ctx, c.log, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, int, error) {
		p, have, err := lockImages(ctx, tx, id)
		if err != nil {
			return nil, 0, err
		}
		if slices.ContainsFunc(have, func(i Image) bool { return i.Index == n.Index }) {
			return nil, 0, imageTaken().With("image_index", n.Index)
		}
		return following(productStream(id), p.Version, []any{n.event(id, ids)}), id, nil
	})
	if err != nil {
		return nil, refused(err)
	}
	all, err := c.Images(ctx, id)
	return slices.DeleteFunc(all, func(i Image) bool { return i.Index != n.Index }), err
}

// RemoveImages takes a picture away in all sizes and returns how many files that were; none is NotFound. If it was the
// primary one, the lowest index that remains becomes it.
func (c *Catalog) RemoveImages(ctx context.Context, id, index int) (int, error) {
	removed := 0
	_, err := c.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		p, have, err := lockImages(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		e := &ImagesRemoved{ProductID: id, Index: index}
		removed = 0
		primary := false
		for _, i := range have {
			if i.Index == index {
				removed++
				primary = primary || i.Primary
			} else if e.Primary == 0 {
				e.Primary = i.Index
			}
		}
		if removed == 0 {
			return nil, imageNotFound(index)
		}
		if !primary {
			e.Primary = 0
		}
		return following(productStream(id), p.Version, []any{e}), nil
	})
	return removed, refused(err)
}

// SetPrimary puts a picture before all others.
func (c *Catalog) SetPrimary(ctx context.Context, id, index int) error {
	_, err := c.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		p, have, err := lockImages(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(have, func(i Image) bool { return i.Index == index }) {
			return nil, imageNotFound(index)
		}
		return following(productStream(id), p.Version, []any{&ImagePrimarySet{id, index}}), nil
	})
	return refused(err)
}

func imageNotFound(index int) error {
	return fault.NotFoundf("The requested image was not found.").With("resource", "Image").With("image_index", index)
}

// lockImages locks the product, which is what changes of its pictures wait for, and reads them.
func lockImages(ctx context.Context, tx *event.Tx, id int) (Product, []Image, error) {
	list, err := lock(ctx, tx, id)
	if err != nil {
		return Product{}, nil, err
	}
	if len(list) == 0 {
		return Product{}, nil, productNotFound("id", id)
	}
	have, err := images(ctx, tx, id)
	return list[0], have, err
}
