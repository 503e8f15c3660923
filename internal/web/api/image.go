package api

import (
	"net/http"
	"slices"

	"floresya/internal/fault"
	"floresya/internal/shop/catalog"
	"floresya/internal/web"
)

// Image is one file of a product's picture.
type Image struct {
	ID        int     `json:"id"`
	ProductID int     `json:"product_id"`
	URL       string  `json:"url"`
	Size      string  `json:"size"`
	Index     int     `json:"image_index"`
	Primary   bool    `json:"is_primary"`
	Hash      string  `json:"file_hash"`
	MIME      string  `json:"mime_type"`
	CreatedAt instant `json:"created_at"`
	UpdatedAt instant `json:"updated_at"`
	Active    bool    `json:"active"`
}

func imagesOf(list []catalog.Image) []Image {
	out := make([]Image, len(list))
	for i, m := range list {
		out[i] = Image{m.ID, m.ProductID, m.URL, m.Size, m.Index, m.Primary, m.Hash, m.MIME, instant(m.CreatedAt),
			instant(m.UpdatedAt), m.Active}
	}
	return out
}

// imagesOfProduct lists the files of a product that the caller may see.
func (a *API) imagesOfProduct(r *http.Request) ([]catalog.Image, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
	list, err := a.Catalog.Images(r.Context(), id)
	if err != nil || len(list) > 0 && admin(r.Context()) {
		return list, err
	}
	_, err = a.Catalog.Product(r.Context(), id, admin(r.Context())) // its pictures may not be seen either
	return list, err
}

func (a *API) listImages(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	size := q.oneOf("size", "thumb", "small", "medium", "large")
	limit := q.number(1, 100, 0, "limit")
	if err := q.Err(); err != nil {
		return err
	}
	list, err := a.imagesOfProduct(r)
	if err != nil {
		return err
	}
	if size != "" {
		list = slices.DeleteFunc(list, func(m catalog.Image) bool { return m.Size != size })
	}
	if limit > 0 && size == "" {
		primaryFirst(list) // limit=1 is what the home page shows on its card
	}
	if limit > 0 && limit < len(list) {
		list = list[:limit]
	}
	return web.JSON(w, http.StatusOK, imagesOf(list), "Images retrieved successfully")
}

func (a *API) primaryImage(w http.ResponseWriter, r *http.Request) error {
	list, err := a.imagesOfProduct(r)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.NotFoundf("The requested image was not found.")
	}
	primaryFirst(list)
	return web.JSON(w, http.StatusOK, imagesOf(list[:1])[0], "Image retrieved successfully")
}

// primaryFirst puts the picture that stands for the product first: the primary one, else the first medium one.
func primaryFirst(list []catalog.Image) {
	rank := func(m catalog.Image) int {
		switch {
		case m.Primary:
			return 0
		case m.Size == "medium":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b catalog.Image) int { return rank(a) - rank(b) })
}

// pathIndex is the picture that the path names.
func pathIndex(r *http.Request) (product, index int, err error) {
	if product, err = pathID(r, "id"); err != nil {
		return 0, 0, err
	}
	if index, err = pathID(r, "imageIndex"); err == nil && index > catalog.ImagesPerProduct {
		err = fault.Invalidf("imageIndex", "imageIndex: must be from 1 to %d", catalog.ImagesPerProduct)
	}
	return product, index, err
}

// RemovedImages says how many files a picture had.
type RemovedImages struct {
	Deleted int `json:"deleted_count"`
}

func (a *API) removeImage(w http.ResponseWriter, r *http.Request) error {
	product, index, err := pathIndex(r)
	if err != nil {
		return err
	}
	n, err := a.Catalog.RemoveImages(r.Context(), product, index)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, RemovedImages{n}, "Images deleted successfully")
}

func (a *API) setPrimaryImage(w http.ResponseWriter, r *http.Request) error {
	product, index, err := pathIndex(r)
	if err != nil {
		return err
	}
	if err := a.Catalog.SetPrimary(r.Context(), product, index); err != nil {
		return err
	}
	return a.primaryImage(w, r)
}
