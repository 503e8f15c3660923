package store

import (
	"context"
	"slices"
	"strconv"

	"floresya/internal/shop/catalog"
	"floresya/internal/web/lang"
)

type shopCatalogue struct{ reader *catalog.Reader }

func (s shopCatalogue) Products(ctx context.Context, q Query) ([]Product, int, error) {
	f := catalog.Filter{Search: q.Search, Occasion: q.Occasion, Limit: q.Limit, Offset: q.Offset, Sort: catalog.SortNewest}
	if q.MinUSD > 0 {
		f.PriceMin = &q.MinUSD
	}
	if q.MaxUSD > 0 {
		f.PriceMax = &q.MaxUSD
	}
	switch q.Sort {
	case Cheapest:
		f.Sort = catalog.SortPriceAsc
	case Dearest:
		f.Sort = catalog.SortPriceDesc
	case ByName:
		f.Sort = catalog.SortNameAsc
	case Newest:
	}
	list, err := s.reader.List(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	total := q.Offset + len(list)
	if q.Limit > 0 && len(list) == q.Limit { // there may be more: only then a second question
		if total, err = s.reader.Count(ctx, f); err != nil {
			return nil, 0, err
		}
	}
	return shown(list), total, nil
}

func (s shopCatalogue) Product(ctx context.Context, slug string) (Product, error) {
	p, err := s.reader.BySlug(ctx, slug)
	if notFound(err) {
		if id := parseID(slug); id > 0 && strconv.Itoa(id) == slug {
			p, err = s.reader.Product(ctx, id, false)
		}
	}
	if err != nil {
		return Product{}, err
	}
	product := toProduct(p)
	occasions, err := s.reader.ProductOccasions(ctx, []int{p.ID})
	if err != nil {
		return Product{}, err
	}
	for _, o := range occasions[p.ID] {
		product.Occasions = append(product.Occasions, o.Slug)
	}
	return product, nil
}

func (s shopCatalogue) ByID(ctx context.Context, ids []int) ([]Product, error) {
	list, err := s.reader.ByIDs(ctx, ids)
	return shown(list), err
}

func (s shopCatalogue) Carousel(ctx context.Context) ([]Product, error) {
	list, err := s.reader.Carousel(ctx)
	return shown(list), err
}

func (s shopCatalogue) Occasions(ctx context.Context) ([]Occasion, error) {
	list, err := s.reader.Occasions(ctx, false)
	if err != nil {
		return nil, err
	}
	occasions := make([]Occasion, len(list))
	for i, o := range list {
		occasions[i] = Occasion{ID: o.ID, Slug: o.Slug, Name: lang.Text{ES: o.Name, EN: o.NameEN}}
	}
	return occasions, nil
}

// coverChoice is how many products stand ready to illustrate one occasion, so that neighbours need not share one.
const coverChoice = 6

func (s shopCatalogue) Illustrated(ctx context.Context) ([]Occasion, error) {
	occasions, err := s.Occasions(ctx)
	if err != nil {
		return nil, err
	}
	covers, err := s.reader.Covers(ctx, coverChoice)
	if err != nil {
		return nil, err
	}
	var used []int
	for i := range occasions {
		choice := covers[occasions[i].ID]
		if len(choice) == 0 {
			continue
		}
		at := max(0, slices.IndexFunc(choice, func(p catalog.Product) bool { return !slices.Contains(used, p.ID) }))
		used = append(used, choice[at].ID)
		occasions[i].Picture = toProduct(choice[at]).Picture
	}
	return occasions, nil
}

func shown(list []catalog.Product) []Product {
	products := make([]Product, len(list))
	for i, p := range list {
		products[i] = toProduct(p)
	}
	return products
}

func toProduct(p catalog.Product) Product {
	return Product{
		ID: p.ID, Slug: p.Slug, Name: lang.Text{ES: p.Name, EN: p.NameEN}, Summary: lang.Text{ES: p.Summary, EN: p.SummaryEN},
		Description: lang.Text{ES: p.Description, EN: p.DescriptionEN}, SKU: p.SKU, USD: p.PriceUSD, Stock: p.Stock,
		Picture: firstOf(p.DrawingURL, p.Images.Medium), Share: firstOf(p.Images.Large, p.Images.Medium),
	}
}
