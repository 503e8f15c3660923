package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
)

// NewProduct is what a product begins with.
type NewProduct struct {
	ID   int    // 0: the next one; given ones, of an import or a seed, must be free
	Slug string // "": made from the name
	Details
	Featured  bool // asks for a CarouselOrder, and follows from one
	Stock     int
	Inactive  bool
	Occasions []int
	Images    []NewImage
}

// slugLength leaves room for a number behind what a name gives.
const slugLength = 110

func (n *NewProduct) normalize() {
	n.Details.normalize()
	n.Slug = strings.TrimSpace(n.Slug)
	n.Occasions = slices.Compact(slices.Sorted(slices.Values(n.Occasions)))
}

func (n *NewProduct) check(c *fault.Checker) {
	n.Details.check(c)
	c.Check(n.ID >= 0, "id", "id: a positive number")
	c.Check(n.Slug == "" || slugOK(n.Slug, slugLength), "slug", "slug: lower-case letters, digits and hyphens, at most %d", slugLength)
	c.Check(n.Stock >= 0 && n.Stock <= MaxStock, "stock", "stock: 0 to %d", MaxStock)
	c.Check(!n.Featured || n.CarouselOrder > 0, "carousel_order", "carousel_order: a featured product needs a slot from 1 to %d", CarouselSlots)
	checkOccasions(c, n.Occasions)
	seen := map[int]bool{}
	for _, i := range n.Images {
		i.check(c)
		c.Check(!seen[i.Index], "images", "images: index %d is there twice", i.Index)
		seen[i.Index] = true
	}
}

func checkOccasions(c *fault.Checker, ids []int) {
	c.Check(len(ids) <= 100, "occasion_ids", "occasion_ids: at most 100")
	for _, id := range ids {
		c.Check(id > 0 && id <= 1<<31-1, "occasion_ids", "occasion_ids: positive numbers")
	}
}

