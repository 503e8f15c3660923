package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/money"
)

// Reader answers what pages ask of the catalogue, each question with one statement. Safe for concurrent use.
type Reader struct {
	q     postgres.Querier
	shown shown
}

const productColumns = `p.id, p.slug, p.name, coalesce(p.name_en, ''), coalesce(p.summary, ''), coalesce(p.summary_en, ''),
	coalesce(p.description, ''), coalesce(p.description_en, ''), p.price_usd, p.stock, p.reserved, coalesce(p.sku, ''), p.active,
	p.featured, coalesce(p.carousel_order, 0), coalesce(p.drawing_url, ''), coalesce(p.image_thumb, ''),
	coalesce(p.image_small, ''), coalesce(p.image_medium, ''), coalesce(p.image_large, ''), p.version, p.created_at, p.updated_at,
	(select rate from exchange_rates order by id desc limit 1)` // read once per statement

const selectProducts = `select ` + productColumns + ` from products p`

// fields are where the columns go; rate is for price.
func (p *Product) fields(rate **money.Rate) []any {
	return []any{&p.ID, &p.Slug, &p.Name, &p.NameEN, &p.Summary, &p.SummaryEN, &p.Description, &p.DescriptionEN,
		&p.PriceUSD, &p.Stock, &p.Reserved, &p.SKU, &p.Active, &p.Featured, &p.CarouselOrder, &p.DrawingURL, &p.Images.Thumb,
		&p.Images.Small, &p.Images.Medium, &p.Images.Large, &p.Version, &p.CreatedAt, &p.UpdatedAt, rate}
}

// price computes the price in bolívares; without a rate, and beyond what an amount can hold, there is none.
func (p *Product) price(rate *money.Rate) {
	p.CreatedAt, p.UpdatedAt = p.CreatedAt.UTC(), p.UpdatedAt.UTC()
	if rate == nil {
		return
	}
	if ves, err := rate.VES(p.PriceUSD); err == nil {
		p.PriceVES = ves
	}
}

func scanProduct(row pgx.CollectableRow) (Product, error) {
	var (
		p    Product
		rate *money.Rate
	)
	err := row.Scan(p.fields(&rate)...)
	p.price(rate)
	return p, err
}

func products(ctx context.Context, q postgres.Querier, sql string, args ...any) ([]Product, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanProduct)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return list, nil
}

func productNotFound(key string, value any) error {
	return fault.NotFoundf("The requested product was not found.").With("resource", "Product").With(key, value)
}

// one is the only product of a statement; none is a fault that names what was asked for.
func (r *Reader) one(ctx context.Context, key string, value any, where string) (Product, error) {
	list, err := products(ctx, r.q, selectProducts+where, value)
	if err != nil {
		return Product{}, err
	}
	if len(list) == 0 {
		return Product{}, productNotFound(key, value)
	}
	return list[0], nil
}

// List is the products that f chooses, in its order.
func (r *Reader) List(ctx context.Context, f Filter) ([]Product, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	sql, args := f.statement()
	return products(ctx, r.q, sql, args...)
}

// Count is how many products f chooses, whatever its limit and offset.
func (r *Reader) Count(ctx context.Context, f Filter) (int, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	c := f.clauses()
	var n int
	if err := r.q.QueryRow(ctx, `select count(*) from products p`+c.String(), c.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count products: %w", err)
	}
	return n, nil
}

// Product is the product with id; an inactive one is found only with includeInactive.
func (r *Reader) Product(ctx context.Context, id int, includeInactive bool) (Product, error) {
	if includeInactive {
		return r.one(ctx, "id", id, ` where p.id = $1`)
	}
	return r.one(ctx, "id", id, ` where p.id = $1 and p.active`)
}

// BySlug is the active product with that slug.
func (r *Reader) BySlug(ctx context.Context, slug string) (Product, error) {
	if !plain(slug, 255) {
		return Product{}, productNotFound("slug", "")
	}
	return r.one(ctx, "slug", slug, ` where p.slug = $1 and p.active`)
}

// BySKU is the active product with that SKU, without regard to case.
func (r *Reader) BySKU(ctx context.Context, sku string) (Product, error) {
	if !plain(sku, 255) {
		return Product{}, productNotFound("sku", "")
	}
	return r.one(ctx, "sku", strings.TrimSpace(sku), ` where upper(p.sku) = upper($1) and p.active`)
}

// ByIDs is the active ones of these products, in any order.
func (r *Reader) ByIDs(ctx context.Context, ids []int) ([]Product, error) {
	return products(ctx, r.q, selectProducts+` where p.id = any($1) and p.active`, ids)
}

// Carousel is the active featured products in the order of their slots.
func (r *Reader) Carousel(ctx context.Context) ([]Product, error) {
	return products(ctx, r.q, selectProducts+` where p.active and p.featured order by p.carousel_order limit $1`, CarouselSlots)
}

// ByOccasion is the products of an occasion, newest first; limit 0 is all, at most MaxLimit.
func (r *Reader) ByOccasion(ctx context.Context, occasion, limit int, includeInactive bool) ([]Product, error) {
	if _, err := r.Occasion(ctx, occasion, includeInactive); err != nil {
		return nil, err
	}
	if limit <= 0 || limit > MaxLimit {
		limit = MaxLimit
	}
	return products(ctx, r.q, selectProducts+` where (p.active or $3) and p.id in (
		select l.product_id from product_occasions l where l.occasion_id = $1 and l.active)
		order by p.created_at desc, p.id desc limit $2`, occasion, limit, includeInactive)
}
