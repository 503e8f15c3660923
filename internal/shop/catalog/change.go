package catalog

import (
	"context"
	"strings"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/money"
)

func (d *Details) normalize() {
	for _, s := range []*string{&d.Name, &d.NameEN, &d.Summary, &d.SummaryEN, &d.Description, &d.DescriptionEN, &d.SKU, &d.DrawingURL} {
		*s = strings.TrimSpace(*s)
	}
}

func (d *Details) check(c *fault.Checker) {
	label(c, "name", d.Name, 2, 255)
	label(c, "name_en", d.NameEN, 0, 255)
	text(c, "summary", d.Summary, 0, 500)
	text(c, "summary_en", d.SummaryEN, 0, 500)
	text(c, "description", d.Description, 0, 2000)
	text(c, "description_en", d.DescriptionEN, 0, 2000)
	c.Check(d.PriceUSD > 0 && d.PriceUSD <= MaxPrice, "price_usd", "price_usd: more than 0, at most %s", MaxPrice)
	label(c, "sku", d.SKU, 0, 50)
	c.Check(d.CarouselOrder >= 0 && d.CarouselOrder <= CarouselSlots, "carousel_order", "carousel_order: 0 to %d", CarouselSlots)
	address(c, "drawing_url", d.DrawingURL)
}

// ProductChange is what becomes different; nil leaves a field as it is, "" empties it.
type ProductChange struct {
	Name, NameEN, Summary, SummaryEN, Description, DescriptionEN, SKU, DrawingURL *string
	PriceUSD                                                                      *money.USD
	Stock                                                                         *int  // absolute; the difference is booked
	Featured                                                                      *bool // false leaves the carousel
	CarouselOrder                                                                 *int  // 0 leaves the carousel
	Active                                                                        *bool
}

// details is what p's details are after the change.
func (ch ProductChange) details(p Product) (Details, error) {
	d := Details{Name: p.Name, NameEN: p.NameEN, Summary: p.Summary, SummaryEN: p.SummaryEN, Description: p.Description,
		DescriptionEN: p.DescriptionEN, PriceUSD: p.PriceUSD, SKU: p.SKU, CarouselOrder: p.CarouselOrder, DrawingURL: p.DrawingURL}
	set(&d.Name, ch.Name)
	set(&d.NameEN, ch.NameEN)
	set(&d.Summary, ch.Summary)
	set(&d.SummaryEN, ch.SummaryEN)
	set(&d.Description, ch.Description)
	set(&d.DescriptionEN, ch.DescriptionEN)
	set(&d.SKU, ch.SKU)
	set(&d.DrawingURL, ch.DrawingURL)
	set(&d.PriceUSD, ch.PriceUSD)
	set(&d.CarouselOrder, ch.CarouselOrder)
	var c fault.Checker
	if ch.Featured != nil {
		if !*ch.Featured {
			d.CarouselOrder = 0
		}
		c.Check(!*ch.Featured || d.CarouselOrder != 0, "carousel_order", "carousel_order: a featured product needs a slot from 1 to %d", CarouselSlots)
	}
	d.normalize()
	d.check(&c)
	c.Check(ch.Stock == nil || *ch.Stock >= 0 && *ch.Stock <= MaxStock, "stock", "stock: 0 to %d", MaxStock)
	return d, c.Err()
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// Update changes a product, active or not. Who takes an occupied slot of the carousel turns its occupant out; a product that
// is deactivated leaves its own. Faults: Invalid; NotFound; Conflict sku_taken.
func (c *Catalog) Update(ctx context.Context, id int, ch ProductChange) error {
	if ch == (ProductChange{}) {
		return fault.New(fault.Invalid, "empty_change", "Nothing to change was given.")
	}
	_, err := c.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		slot := 0
		if ch.CarouselOrder != nil && *ch.CarouselOrder > 0 {
			slot = *ch.CarouselOrder
			if err := lockCarousel(ctx, tx); err != nil {
				return nil, err
			}
		}
		locked, err := products(ctx, tx, selectProducts+` where p.id = $1 or p.carousel_order = $2 order by p.id for no key update`, id, slot)
		if err != nil {
			return nil, err
		}
		for _, p := range locked {
			if p.ID == id {
				return decideUpdate(ctx, tx, p, locked, ch)
			}
		}
		return nil, productNotFound("id", id)
	})
	return refused(err)
}

func decideUpdate(ctx context.Context, tx *event.Tx, p Product, locked []Product, ch ProductChange) ([]event.New, error) {
	d, err := ch.details(p)
	if err != nil {
		return nil, err
	}
	if d.SKU != "" && !strings.EqualFold(d.SKU, p.SKU) {
		if err := skusFree(ctx, tx, p.ID, []string{d.SKU}); err != nil {
			return nil, err
		}
	}
	if ch.Active != nil && !*ch.Active {
		d.CarouselOrder = 0
	}
	var payloads []any
	if same, _ := (ProductChange{}).details(p); d != same {
		payloads = append(payloads, &ProductChanged{p.ID, d})
	}
	if ch.Stock != nil && *ch.Stock != p.Stock {
		payloads = append(payloads, &StockCorrected{p.ID, *ch.Stock - p.Stock, *ch.Stock})
	}
	if ch.Active != nil && *ch.Active != p.Active {
		if *ch.Active {
			payloads = append(payloads, &ProductReactivated{p.ID})
		} else {
			payloads = append(payloads, &ProductDeactivated{p.ID})
		}
	}
	var news []event.New
	if d.CarouselOrder > 0 && d.CarouselOrder != p.CarouselOrder {
		news = turnOut(locked, map[int]int{d.CarouselOrder: p.ID})
	}
	return append(news, following(productStream(p.ID), p.Version, payloads)...), nil
}

// SetCarousel puts a product into a slot, or takes it out of the carousel with 0.
func (c *Catalog) SetCarousel(ctx context.Context, id, slot int) error {
	return c.Update(ctx, id, ProductChange{CarouselOrder: &slot})
}

// Deactivate takes an active product off the shop and out of the carousel. An inactive one is NotFound.
func (c *Catalog) Deactivate(ctx context.Context, id int) error {
	return c.change(ctx, id, func(_ context.Context, _ *event.Tx, p Product) ([]any, error) {
		if !p.Active {
			return nil, productNotFound("id", id)
		}
		return []any{&ProductDeactivated{id}}, nil
	})
}

// Reactivate brings an inactive product back. An active one is a Conflict.
func (c *Catalog) Reactivate(ctx context.Context, id int) error {
	return c.change(ctx, id, func(_ context.Context, _ *event.Tx, p Product) ([]any, error) {
		if p.Active {
			return nil, fault.New(fault.Conflict, "already_active", "The product is active already.")
		}
		return []any{&ProductReactivated{id}}, nil
	})
}
