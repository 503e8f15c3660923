package demo

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
	"floresya/internal/storage"
)

// Deps are the parts of a shop that Seed fills.
type Deps struct {
	Catalog  *catalog.Catalog
	Settings *settings.Settings
	Delivery *delivery.Planner
	Payments *payments.Payments
	Rates    *rates.Keeper
	Pictures *storage.Files // public; served under /media/
	Now      func() time.Time
}

// firstRate is made up: any real rate replaces it.
const firstRate = money.Rate(243_800_000)

// Seed makes an empty shop the demo shop. Each step does only what is missing and the products, all in one transaction, come
// last: a seed that was interrupted goes on where it was, a shop that has products is left as it is.
func Seed(ctx context.Context, d Deps) error {
	if err := d.Settings.Defaults(ctx, values()); err != nil {
		return err
	}
	if err := d.Delivery.Defaults(ctx); err != nil {
		return err
	}
	if err := d.Payments.EnsureDefaults(ctx); err != nil {
		return err
	}
	if _, err := d.Rates.Record(ctx, rates.Answer{Value: firstRate, Source: rates.SourceSeed, ValueDate: delivery.DayOf(d.Now())}); err != nil {
		return err
	}
	have, err := d.Catalog.Count(ctx, catalog.Filter{IncludeInactive: true})
	if err != nil || have > 0 {
		return err
	}
	bySlug, err := d.occasions(ctx)
	if err != nil {
		return err
	}
	return d.products(ctx, bySlug)
}

// occasions creates those that are missing and returns the ids of all by slug.
func (d Deps) occasions(ctx context.Context) (map[string]int, error) {
	have, err := d.Catalog.Occasions(ctx, true)
	if err != nil {
		return nil, err
	}
	ids := map[string]int{}
	for _, o := range have {
		ids[o.Slug] = o.ID
	}
	for _, o := range occasions() {
		if ids[o.Slug] != 0 {
			continue
		}
		if ids[o.Slug], err = d.Catalog.CreateOccasion(ctx, o); err != nil {
			return nil, fmt.Errorf("demo occasion %s: %w", o.Slug, err)
		}
	}
	return ids, nil
}

func (d Deps) products(ctx context.Context, occasions map[string]int) error {
	list, err := Products()
	if err != nil {
		return err
	}
	made := make([]catalog.NewProduct, len(list))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, p := range list {
		group.Go(func() (err error) {
			made[i], err = d.product(gctx, p, occasions)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if _, err := d.Catalog.CreateMany(ctx, made); err != nil {
		return fmt.Errorf("demo products: %w", err)
	}
	return nil
}

// carousel is the ids of the products that the home page shows first, by slot.
func carousel() [catalog.CarouselSlots]int64 {
	return [catalog.CarouselSlots]int64{1, 2, 4, 7, 17, 34, 33}
}

// product is what is created of p; its pictures are in storage then.
func (d Deps) product(ctx context.Context, p Product, occasions map[string]int) (catalog.NewProduct, error) {
	price, err := money.ParseUSD(p.PriceUSD)
	if err != nil {
		return catalog.NewProduct{}, fmt.Errorf("demo product %s: price: %w", p.Slug, err)
	}
	summary := p.summary()
	n := catalog.NewProduct{ID: int(p.ID), Slug: p.Slug, Stock: stock(price), Details: catalog.Details{
		Name: p.Name.ES, NameEN: p.Name.EN, Summary: summary.ES, SummaryEN: summary.EN,
		Description: p.Description.ES, DescriptionEN: p.Description.EN, PriceUSD: price, SKU: fmt.Sprintf("FY-%03d", p.ID)}}
	for i, id := range carousel() {
		if id == p.ID {
			n.CarouselOrder = i + 1
		}
	}
	for _, slug := range p.Occasions {
		id := occasions[slug]
		if id == 0 {
			return n, fmt.Errorf("demo product %s: occasion %s is unknown", p.Slug, slug)
		}
		n.Occasions = append(n.Occasions, id)
	}
	return n, d.pictures(ctx, p, &n)
}

// stock is more of what is cheap.
func stock(price money.USD) int { return 24 + 40_000/int(price+200) }

func (d Deps) pictures(ctx context.Context, p Product, n *catalog.NewProduct) error {
	drawing, err := Drawing(p.Slug)
	if err != nil {
		return err
	}
	original, err := d.put(ctx, drawing, DrawingMIME)
	if err != nil {
		return fmt.Errorf("drawing of %s: %w", p.Slug, err)
	}
	n.DrawingURL = address(original)
	picture := catalog.NewImage{Index: 1, Primary: true}
	for _, size := range Sizes() {
		square, err := Square(p.Slug, size)
		if err != nil {
			return err
		}
		o, err := d.put(ctx, square, SquareMIME)
		if err != nil {
			return fmt.Errorf("%s picture of %s: %w", size, p.Slug, err)
		}
		picture.Files = append(picture.Files, catalog.NewFile{Size: string(size), URL: address(o), Hash: original.Hash, MIME: o.MIME})
	}
	n.Images = []catalog.NewImage{picture}
	return nil
}

func (d Deps) put(ctx context.Context, data []byte, mime string) (storage.Object, error) {
	return d.Pictures.Put(ctx, bytes.NewReader(data), mime)
}

func address(o storage.Object) string { return "/media/" + o.Key }