// Create adds a product with its occasions and pictures, and returns its id. Faults: Invalid; Conflict sku_taken, slug_taken;
// NotFound for an occasion.
func (c *Catalog) Create(ctx context.Context, n NewProduct) (int, error) {
	ids, err := c.CreateMany(ctx, []NewProduct{n})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// CreateMany adds products, all or none, in one transaction.
func (c *Catalog) CreateMany(ctx context.Context, list []NewProduct) ([]int, error) {
	list = slices.Clone(list)
	takers := map[int]int{}
	var check fault.Checker
	for i := range list {
		list[i].normalize()
		list[i].check(&check)
		if slot := list[i].CarouselOrder; slot > 0 {
			check.Check(takers[slot] == 0, "carousel_order", "carousel_order: slot %d is given twice", slot)
			takers[slot] = -1
		}
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	rows, err := c.identify(ctx, list)
	if err != nil {
		return nil, err
	}
	for _, n := range list {
		if n.CarouselOrder > 0 {
			takers[n.CarouselOrder] = n.ID
		}
	}
	ids, err := idempotency.Execute(ctx, c.log, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, []int, error) {
		return decideCreate(ctx, tx, slices.Clone(list), rows, takers)
	})
	return ids, refused(err)
}

// childRows are the ids of the rows that hang on new products.
type childRows struct{ links, images []int }

// identify gives each product its id and takes those of its links and files.
func (c *Catalog) identify(ctx context.Context, list []NewProduct) (childRows, error) {
	var (
		rows                 childRows
		missing, links, imgs int
	)
	given := 0
	for _, n := range list {
		if n.ID == 0 {
			missing++
		}
		given = max(given, n.ID)
		links += len(n.Occasions)
		for _, i := range n.Images {
			imgs += len(i.Files)
		}
	}
	if given > 0 {
		if err := c.ids.Products.Skip(ctx, given); err != nil {
			return rows, err
		}
	}
	ids, err := c.ids.Products.Next(ctx, missing)
	if err != nil {
		return rows, err
	}
	for i := range list {
		if list[i].ID == 0 {
			list[i].ID, ids = ids[0], ids[1:]
		}
	}
	if rows.links, err = c.ids.Links.Next(ctx, links); err != nil {
		return rows, err
	}
	rows.images, err = c.ids.Images.Next(ctx, imgs)
	return rows, err
}

func decideCreate(ctx context.Context, tx *event.Tx, list []NewProduct, rows childRows, takers map[int]int) ([]event.New, []int, error) {
	var all, ids []int
	for _, n := range list {
		all = append(all, n.Occasions...)
		ids = append(ids, n.ID)
	}
	if len(takers) > 0 {
		if err := lockCarousel(ctx, tx); err != nil {
			return nil, nil, err
		}
	}
	if err := lockTies(ctx, tx, all); err != nil {
		return nil, nil, err
	}
	var news []event.New
	if len(takers) > 0 {
		occupants, err := products(ctx, tx, selectProducts+` where p.carousel_order = any($1) order by p.id for no key update`, keys(takers))
		if err != nil {
			return nil, nil, err
		}
		news = turnOut(occupants, takers)
	}
	if err := unique(ctx, tx, list); err != nil {
		return nil, nil, err
	}
	if err := mustExist(ctx, tx, all); err != nil {
		return nil, nil, err
	}
	return append(news, birth(list, rows)...), ids, nil
}

// birth is the events of new products, those of one type together, so that they are applied by few statements.
func birth(list []NewProduct, rows childRows) []event.New {
	var created, linked, pictured []event.New
	for _, n := range list {
		stream, version := productStream(n.ID), 1
		created = append(created, event.New{Stream: stream, Version: version, Payload: &ProductCreated{ProductID: n.ID,
			Slug: n.Slug, Details: n.Details, Stock: n.Stock, Active: !n.Inactive}})
		if len(n.Occasions) > 0 {
			e := &OccasionsReplaced{ProductID: n.ID}
			for _, o := range n.Occasions {
				e.Links = append(e.Links, Link{ID: rows.links[0], OccasionID: o})
				rows.links = rows.links[1:]
			}
			version++
			linked = append(linked, event.New{Stream: stream, Version: version, Payload: e})
		}
		for _, i := range n.Images {
			version++
			pictured = append(pictured, event.New{Stream: stream, Version: version, Payload: i.event(n.ID, rows.images)})
			rows.images = rows.images[len(i.Files):]
		}
	}
	return slices.Concat(created, linked, pictured)
}

// unique finds taken SKUs and gives each product a free slug.
func unique(ctx context.Context, tx pgx.Tx, list []NewProduct) error {
	var skus, bases []string
	for i := range list {
		if sku := list[i].SKU; sku != "" {
			skus = append(skus, sku)
		}
		bases = append(bases, list[i].base())
	}
	if err := skusFree(ctx, tx, 0, skus); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `select slug from products where slug = any($1) or regexp_replace(slug, '-[0-9]+$', '') = any($1)`, bases)
	if err != nil {
		return fmt.Errorf("read slugs: %w", err)
	}
	slugs, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read slugs: %w", err)
	}
	taken := map[string]bool{}
	for _, s := range slugs {
		taken[s] = true
	}
	for i := range list {
		if list[i].Slug != "" && taken[list[i].Slug] {
			return fault.New(fault.Conflict, "slug_taken", "The slug %s is taken.", list[i].Slug).With("slug", list[i].Slug)
		}
		list[i].Slug = free(bases[i], taken)
	}
	return nil
}

// base is the slug that a product asks for.
func (n *NewProduct) base() string {
	if n.Slug != "" {
		return n.Slug
	}
	if s := Slug(n.Name, slugLength); s != "" {
		return s
	}
	return fmt.Sprintf("producto-%d", n.ID)
}

// skusFree fails with the first SKU that another product than own has, or that is asked for twice.
func skusFree(ctx context.Context, tx pgx.Tx, own int, skus []string) error {
	seen := map[string]bool{}
	upper := make([]string, len(skus))
	for i, s := range skus {
		if upper[i] = strings.ToUpper(s); seen[upper[i]] {
			return skuTaken(s)
		}
		seen[upper[i]] = true
	}
	rows, err := tx.Query(ctx, `select sku from products where upper(sku) in (select upper(s) from unnest($1::text[]) s) and id <> $2 limit 1`, skus, own)
	if err != nil {
		return fmt.Errorf("read SKUs: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read SKUs: %w", err)
	}
	if len(found) > 0 {
		return skuTaken(found[0])
	}
	return nil
}

func skuTaken(sku string) error {
	return fault.New(fault.Conflict, "sku_taken", "The SKU %s belongs to another product.", sku).With("sku", sku)
}

func keys(m map[int]int) []int {
	var list []int
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
