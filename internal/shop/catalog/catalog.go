package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
)

// Catalog decides on products and occasions, and reads them. Safe for concurrent use.
type Catalog struct {
	*Reader
	log *event.Log
	ids Ids
}

// Ids are the sequences that new rows take their ids from.
type Ids struct{ Products, Occasions, Links, Images *postgres.Sequence }

// NewIds leases from the sequences of db's tables.
func NewIds(db *postgres.DB) Ids {
	return Ids{
		Products:  postgres.NewSequence(db, "products_id_seq", 1),
		Occasions: postgres.NewSequence(db, "occasions_id_seq", 1),
		Links:     postgres.NewSequence(db, "product_occasions_id_seq", 1),
		Images:    postgres.NewSequence(db, "product_images_id_seq", 4),
	}
}

// New makes a Catalog over db, whose log knows Events.
func New(db *postgres.DB, log *event.Log, ids Ids) *Catalog {
	return &Catalog{Reader: &Reader{q: db.Reader()}, log: log, ids: ids}
}

func productStream(id int) string  { return fmt.Sprintf("product-%d", id) }
func occasionStream(id int) string { return fmt.Sprintf("occasion-%d", id) }

// carouselLock is the advisory lock that orders commands which give out slots; it is taken before any row lock.
const carouselLock = 0x666c6f01

// occasionLock is the class of the advisory locks of occasions, shared by those who tie products to one; they come after the
// carousel's and before any row lock.
const occasionLock = 0x666c6f02

func lockCarousel(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, carouselLock); err != nil {
		return fmt.Errorf("lock the carousel: %w", err)
	}
	return nil
}

// lock reads products for a decision on them, by id, which is the order in which they are locked everywhere.
func lock(ctx context.Context, tx pgx.Tx, ids ...int) ([]Product, error) {
	return products(ctx, tx, selectProducts+` where p.id = any($1) order by p.id for no key update`, ids)
}

type decideProduct func(ctx context.Context, tx *event.Tx, p Product) ([]any, error)

// change runs one decision on one product. decide returns payloads; they follow each other in the product's stream.
func (c *Catalog) change(ctx context.Context, id int, decide decideProduct) error {
	_, err := c.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		return onProduct(ctx, tx, id, decide)
	})
	return refused(err)
}

// tie is change of a product that may be tied to occasions by it, under ctx's idempotency key: a repeat does not decide again.
func (c *Catalog) tie(ctx context.Context, id int, occasions []int, decide decideProduct) error {
	_, err := idempotency.Execute(ctx, c.log, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, int, error) {
		if err := lockTies(ctx, tx, occasions); err != nil {
			return nil, 0, err
		}
		news, err := onProduct(ctx, tx, id, decide)
		return news, id, err
	})
	return refused(err)
}

func onProduct(ctx context.Context, tx *event.Tx, id int, decide decideProduct) ([]event.New, error) {
	list, err := lock(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, productNotFound("id", id)
	}
	payloads, err := decide(ctx, tx, list[0])
	if err != nil {
		return nil, err
	}
	return following(productStream(id), list[0].Version, payloads), nil
}

// following gives payloads the versions after version.
func following(stream string, version int, payloads []any) []event.New {
	news := make([]event.New, len(payloads))
	for i, p := range payloads {
		news[i] = event.New{Stream: stream, Version: version + 1 + i, Payload: p}
	}
	return news
}

// refused turns the schema's last word into the conflict it means.
func refused(err error) error {
	switch postgres.Constraint(err) {
	case "products_sku":
		return fault.New(fault.Conflict, "sku_taken", "This SKU belongs to another product.").Because(err)
	case "products_slug_key", "occasions_slug_key":
		return fault.New(fault.Conflict, "slug_taken", "This slug is taken.").Because(err)
	case "products_carousel":
		return fault.New(fault.Conflict, "carousel_slot_taken", "Another product took this slot of the carousel just now.").Because(err)
	case "products_stock_check":
		return fault.New(fault.Conflict, "insufficient_stock", "There are not that many pieces.").Because(err)
	case "occasions_name":
		return fault.New(fault.Conflict, "occasion_taken", "There is an occasion of this name.").Because(err)
	case "product_images_product_id_image_index_size_key":
		return imageTaken().Because(err)
	}
	return err
}

// turnOut is the events of those who lose slots to others: takers maps slots to products. The rows are locked by then.
func turnOut(occupants []Product, takers map[int]int) []event.New {
	var news []event.New
	for _, o := range occupants {
		if to, taken := takers[o.CarouselOrder]; taken && to != o.ID && o.CarouselOrder > 0 {
			news = append(news, event.New{Stream: productStream(o.ID), Version: o.Version + 1, Payload: &CarouselLeft{o.ID, to}})
		}
	}
	return news
}

// mustExist finds the occasion that is not there. The share lock keeps a rename from passing between the search text that is
// made here and the one made there. Links to inactive occasions are allowed, they come back with them.
func mustExist(ctx context.Context, tx pgx.Tx, occasions []int) error {
	rows, err := tx.Query(ctx, `select id from occasions where id = any($1) order by id for share`, occasions)
	if err != nil {
		return fmt.Errorf("read occasions: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return fmt.Errorf("read occasions: %w", err)
	}
	for _, id := range occasions {
		if !slices.Contains(found, id) {
			return occasionNotFound("id", id)
		}
	}
	return nil
}
