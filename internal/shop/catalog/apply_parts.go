package catalog

import (
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
)

const (
	unlink = `
	update product_occasions l set active = false, updated_at = e.at
	from unnest($1::int[], $2::timestamptz[]) as e (product_id, at)
	where l.product_id = e.product_id and l.active
		and (l.product_id, l.occasion_id) not in (select * from unnest($3::int[], $4::int[]))`
	link = `
	insert into product_occasions (id, product_id, occasion_id, created_at, updated_at)
	select id, product_id, occasion_id, at, at
	from unnest($1::int[], $2::int[], $3::int[], $4::timestamptz[]) as e (id, product_id, occasion_id, at)
	on conflict (product_id, occasion_id) do update set active = true, updated_at = excluded.updated_at
	where not product_occasions.active`
)

func applyOccasionsReplaced(b *pgx.Batch, run []event.Of[OccasionsReplaced]) {
	for round := range event.Rounds(run) {
		var (
			h                        heads
			ids, products, occasions []int
			ats                      []time.Time
		)
		for _, e := range round {
			h.add(e.Data.ProductID, e.Recorded)
			for _, l := range e.Data.Links {
				ids, products, occasions = append(ids, l.ID), append(products, e.Data.ProductID), append(occasions, l.OccasionID)
				ats = append(ats, e.At)
			}
		}
		b.Queue(unlink, h.ids, h.ats, products, occasions)
		b.Queue(link, ids, products, occasions, ats)
		refreshSearch(b, h.ids)
	}
	touch(b, run, func(d *OccasionsReplaced) int { return d.ProductID }, "")
}

const (
	dropPrimary = `update product_images set is_primary = false where product_id = any($1) and is_primary`
	addFiles    = `
	insert into product_images (id, product_id, image_index, size, url, file_hash, mime_type, is_primary, created_at, updated_at)
	select id, product_id, image_index, size::image_size, url, file_hash, mime_type, is_primary, at, at
	from unnest($1::int[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::timestamptz[])
		as e (id, product_id, image_index, size, url, file_hash, mime_type, is_primary, at)`
	removeFiles = `
	delete from product_images i using unnest($1::int[], $2::int[]) as e (product_id, image_index)
	where i.product_id = e.product_id and i.image_index = e.image_index`
	setPrimary = `
	update product_images i set is_primary = true, updated_at = e.at
	from unnest($1::int[], $2::int[], $3::timestamptz[]) as e (product_id, image_index, at)
	where i.product_id = e.product_id and i.image_index = e.image_index and i.id = ` + primaryRow
	// The primary row of a picture is its medium one, else the nearest there is.
	primaryRow = `(select c.id from product_images c where c.product_id = e.product_id and c.image_index = e.image_index
		order by abs(array_position(enum_range(null::image_size), c.size) - 3), c.size desc limit 1)`
)

// showPictures copies to each product the addresses that lists show: of each size the primary picture's, else the first
// one's that has it; of a size that is missing, the nearest, rather larger than smaller.
const showPictures = `
	update products p set image_thumb = s.thumb, image_small = s.small, image_medium = s.medium, image_large = s.large
	from (
		select w.id, max(n.url) filter (where n.want = 1), max(n.url) filter (where n.want = 2),
			max(n.url) filter (where n.want = 3), max(n.url) filter (where n.want = 4)
		from unnest($1::int[]) as w (id) left join lateral (
			select distinct on (want) want, i.url
			from product_images i, generate_series(1, 4) as want,
				lateral (select array_position(enum_range(null::image_size), i.size) as rank,
					exists (select from product_images f where f.product_id = i.product_id and f.image_index = i.image_index
						and f.is_primary) as first) as about
			where i.product_id = w.id and i.active
			order by want, abs(rank - want), rank desc, first desc, i.image_index
		) as n on true group by w.id
	) as s (id, thumb, small, medium, large) where p.id = s.id`

func applyImagesAdded(b *pgx.Batch, run []event.Of[ImagesAdded]) {
	for round := range event.Rounds(run) {
		var (
			ids, products, indexes []int
			texts                  [4][]string // size, url, hash, MIME
			ats                    []time.Time
			none                   []bool
			touched                []int
			first                  primaries
		)
		for _, e := range round {
			touched = append(touched, e.Data.ProductID)
			for _, f := range e.Data.Files {
				ids, products, indexes = append(ids, f.ID), append(products, e.Data.ProductID), append(indexes, e.Data.Index)
				for i, t := range [...]string{f.Size, f.URL, f.Hash, f.MIME} {
					texts[i] = append(texts[i], t)
				}
				ats, none = append(ats, e.At), append(none, false)
			}
			if e.Data.Primary {
				first.add(e.Data.ProductID, e.Data.Index, e.At)
			}
		}
		b.Queue(addFiles, ids, products, indexes, texts[0], texts[1], texts[2], texts[3], none, ats)
		first.set(b)
		b.Queue(showPictures, touched)
	}
	touch(b, run, func(d *ImagesAdded) int { return d.ProductID }, "")
}

