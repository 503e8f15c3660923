package catalog

import (
	"context"
	"fmt"

	"floresya/internal/event"
	"floresya/internal/shop/money"
)

// Created is a product as it was created, at the rate of that moment, without pictures: what a repeated request is answered,
// whatever became of the product since.
func (c *Catalog) Created(ctx context.Context, id int) (Product, error) {
	events, err := c.log.Stream(ctx, c.q, productStream(id))
	if err != nil {
		return Product{}, err
	}
	d, err := first[ProductCreated](events, productStream(id))
	if err != nil {
		return Product{}, err
	}
	at := events[0].At
	p := Product{ID: id, Slug: d.Slug, Name: d.Name, NameEN: d.NameEN, Summary: d.Summary, SummaryEN: d.SummaryEN,
		Description: d.Description, DescriptionEN: d.DescriptionEN, PriceUSD: d.PriceUSD, Stock: d.Stock, SKU: d.SKU, Active: d.Active,
		Featured: d.CarouselOrder > 0, CarouselOrder: d.CarouselOrder, DrawingURL: d.DrawingURL, Version: 1, CreatedAt: at, UpdatedAt: at}
	if len(events) > 1 && events[1].At.Equal(at) { // its occasions came with it
		if _, ok := events[1].Payload.(*OccasionsReplaced); ok {
			p.Version = 2
		}
	}
	var rate *money.Rate
	if err := c.q.QueryRow(ctx, `select (select rate from exchange_rates where fetched_at <= $1 order by id desc limit 1)`, at).Scan(&rate); err != nil {
		return Product{}, fmt.Errorf("find the rate that product %d began with: %w", id, err)
	}
	p.price(rate)
	return p, nil
}

// CreatedOccasion is an occasion as it was created.
func (c *Catalog) CreatedOccasion(ctx context.Context, id int) (Occasion, error) {
	events, err := c.log.Stream(ctx, c.q, occasionStream(id))
	if err != nil {
		return Occasion{}, err
	}
	d, err := first[OccasionCreated](events, occasionStream(id))
	if err != nil {
		return Occasion{}, err
	}
	return Occasion{ID: id, Name: d.Name, NameEN: d.NameEN, Slug: d.Slug, Description: d.Description, Icon: d.Icon, Color: d.Color,
		Active: d.Active, DisplayOrder: d.DisplayOrder, Version: 1, CreatedAt: events[0].At, UpdatedAt: events[0].At}, nil
}

// first is what a stream begins with.
func first[T any](events []*event.Recorded, stream string) (*T, error) {
	if len(events) == 0 {
		return nil, fmt.Errorf("%s has no events", stream)
	}
	d, ok := events[0].Payload.(*T)
	if !ok {
		return nil, fmt.Errorf("%s begins with %s", stream, events[0].Type)
	}
	return d, nil
}
