package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/postgres"
)

const occasionColumns = `o.id, o.name, coalesce(o.name_en, ''), o.slug, coalesce(o.description, ''), coalesce(o.icon, ''),
	coalesce(o.color, ''), o.active, o.display_order, o.version, o.created_at, o.updated_at`

func (o *Occasion) fields() []any {
	return []any{&o.ID, &o.Name, &o.NameEN, &o.Slug, &o.Description, &o.Icon, &o.Color, &o.Active, &o.DisplayOrder,
		&o.Version, &o.CreatedAt, &o.UpdatedAt}
}

func (o *Occasion) utc() { o.CreatedAt, o.UpdatedAt = o.CreatedAt.UTC(), o.UpdatedAt.UTC() }

func occasions(ctx context.Context, q postgres.Querier, rest string, args ...any) ([]Occasion, error) {
	rows, err := q.Query(ctx, `select `+occasionColumns+` from occasions o`+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read occasions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Occasion, error) {
		var o Occasion
		err := row.Scan(o.fields()...)
		o.utc()
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read occasions: %w", err)
	}
	return list, nil
}

func occasionNotFound(key string, value any) error {
	return fault.NotFoundf("The requested occasion was not found.").With("resource", "Occasion").With(key, value)
}

// Occasions is all occasions in the order of display.
func (r *Reader) Occasions(ctx context.Context, includeInactive bool) ([]Occasion, error) {
	return occasions(ctx, r.q, ` where o.active or $1 order by o.display_order, fold(o.name) collate "C", o.id`, includeInactive)
}

// Occasion is the occasion with id.
func (r *Reader) Occasion(ctx context.Context, id int, includeInactive bool) (Occasion, error) {
	list, err := occasions(ctx, r.q, ` where o.id = $1 and (o.active or $2)`, id, includeInactive)
	if err != nil {
		return Occasion{}, err
	}
	if len(list) == 0 {
		return Occasion{}, occasionNotFound("id", id)
	}
	return list[0], nil
}

// OccasionBySlug is the active occasion with that slug.
func (r *Reader) OccasionBySlug(ctx context.Context, slug string) (Occasion, error) {
	if !plain(slug, 255) {
		return Occasion{}, occasionNotFound("slug", "")
	}
	list, err := occasions(ctx, r.q, ` where o.slug = $1 and o.active`, slug)
	if err != nil {
		return Occasion{}, err
	}
	if len(list) == 0 {
		return Occasion{}, occasionNotFound("slug", slug)
	}
	return list[0], nil
}

// ProductOccasions is the active occasions of each of these products, in the order of display.
func (r *Reader) ProductOccasions(ctx context.Context, products []int) (map[int][]Occasion, error) {
	rows, err := r.q.Query(ctx, `select l.product_id, `+occasionColumns+` from product_occasions l
		join occasions o on o.id = l.occasion_id where l.product_id = any($1) and l.active and o.active
		order by l.product_id, o.display_order, fold(o.name) collate "C", o.id`, products)
	if err != nil {
		return nil, fmt.Errorf("read occasions of products: %w", err)
	}
	defer rows.Close()
	found := make(map[int][]Occasion, len(products))
	for rows.Next() {
		var (
			product int
			o       Occasion
		)
		if err := rows.Scan(append([]any{&product}, o.fields()...)...); err != nil {
			return nil, fmt.Errorf("read occasions of products: %w", err)
		}
		o.utc()
		found[product] = append(found[product], o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read occasions of products: %w", err)
	}
	return found, nil
}

// Covers is for each active occasion, by id, a few of its active products that have a picture, oldest first.
func (r *Reader) Covers(ctx context.Context, each int) (map[int][]Product, error) {
	rows, err := r.q.Query(ctx, `select o.id, c.id, c.slug, c.drawing_url, c.image_medium from occasions o, lateral (
		select p.id, p.slug, coalesce(p.drawing_url, '') as drawing_url, coalesce(p.image_medium, '') as image_medium
		from product_occasions l join products p on p.id = l.product_id
		where l.occasion_id = o.id and l.active and p.active and coalesce(p.drawing_url, p.image_medium, '') <> ''
		order by p.id limit $1) c where o.active order by o.id, c.id`, each)
	if err != nil {
		return nil, fmt.Errorf("read covers of occasions: %w", err)
	}
	covers := map[int][]Product{}
	var (
		occasion int
		p        Product
	)
	_, err = pgx.ForEachRow(rows, []any{&occasion, &p.ID, &p.Slug, &p.DrawingURL, &p.Images.Medium}, func() error {
		covers[occasion] = append(covers[occasion], p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read covers of occasions: %w", err)
	}
	return covers, nil
}

// Images is the files of a product's pictures, by picture, then smallest first. A product without any has none; whether the
// product exists is not looked at.
func (r *Reader) Images(ctx context.Context, product int) ([]Image, error) {
	return images(ctx, r.q, product)
}

func images(ctx context.Context, q postgres.Querier, product int) ([]Image, error) {
	rows, err := q.Query(ctx, `select id, product_id, image_index, size::text, url, file_hash, mime_type, is_primary, active,
		created_at, updated_at from product_images where product_id = $1 and active order by image_index, product_images.size`, product)
	if err != nil {
		return nil, fmt.Errorf("read images: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Image, error) {
		var i Image
		err := row.Scan(&i.ID, &i.ProductID, &i.Index, &i.Size, &i.URL, &i.Hash, &i.MIME, &i.Primary, &i.Active, &i.CreatedAt,
			&i.UpdatedAt)
		i.CreatedAt, i.UpdatedAt = i.CreatedAt.UTC(), i.UpdatedAt.UTC()
		return i, err
	})
	if err != nil {
		return nil, fmt.Errorf("read images: %w", err)
	}
	return list, nil
}
