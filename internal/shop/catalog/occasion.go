package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
)

// occasionSlugLength is the longest slug of an occasion.
const occasionSlugLength = 100

var color = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

func (d *OccasionDetails) normalize() {
	for _, s := range []*string{&d.Name, &d.NameEN, &d.Slug, &d.Description, &d.Icon, &d.Color} {
		*s = strings.TrimSpace(*s)
	}
	if d.Slug == "" {
		d.Slug = Slug(d.Name, occasionSlugLength)
	}
}

func (d *OccasionDetails) check() error {
	var c fault.Checker
	label(&c, "name", d.Name, 2, 100)
	label(&c, "name_en", d.NameEN, 0, 100)
	c.Check(slugOK(d.Slug, occasionSlugLength), "slug", "slug: lower-case letters, digits and hyphens, 1 to %d", occasionSlugLength)
	text(&c, "description", d.Description, 0, 2000)
	label(&c, "icon", d.Icon, 0, 50)
	c.Check(d.Color == "" || color.MatchString(d.Color), "color", "color: #rrggbb")
	c.Check(d.DisplayOrder >= 0 && d.DisplayOrder <= 1_000_000, "display_order", "display_order: 0 to 1000000")
	return c.Err()
}

// CreateOccasion adds an occasion and returns its id; without a slug it is made from the name. Faults: Invalid; Conflict
// occasion_taken, slug_taken.
func (c *Catalog) CreateOccasion(ctx context.Context, d OccasionDetails) (int, error) {
	d.normalize()
	if err := d.check(); err != nil {
		return 0, err
	}
	ids, err := c.ids.Occasions.Next(ctx, 1)
	if err != nil {
		return 0, err
	}
	id, err := idempotency.Execute(ctx, c.log, postgres.General, func(context.Context, *event.Tx) ([]event.New, int, error) {
		return []event.New{{Stream: occasionStream(ids[0]), Version: 1, Payload: &OccasionCreated{ids[0], d}}}, ids[0], nil
	})
	return id, refused(err)
}

// OccasionChange is what becomes different; nil leaves a field as it is, "" empties it.
type OccasionChange struct {
	Name, NameEN, Slug, Description, Icon, Color *string
	DisplayOrder                                 *int
	Active                                       *bool
}

// UpdateOccasion changes an occasion, active or not.
func (c *Catalog) UpdateOccasion(ctx context.Context, id int, ch OccasionChange) error {
	if ch == (OccasionChange{}) {
		return fault.New(fault.Invalid, "empty_change", "Nothing to change was given.")
	}
	return c.changeOccasion(ctx, id, func(o Occasion, d *OccasionDetails) error {
		set(&d.Name, ch.Name)
		set(&d.NameEN, ch.NameEN)
		set(&d.Slug, ch.Slug)
		set(&d.Description, ch.Description)
		set(&d.Icon, ch.Icon)
		set(&d.Color, ch.Color)
		set(&d.DisplayOrder, ch.DisplayOrder)
		set(&d.Active, ch.Active)
		d.normalize()
		return d.check()
	})
}

// DeactivateOccasion hides an occasion; its products stay tied to it. An inactive one is NotFound.
func (c *Catalog) DeactivateOccasion(ctx context.Context, id int) error {
	return c.changeOccasion(ctx, id, func(o Occasion, d *OccasionDetails) error {
		if !o.Active {
			return occasionNotFound("id", id)
		}
		d.Active = false
		return nil
	})
}

// ReactivateOccasion shows it again. An active one is a Conflict.
func (c *Catalog) ReactivateOccasion(ctx context.Context, id int) error {
	return c.changeOccasion(ctx, id, func(o Occasion, d *OccasionDetails) error {
		if o.Active {
			return fault.New(fault.Conflict, "already_active", "The occasion is active already.")
		}
		d.Active = true
		return nil
	})
}

func (c *Catalog) changeOccasion(ctx context.Context, id int, change func(Occasion, *OccasionDetails) error) error {
	_, err := c.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		list, err := lockOccasion(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, occasionNotFound("id", id)
		}
		o := list[0]
		before := OccasionDetails{o.Name, o.NameEN, o.Slug, o.Description, o.Icon, o.Color, o.DisplayOrder, o.Active}
		after := before
		if err := change(o, &after); err != nil || after == before {
			return nil, err
		}
		return following(occasionStream(id), o.Version, []any{&OccasionChanged{id, after}}), nil
	})
	return refused(err)
}

