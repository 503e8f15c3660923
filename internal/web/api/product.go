package api

import (
	"context"
	"net/http"
	"slices"

	"floresya/internal/security/identity"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/money"
	"floresya/internal/web"
)

// Product is the contract's product.
type Product struct {
	ID            int       `json:"id"`
	Name          string    `json:"name"`
	Summary       text      `json:"summary"`
	Description   text      `json:"description"`
	PriceUSD      money.USD `json:"price_usd"`
	PriceVES      bolivares `json:"price_ves"`
	Stock         int       `json:"stock"`
	SKU           text      `json:"sku"`
	Active        bool      `json:"active"`
	Featured      bool      `json:"featured"`
	CarouselOrder number    `json:"carousel_order"`
	CreatedAt     instant   `json:"created_at"`
	UpdatedAt     instant   `json:"updated_at"`
	// Only the size that was asked for.
	ImageThumb  *text `json:"image_url_thumb,omitzero"`
	ImageSmall  *text `json:"image_url_small,omitzero"`
	ImageMedium *text `json:"image_url_medium,omitzero"`
	ImageLarge  *text `json:"image_url_large,omitzero"`
	// Only on one product without imageSize; only on products with occasions.
	Images           []Image        `json:"product_images,omitzero"`
	Occasions        []Occasion     `json:"occasions,omitzero"`
	ProductOccasions []OccasionLink `json:"product_occasions,omitzero"`
}

// OccasionLink ties a product to an occasion as the legacy database answered it.
type OccasionLink struct {
	OccasionID int      `json:"occasion_id"`
	Occasions  Occasion `json:"occasions"`
}

func productOf(p *catalog.Product, sizes ...string) Product {
	v := Product{ID: p.ID, Name: p.Name, Summary: text(p.Summary), Description: text(p.Description), PriceUSD: p.PriceUSD,
		Stock: p.Stock, SKU: text(p.SKU), Active: p.Active, Featured: p.Featured, CarouselOrder: number(p.CarouselOrder),
		CreatedAt: instant(p.CreatedAt), UpdatedAt: instant(p.UpdatedAt), PriceVES: bolivares(p.PriceVES)}
	for _, size := range sizes {
		switch size {
		case "thumb":
			v.ImageThumb = new(text(p.Images.Thumb))
		case "small":
			v.ImageSmall = new(text(p.Images.Small))
		case "medium":
			v.ImageMedium = new(text(p.Images.Medium))
		case "large":
			v.ImageLarge = new(text(p.Images.Large))
		}
	}
	return v
}

func productsOf(list []catalog.Product, sizes ...string) []Product {
	out := make([]Product, len(list))
	for i := range list {
		out[i] = productOf(&list[i], sizes...)
	}
	return out
}

// admin reports whether the caller may see what the shop does not show.
func admin(ctx context.Context) bool { return identity.FromContext(ctx).Admin() }

// size is the picture size asked for, or none.
func (q *query) size() []string {
	switch v := q.oneOf("imageSize", "thumb", "thumbnail", "small", "medium", "large"); v {
	case "":
		return nil
	case "thumbnail":
		return []string{"thumb"}
	default:
		return []string{v}
	}
}

var sorts = []catalog.Sort{catalog.SortPriceAsc, catalog.SortPriceDesc, catalog.SortNameAsc, catalog.SortNameDesc,
	catalog.SortCarousel, catalog.SortStockAsc, catalog.SortStockDesc}

// sort reads an order; the legacy names of "newest" and unknown ones are the default.
func (q *query) sort() catalog.Sort {
	if s := catalog.Sort(q.text(50, "sortBy", "sort")); slices.Contains(sorts, s) {
		return s
	}
	return catalog.SortNewest
}

func (a *API) listProducts(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	f := catalog.Filter{Search: q.text(255, "search"), Occasion: q.text(100, "occasion"), SKU: q.text(255, "sku"),
		PriceMin: q.usd("price_min"), PriceMax: q.usd("price_max"), Featured: q.flag("featured"), Sort: q.sort()}
	f.Limit, f.Offset = q.page(catalog.MaxLimit)
	sizes := q.size()
	f.IncludeInactive = q.is("includeInactive", "includeDeactivated") && admin(r.Context())
	if err := q.Err(); err != nil {
		return err
	}
	list, err := a.Catalog.List(r.Context(), f)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, productList(productsOf(list, sizes...)), "Products retrieved successfully")
}

