package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/fault"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/money"
	"floresya/internal/web"
)

// productFields are what an administrator sends of a product. The price in bolívares follows from the rate of the day;
// what is sent of it is only looked at for its type.
type productFields struct {
	ID            *id            `json:"id,omitzero"`
	Name          opt[string]    `json:"name,omitzero"`
	Summary       opt[string]    `json:"summary,omitzero"`
	Description   opt[string]    `json:"description,omitzero"`
	PriceUSD      opt[money.USD] `json:"price_usd,omitzero"`
	PriceVES      *money.VES     `json:"price_ves,omitzero"`
	Stock         opt[int]       `json:"stock,omitzero"`
	SKU           opt[string]    `json:"sku,omitzero"`
	Featured      opt[bool]      `json:"featured,omitzero"`
	CarouselOrder opt[int]       `json:"carousel_order,omitzero"`
	Active        opt[bool]      `json:"active,omitzero"`
	NameEN        opt[string]    `json:"name_en,omitzero"`
	SummaryEN     opt[string]    `json:"summary_en,omitzero"`
	DescriptionEN opt[string]    `json:"description_en,omitzero"`
}

// refuseNulls: these columns have no "none".
func (f *productFields) refuseNulls() error {
	var c fault.Checker
	for _, field := range []struct {
		null bool
		name string
	}{{f.Name.Null, "name"}, {f.PriceUSD.Null, "price_usd"}, {f.Stock.Null, "stock"}, {f.Featured.Null, "featured"},
		{f.Active.Null, "active"}} {
		c.Check(!field.null, field.name, "%s: must not be null", field.name)
	}
	return c.Err()
}

func (f *productFields) newProduct(occasions []id) catalog.NewProduct {
	n := catalog.NewProduct{Stock: f.Stock.Value, Featured: f.Featured.Value, Inactive: f.Active.Set && !f.Active.Value,
		Occasions: ints(occasions)}
	n.Name, n.Summary, n.Description, n.SKU = f.Name.Value, f.Summary.Value, f.Description.Value, f.SKU.Value
	n.NameEN, n.SummaryEN, n.DescriptionEN = f.NameEN.Value, f.SummaryEN.Value, f.DescriptionEN.Value
	n.PriceUSD, n.CarouselOrder = f.PriceUSD.Value, f.CarouselOrder.Value
	return n
}

func (f *productFields) change() catalog.ProductChange {
	return catalog.ProductChange{Name: f.Name.pointer(), NameEN: f.NameEN.pointer(), Summary: f.Summary.pointer(),
		SummaryEN: f.SummaryEN.pointer(), Description: f.Description.pointer(), DescriptionEN: f.DescriptionEN.pointer(),
		SKU: f.SKU.pointer(), PriceUSD: f.PriceUSD.pointer(), Stock: f.Stock.pointer(), Featured: f.Featured.pointer(),
		CarouselOrder: f.CarouselOrder.pointer(), Active: f.Active.pointer()}
}

// productIn is a product, flat or in "product", with its occasions.
type productIn struct {
	Product   *productFields `json:"product,omitzero"`
	Flat      productFields  `json:",embed"`
	Occasions *[]id          `json:"occasionIds,omitzero"`
	Alias     *[]id          `json:"occasion_ids,omitzero"`
}

// Schema describes it in the OpenAPI document.
func (productIn) Schema(r huma.Registry) *huma.Schema {
	fields := r.Schema(reflect.TypeFor[productFields](), true, "")
	ids := r.Schema(reflect.TypeFor[[]id](), true, "")
	return &huma.Schema{AnyOf: []*huma.Schema{fields, {Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{"product": fields, "occasionIds": ids, "occasion_ids": ids}}}}
}

func (in *productIn) fields() *productFields {
	if in.Product != nil {
		return in.Product
	}
	return &in.Flat
}

// occasions are those named, and whether any list was.
func (in *productIn) occasions() ([]id, bool) {
	switch {
	case in.Occasions != nil:
		return *in.Occasions, true
	case in.Alias != nil:
		return *in.Alias, true
	}
	return nil, false
}

func ints(ids []id) []int {
	out := make([]int, len(ids))
	for i, n := range ids {
		out[i] = int(n)
	}
	return out
}

func (a *API) createProduct(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[productIn](r)
	if err != nil {
		return err
	}
	occasions, _ := in.occasions()
	return a.create(w, r, in.fields(), occasions)
}