// primaries are the pictures that come first from now on, one of each product.
type primaries struct {
	products, indexes []int
	ats               []time.Time
}

func (p *primaries) add(product, index int, at time.Time) {
	p.products, p.indexes, p.ats = append(p.products, product), append(p.indexes, index), append(p.ats, at)
}

func (p *primaries) set(b *pgx.Batch) {
	if len(p.products) > 0 {
		b.Queue(dropPrimary, p.products)
		b.Queue(setPrimary, p.products, p.indexes, p.ats)
	}
}

func applyImagesRemoved(b *pgx.Batch, run []event.Of[ImagesRemoved]) {
	for round := range event.Rounds(run) {
		var (
			products, indexes []int
			first             primaries
		)
		for _, e := range round {
			products, indexes = append(products, e.Data.ProductID), append(indexes, e.Data.Index)
			if e.Data.Primary > 0 {
				first.add(e.Data.ProductID, e.Data.Primary, e.At)
			}
		}
		b.Queue(removeFiles, products, indexes)
		first.set(b)
		b.Queue(showPictures, products)
	}
	touch(b, run, func(d *ImagesRemoved) int { return d.ProductID }, "")
}

func applyImagePrimarySet(b *pgx.Batch, run []event.Of[ImagePrimarySet]) {
	for round := range event.Rounds(run) {
		var first primaries
		for _, e := range round {
			first.add(e.Data.ProductID, e.Data.Index, e.At)
		}
		first.set(b)
		b.Queue(showPictures, first.products)
	}
	touch(b, run, func(d *ImagePrimarySet) int { return d.ProductID }, "")
}

// occasionArrays are OccasionDetails as arrays.
type occasionArrays struct {
	heads
	texts  [6][]string // name, name_en, slug, description, icon, color
	orders []int
	active []bool
}

func (o *occasionArrays) add(id int, r *event.Recorded, d OccasionDetails) {
	o.heads.add(id, r)
	for i, t := range [...]string{d.Name, d.NameEN, d.Slug, d.Description, d.Icon, d.Color} {
		o.texts[i] = append(o.texts[i], t)
	}
	o.orders, o.active = append(o.orders, d.DisplayOrder), append(o.active, d.Active)
}

func (o *occasionArrays) args() []any {
	args := []any{o.ids, o.versions, o.ats}
	for _, t := range o.texts {
		args = append(args, t)
	}
	return append(args, o.orders, o.active)
}

const occasionsFrom = ` from unnest($1::int[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
	$8::text[], $9::text[], $10::int[], $11::bool[])
	as e (id, version, at, name, name_en, slug, description, icon, color, display_order, active)`

const insertOccasions = `
	insert into occasions (id, name, name_en, slug, description, icon, color, active, display_order, version, created_at, updated_at)
	select id, name, nullif(name_en, ''), slug, nullif(description, ''), nullif(icon, ''), nullif(color, ''), active,
		display_order, version, at, at` + occasionsFrom

const changeOccasions = `
	update occasions o set name = e.name, name_en = nullif(e.name_en, ''), slug = e.slug,
		description = nullif(e.description, ''), icon = nullif(e.icon, ''), color = nullif(e.color, ''), active = e.active,
		display_order = e.display_order, version = e.version, updated_at = e.at` + occasionsFrom + ` where o.id = e.id`

func applyOccasionCreated(b *pgx.Batch, run []event.Of[OccasionCreated]) {
	var o occasionArrays
	for _, e := range run {
		o.add(e.Data.OccasionID, e.Recorded, e.Data.OccasionDetails)
	}
	b.Queue(insertOccasions, o.args()...)
}

const productsOf = ` where p.id in (select product_id from product_occasions where occasion_id = any($1) and active)`

func applyOccasionChanged(b *pgx.Batch, run []event.Of[OccasionChanged]) {
	for _, e := range run { // one by one: a name that one gives up may be the next one's
		var o occasionArrays
		o.add(e.Data.OccasionID, e.Recorded, e.Data.OccasionDetails)
		b.Queue(changeOccasions, o.args()...)
		b.Queue(foldTexts+productsOf, o.ids)
	}
}