func (a *API) carousel(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Catalog.Carousel(r.Context())
	if err != nil {
		return err
	}
	out := productsOf(list, "small", "thumb")
	return web.JSON(w, http.StatusOK, out, "Products retrieved successfully")
}

func (a *API) productsByOccasion(w http.ResponseWriter, r *http.Request) error {
	occasion, err := pathID(r, "occasionId")
	if err != nil {
		return err
	}
	q := queryOf(r)
	limit, sizes := min(q.number(0, maxID, 0, "limit"), catalog.MaxLimit), q.size()
	if err := q.Err(); err != nil {
		return err
	}
	list, err := a.Catalog.ByOccasion(r.Context(), occasion, limit, admin(r.Context()))
	if err != nil {
		return err
	}
	out := productsOf(list, sizes...)
	return web.JSON(w, http.StatusOK, out, "Products retrieved successfully")
}

func (a *API) productBySKU(w http.ResponseWriter, r *http.Request) error {
	sku, err := pathText(r, "sku", 255)
	if err != nil {
		return err
	}
	p, err := a.Catalog.BySKU(r.Context(), sku)
	if err != nil {
		return err
	}
	return a.answerProduct(w, r, http.StatusOK, p.ID, false, "Product retrieved successfully")
}

func (a *API) product(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	q := queryOf(r)
	sizes := q.size()
	if err := q.Err(); err != nil {
		return err
	}
	if sizes == nil {
		return a.answerProduct(w, r, http.StatusOK, id, admin(r.Context()), "Product retrieved successfully")
	}
	p, err := a.Catalog.Product(r.Context(), id, admin(r.Context()))
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, productOf(&p, sizes...), "Product retrieved successfully")
}

// answerProduct answers with a product and its pictures.
func (a *API) answerProduct(w http.ResponseWriter, r *http.Request, status, id int, inactive bool, message string) error {
	p, images, err := a.Catalog.Page(r.Context(), id, inactive)
	if err != nil {
		return err
	}
	out := productOf(&p)
	out.Images = imagesOf(images)
	return web.JSON(w, status, &out, message)
}

func (a *API) productsWithOccasions(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	one := q.number(1, maxID, 0, "productId")
	limit, offset := q.page(catalog.MaxLimit)
	if err := q.Err(); err != nil {
		return err
	}
	if one != 0 {
		out, err := a.productWithOccasions(r.Context(), one, admin(r.Context()))
		if err != nil {
			return err
		}
		return web.JSON(w, http.StatusOK, out, "Product retrieved successfully")
	}
	if limit == 0 {
		limit = 50
	}
	list, err := a.Catalog.List(r.Context(), catalog.Filter{Limit: limit, Offset: offset})
	if err != nil {
		return err
	}
	out := productsOf(list)
	if err := a.addOccasions(r.Context(), out); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out, "Products retrieved successfully")
}

func (a *API) productWithOccasions(ctx context.Context, id int, inactive bool) (Product, error) {
	p, err := a.Catalog.Product(ctx, id, inactive)
	if err != nil {
		return Product{}, err
	}
	out := productsOf([]catalog.Product{p})
	err = a.addOccasions(ctx, out)
	return out[0], err
}

func (a *API) addOccasions(ctx context.Context, list []Product) error {
	ids := make([]int, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	of, err := a.Catalog.ProductOccasions(ctx, ids)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		p.Occasions = occasionsOf(of[p.ID])
		p.ProductOccasions = make([]OccasionLink, len(p.Occasions))
		for j, o := range p.Occasions {
			p.ProductOccasions[j] = OccasionLink{o.ID, o}
		}
	}
	return nil
}

func (a *API) occasionsOfProduct(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	out, err := a.productWithOccasions(r.Context(), id, admin(r.Context()))
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out.Occasions, "Occasions retrieved successfully")
}