func (a *API) create(w http.ResponseWriter, r *http.Request, f *productFields, occasions []id) error {
	if err := f.refuseNulls(); err != nil {
		return err
	}
	id, err := a.Catalog.Create(r.Context(), f.newProduct(occasions))
	if err != nil {
		return err
	}
	p, err := a.Catalog.Created(r.Context(), id)
	if err != nil {
		return err
	}
	out := productOf(&p)
	out.Images = imagesOf(nil)
	return web.JSON(w, http.StatusCreated, &out, "Product created successfully")
}

// createWithOccasions creates, or, when the product has an id, ties an existing one to exactly these occasions: that is
// what the pages use it for.
func (a *API) createWithOccasions(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[productIn](r)
	if err != nil {
		return err
	}
	f := in.fields()
	occasions, _ := in.occasions()
	if f.ID == nil {
		return a.create(w, r, f, occasions)
	}
	if err := a.Catalog.SetOccasions(r.Context(), int(*f.ID), ints(occasions)); err != nil {
		return err
	}
	out, err := a.productWithOccasions(r.Context(), int(*f.ID), true)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, out, "Product occasions updated successfully")
}

// changing decodes a body, runs a command on the product of the path, and answers with the product.
func changing[T any](a *API, message string, command func(context.Context, int, T) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		in, err := decode[T](r)
		if err != nil {
			return err
		}
		if err := command(r.Context(), id, in); err != nil {
			return err
		}
		return a.answerProduct(w, r, http.StatusOK, id, true, message)
	}
}

func (a *API) changeProduct(ctx context.Context, id int, in productFields) error {
	if err := in.refuseNulls(); err != nil {
		return err
	}
	ch := in.change()
	if ch == (catalog.ProductChange{}) {
		return errEmpty()
	}
	return a.Catalog.Update(ctx, id, ch)
}

type stockIn struct {
	Quantity *int `json:"quantity" minimum:"0" maximum:"100000" nullable:"false"`
}

func (a *API) setStock(ctx context.Context, id int, in stockIn) error {
	if in.Quantity == nil {
		return fault.Invalidf("quantity", "quantity: is required")
	}
	return a.Catalog.SetStock(ctx, id, *in.Quantity)
}

type carouselIn struct {
	Order opt[int] `json:"order,omitzero"`
	Alias opt[int] `json:"carousel_order,omitzero"`
}

func (a *API) setCarousel(ctx context.Context, id int, in carouselIn) error {
	order := in.Order
	if !order.Set {
		order = in.Alias
	}
	if !order.Set {
		return fault.Invalidf("order", "order: is required, 0 to 7 or null")
	}
	return a.Catalog.SetCarousel(ctx, id, order.Value)
}

// toggling runs a command without a body on the product of the path.
func (a *API) toggling(message string, command func(context.Context, int) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		if _, err := optional[jsontext.Value](r); err != nil {
			return err
		}
		if err := command(r.Context(), id); err != nil {
			return err
		}
		return a.answerProduct(w, r, http.StatusOK, id, true, message)
	}
}

type occasionsIn struct {
	IDs   *[]id `json:"occasion_ids,omitzero"`
	Alias *[]id `json:"occasionIds,omitzero"`
}

func (a *API) setOccasions(w http.ResponseWriter, r *http.Request) error {
	product, err := pathID(r, "id")
	if err != nil {
		return err
	}
	in, err := decode[occasionsIn](r)
	if err != nil {
		return err
	}
	list := in.IDs
	if list == nil {
		list = in.Alias
	}
	if list == nil {
		return fault.Invalidf("occasion_ids", "occasion_ids: is required")
	}
	if err := a.Catalog.SetOccasions(r.Context(), product, ints(*list)); err != nil {
		return err
	}
	out, err := a.productWithOccasions(r.Context(), product, true)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out.Occasions, "Product occasions updated successfully")
}

func (a *API) linkOccasion(w http.ResponseWriter, r *http.Request) error {
	product, err := pathID(r, "id")
	if err != nil {
		return err
	}
	occasion, err := pathID(r, "occasionId")
	if err != nil {
		return err
	}
	if err := a.Catalog.LinkOccasion(r.Context(), product, occasion); err != nil {
		return err
	}
	out, err := a.productWithOccasions(r.Context(), product, true)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out, "Occasion linked to product successfully")
}
