package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"floresya/internal/fault"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/picture"
	"floresya/internal/storage"
	"floresya/internal/web"
)

// Pictures keeps files of pictures under their content.
type Pictures interface {
	Put(ctx context.Context, r io.Reader, mime string) (storage.Object, error)
}

// Cutter cuts a photograph into the shop's four squares.
type Cutter interface {
	Variants(ctx context.Context, original []byte) ([4]picture.Variant, error)
}

// The most bytes of a photograph, and of the form around it.
const (
	maxPicture  = 4 << 20
	pictureBody = maxPicture + 64<<10
)

// addImage takes a photograph as a form, or, from importers, addresses of files that lie elsewhere as JSON.
func (a *API) addImage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	var n catalog.NewImage
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		n, err = a.photograph(r, id)
		if err != nil {
			return err
		}
	} else {
		in, err := decode[imagesIn](r)
		if err != nil {
			return err
		}
		n = in.image()
	}
	added, err := a.Catalog.AddImages(r.Context(), id, n)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, imagesOf(added), "Images created successfully")
}

// imagesIn is a picture whose files are stored already.
type imagesIn struct {
	Index   int      `json:"image_index" minimum:"1" maximum:"5"`
	Primary bool     `json:"is_primary,omitzero"`
	Images  []fileIn `json:"images" minItems:"1" maxItems:"4"`
}

type fileIn struct {
	Size string `json:"size" enum:"thumb,small,medium,large"`
	URL  string `json:"url" maxLength:"500"`
	Hash string `json:"file_hash" minLength:"64" maxLength:"64"`
	MIME string `json:"mime_type,omitzero"`
}

func (in *imagesIn) image() catalog.NewImage {
	n := catalog.NewImage{Index: in.Index, Primary: in.Primary}
	for _, f := range in.Images {
		if f.MIME == "" {
			f.MIME = picture.WebP
		}
		n.Files = append(n.Files, catalog.NewFile(f))
	}
	return n
}

// photograph reads the form and keeps the four squares of its picture. The product must be there: cutting takes a second.
func (a *API) photograph(r *http.Request, product int) (n catalog.NewImage, err error) {
	if err := r.ParseMultipartForm(pictureBody); err != nil {
		return n, fault.New(fault.Invalid, "bad_form", "The form cannot be read.").Because(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // nothing is on the disk: the body fits into memory
	var c fault.Checker
	n.Index, err = strconv.Atoi(r.PostFormValue("image_index"))
	c.Check(err == nil && n.Index >= 1 && n.Index <= catalog.ImagesPerProduct, "image_index", "image_index: must be from 1 to %d", catalog.ImagesPerProduct)
	primary := r.PostFormValue("is_primary")
	n.Primary = primary == "true"
	c.Check(primary == "" || primary == "true" || primary == "false", "is_primary", "is_primary: must be true or false")
	files := r.MultipartForm.File["image"]
	c.Check(len(files) == 1, "image", "image: one file is required")
	if err := c.Err(); err != nil {
		return n, err
	}
	original, err := content(files[0])
	if err != nil {
		return n, err
	}
	if _, err := a.Catalog.Product(r.Context(), product, true); err != nil {
		return n, err
	}
	n.Files, err = a.cut(r.Context(), original)
	return n, err
}

func content(file *multipart.FileHeader) ([]byte, error) {
	if file.Size > maxPicture {
		return nil, fault.New(fault.TooLarge, "too_large", "The picture may have at most %d MB.", maxPicture>>20)
	}
	f, err := file.Open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "bad_form", "The form cannot be read.").Because(err)
	}
	defer f.Close()
	return io.ReadAll(f)
}

// cut keeps the squares of a photograph; all carry the hash of the original.
func (a *API) cut(ctx context.Context, original []byte) ([]catalog.NewFile, error) {
	variants, err := a.Cutter.Variants(ctx, original)
	switch {
	case errors.Is(err, picture.ErrFormat):
		f := fault.Invalidf("image", "image: must be a JPEG, PNG or WebP picture").Because(err)
		f.Code = "file_type"
		return nil, f
	case errors.Is(err, picture.ErrSmall), errors.Is(err, picture.ErrPixels), errors.Is(err, picture.ErrBroken):
		return nil, fault.Invalidf("image", "image: must be whole, at least %d pixels wide and high, and of 40 megapixels at most",
			picture.MinSide).Because(err)
	case err != nil:
		return nil, err
	}
	sum := sha256.Sum256(original)
	files := make([]catalog.NewFile, len(variants))
	for i, v := range variants {
		o, err := a.Pictures.Put(ctx, bytes.NewReader(v.Data), picture.WebP)
		if err != nil {
			return nil, fault.New(fault.Unavailable, "pictures_unavailable", "The picture cannot be kept at the moment.").Because(err)
		}
		files[i] = catalog.NewFile{Size: v.Size, URL: "/media/" + o.Key, Hash: hex.EncodeToString(sum[:]), MIME: o.MIME}
	}
	return files, nil
}