// lockOccasion locks the products of an occasion by id, whose search texts its change makes anew, and then the occasion: the
// order in which those who tie a product to an occasion lock them. None is tied meanwhile.
func lockOccasion(ctx context.Context, tx *event.Tx, id int) ([]Occasion, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1, $2)`, occasionLock, id); err != nil {
		return nil, fmt.Errorf("lock the products of occasion %d: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `select p.id from products p where p.id in (select product_id from product_occasions
		where occasion_id = $1 and active) order by p.id for no key update`, id); err != nil {
		return nil, fmt.Errorf("lock the products of occasion %d: %w", id, err)
	}
	return occasions(ctx, tx, ` where o.id = $1 for no key update`, id)
}

// lockTies keeps the products of occasions from being locked together while one more is tied; it comes before any row lock.
func lockTies(ctx context.Context, tx pgx.Tx, occasions []int) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock_shared($1, id) from (select distinct unnest($2::int[]) as id order by id) o`,
		occasionLock, occasions)
	if err != nil {
		return fmt.Errorf("lock the ties of occasions: %w", err)
	}
	return nil
}

// SetOccasions makes exactly these the occasions of a product. An unknown one is NotFound.
func (c *Catalog) SetOccasions(ctx context.Context, id int, occasions []int) error {
	occasions = slices.Compact(slices.Sorted(slices.Values(occasions)))
	return c.relink(ctx, id, occasions, func([]int) ([]int, error) { return occasions, nil })
}

// LinkOccasion adds one occasion to a product; a Conflict if it has it, unless the same request under ctx's idempotency key
// gave it.
func (c *Catalog) LinkOccasion(ctx context.Context, id, occasion int) error {
	return c.relink(ctx, id, []int{occasion}, func(have []int) ([]int, error) {
		if slices.Contains(have, occasion) {
			return nil, fault.New(fault.Conflict, "already_linked", "The product has this occasion already.")
		}
		return append(have, occasion), nil
	})
}

// relink replaces a product's occasions by what next makes of those it has; wanted must exist.
func (c *Catalog) relink(ctx context.Context, id int, wanted []int, next func(have []int) ([]int, error)) error {
	var check fault.Checker
	checkOccasions(&check, wanted)
	if err := check.Err(); err != nil {
		return err
	}
	ids, err := c.ids.Links.Next(ctx, len(wanted))
	if err != nil {
		return err
	}
	return c.tie(ctx, id, wanted, func(ctx context.Context, tx *event.Tx, _ Product) ([]any, error) {
		if err := mustExist(ctx, tx, wanted); err != nil {
			return nil, err
		}
		rows, have, err := links(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		after, err := next(slices.Clone(have))
		if err != nil {
			return nil, err
		}
		slices.Sort(after)
		if slices.Equal(after, have) {
			return nil, nil
		}
		e := &OccasionsReplaced{ProductID: id, Links: []Link{}}
		fresh := ids
		for _, o := range after {
			row, known := rows[o]
			if !known {
				row, fresh = fresh[0], fresh[1:]
			}
			e.Links = append(e.Links, Link{row, o})
		}
		return []any{e}, nil
	})
}

// links is the rows of a product by occasion, and the occasions of those that are active, sorted.
func links(ctx context.Context, tx *event.Tx, product int) (rows map[int]int, active []int, err error) {
	found, err := tx.Query(ctx, `select id, occasion_id, active from product_occasions where product_id = $1 order by occasion_id`, product)
	if err != nil {
		return nil, nil, err
	}
	defer found.Close()
	rows = map[int]int{}
	for found.Next() {
		var (
			id, occasion int
			on           bool
		)
		if err := found.Scan(&id, &occasion, &on); err != nil {
			return nil, nil, err
		}
		rows[occasion] = id
		if on {
			active = append(active, occasion)
		}
	}
	return rows, active, found.Err()
}
