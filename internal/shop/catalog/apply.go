package catalog

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/shop/money"
)

// heads are the columns that every event of a product brings.
type heads struct {
	ids, versions []int
	ats           []time.Time
}

func (h *heads) add(id int, r *event.Recorded) {
	h.ids = append(h.ids, id)
	h.versions = append(h.versions, r.Version)
	h.ats = append(h.ats, r.At)
}

// detailColumns are Details as arrays, in the order of detailArrays.
type detailColumns struct {
	heads
	texts    [8][]string // name, name_en, summary, summary_en, description, description_en, sku, drawing_url
	prices   []money.USD
	carousel []int
}

func (c *detailColumns) add(id int, r *event.Recorded, d Details) {
	c.heads.add(id, r)
	for i, t := range [...]string{d.Name, d.NameEN, d.Summary, d.SummaryEN, d.Description, d.DescriptionEN, d.SKU, d.DrawingURL} {
		c.texts[i] = append(c.texts[i], t)
	}
	c.prices = append(c.prices, d.PriceUSD)
	c.carousel = append(c.carousel, d.CarouselOrder)
}

// args are $1 to $13 of a statement with detailArrays, then more.
func (c *detailColumns) args(more ...any) []any {
	args := []any{c.ids, c.versions, c.ats}
	for _, t := range c.texts {
		args = append(args, t)
	}
	return append(append(args, c.prices, c.carousel), more...)
}

const (
	detailArrays = `$1::int[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
		$9::text[], $10::text[], $11::text[], $12::numeric[], $13::int[]`
	detailNames = `id, version, at, name, name_en, summary, summary_en, description, description_en, sku, drawing_url,
		price_usd, carousel_order`
)

const insertProducts = `
	insert into products (id, slug, name, name_en, summary, summary_en, description, description_en, price_usd, stock, sku,
		active, featured, carousel_order, drawing_url, version, created_at, updated_at)
	select id, slug, name, nullif(name_en, ''), nullif(summary, ''), nullif(summary_en, ''), nullif(description, ''),
		nullif(description_en, ''), price_usd, stock, nullif(sku, ''), active, carousel_order > 0, nullif(carousel_order, 0),
		nullif(drawing_url, ''), version, at, at
	from unnest(` + detailArrays + `, $14::text[], $15::int[], $16::bool[]) as e (` + detailNames + `, slug, stock, active)`

func applyCreated(b *pgx.Batch, run []event.Of[ProductCreated]) {
	var (
		c      detailColumns
		slugs  []string
		stocks []int
		active []bool
		ledger movements
	)
	for _, e := range run {
		c.add(e.Data.ProductID, e.Recorded, e.Data.Details)
		slugs, stocks, active = append(slugs, e.Data.Slug), append(stocks, e.Data.Stock), append(active, e.Data.Active)
		if e.Data.Stock > 0 {
			ledger.add(e.Recorded, e.Data.ProductID, e.Data.Stock)
		}
	}
	b.Queue(insertProducts, c.args(slugs, stocks, active)...)
	ledger.book(b, "received")
	refreshSearch(b, c.ids)
}

// vacate gives up slots and SKUs, so that no two products meet in one between the rows of the statement that follows.
const vacate = `update products set featured = false, carousel_order = null, sku = null where id = any($1)`

const changeProducts = `
	update products p set name = e.name, name_en = nullif(e.name_en, ''), summary = nullif(e.summary, ''),
		summary_en = nullif(e.summary_en, ''), description = nullif(e.description, ''),
		description_en = nullif(e.description_en, ''), price_usd = e.price_usd, sku = nullif(e.sku, ''),
		featured = e.carousel_order > 0, carousel_order = nullif(e.carousel_order, 0), drawing_url = nullif(e.drawing_url, ''),
		version = e.version, updated_at = e.at
	from unnest(` + detailArrays + `) as e (` + detailNames + `) where p.id = e.id`

func applyChanged(b *pgx.Batch, run []event.Of[ProductChanged]) {
	for round := range event.Rounds(run) {
		var c detailColumns
		for _, e := range round {
			c.add(e.Data.ProductID, e.Recorded, e.Data.Details)
		}
		if len(round) > 1 {
			b.Queue(vacate, c.ids)
		}
		b.Queue(changeProducts, c.args()...)
		refreshSearch(b, c.ids)
	}
}

const headArrays = ` from unnest($1::int[], $2::int[], $3::timestamptz[]) as e (id, version, at) where p.id = e.id`

// touch queues an update of the products of a run: set, with their versions and times.
func touch[T any](b *pgx.Batch, run []event.Of[T], id func(*T) int, set string) {
	for round := range event.Rounds(run) {
		var h heads
		for _, e := range round {
			h.add(id(e.Data), e.Recorded)
		}
		b.Queue(`update products p set `+set+`version = e.version, updated_at = e.at`+headArrays, h.ids, h.versions, h.ats)
	}
}

func applyCarouselLeft(b *pgx.Batch, run []event.Of[CarouselLeft]) {
	touch(b, run, func(d *CarouselLeft) int { return d.ProductID }, "featured = false, carousel_order = null, ")
}

func applyDeactivated(b *pgx.Batch, run []event.Of[ProductDeactivated]) {
	touch(b, run, func(d *ProductDeactivated) int { return d.ProductID }, "active = false, featured = false, carousel_order = null, ")
}

func applyReactivated(b *pgx.Batch, run []event.Of[ProductReactivated]) {
	touch(b, run, func(d *ProductReactivated) int { return d.ProductID }, "active = true, ")
}

// foldTexts keeps the texts apart by a character that no search can hold, so that none is found across two of them.
const foldTexts = `
	update products p set search_text = fold(concat_ws(E'\x1f', p.name, p.name_en, p.summary, p.summary_en, p.description,
		p.description_en, p.sku, (select string_agg(concat_ws(E'\x1f', o.name, o.name_en), E'\x1f' order by o.id)
			from product_occasions l join occasions o on o.id = l.occasion_id
			where l.product_id = p.id and l.active and o.active)))`

// refreshSearch makes anew what search looks at, from the rows as they are by then.
func refreshSearch(b *pgx.Batch, products []int) {
	b.Queue(foldTexts+` where p.id = any($1)`, products)
}

// movements are rows of the stock ledger of one kind.
type movements struct {
	heads
	events     []uuid.UUID
	quantities []int
}

func (m *movements) add(r *event.Recorded, product, quantity int) {
	m.heads.add(product, r)
	m.events = append(m.events, r.ID)
	m.quantities = append(m.quantities, quantity)
}

const bookMovements = `
	insert into stock_ledger (event_id, line, product_id, kind, quantity, at)
	select event_id, 0, product_id, $5, quantity, at
	from unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[]) as e (event_id, product_id, quantity, at)`

func (m *movements) book(b *pgx.Batch, kind string) {
	if len(m.ids) > 0 {
		b.Queue(bookMovements, m.events, m.ids, m.quantities, m.ats, kind)
	}
}

const moveStock = `
	update products p set stock = p.stock + $5 * e.quantity, version = e.version, updated_at = e.at
	from unnest($1::int[], $2::int[], $3::timestamptz[], $4::int[]) as e (id, version, at, quantity) where p.id = e.id`

// move changes stock by sign × quantity and books it as kind.
func move[T any](b *pgx.Batch, run []event.Of[T], kind string, sign int, of func(*T) (product, quantity int)) {
	for round := range event.Rounds(run) {
		var m movements
		for _, e := range round {
			product, quantity := of(e.Data)
			m.add(e.Recorded, product, quantity)
		}
		b.Queue(moveStock, m.ids, m.versions, m.ats, m.quantities, sign)
		m.book(b, kind)
	}
}

func applyReceived(b *pgx.Batch, run []event.Of[StockReceived]) {
	move(b, run, "received", 1, func(d *StockReceived) (int, int) { return d.ProductID, d.Quantity })
}

func applyWasted(b *pgx.Batch, run []event.Of[StockWasted]) {
	move(b, run, "wasted", -1, func(d *StockWasted) (int, int) { return d.ProductID, d.Quantity })
}

func applyCorrected(b *pgx.Batch, run []event.Of[StockCorrected]) {
	move(b, run, "corrected", 1, func(d *StockCorrected) (int, int) { return d.ProductID, d.Difference })
}
