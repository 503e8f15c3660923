package delivery

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Bounds of what commands accept.
const (
	maxName     = 100
	maxReason   = 200
	maxFee      = 1000_00 // cents
	maxCapacity = 1000
	maxCutoff   = 7 * 24 * 60 // minutes
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// errChanged is the fault of an edit that was made on an older version of the thing.
func errChanged(version int) error {
	return fault.New(fault.Conflict, "version_conflict", "Alguien lo cambió mientras lo editabas. Recarga y vuelve a intentarlo.").
		With("version", version)
}

// SetZone makes the zone when z.ID is 0, else changes it to z; z.Version, when given, must be the present one. It fails with
// the faults invalid, zone_unknown, zone_slug_taken and version_conflict.
func (p *Planner) SetZone(ctx context.Context, z Zone) (Zone, error) {
	z.Name = strings.TrimSpace(z.Name)
	if err := checkZone(z); err != nil {
		return Zone{}, err
	}
	var id int
	_, err := p.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		next := z
		if err := nextZone(ctx, tx, &next); err != nil {
			return nil, err
		}
		id, next.Version = next.ID, next.Version+1
		return []event.New{zoneSet(next)}, nil
	})
	if postgres.Constraint(err) == "zones_slug_key" {
		return Zone{}, fault.New(fault.Conflict, "zone_slug_taken", "Ya hay una zona con el nombre corto %s.", z.Slug).Because(err)
	}
	if err != nil {
		return Zone{}, fmt.Errorf("set zone %s: %w", z.Slug, err)
	}
	return p.Zone(ctx, id)
}

func zoneSet(z Zone) event.New {
	return event.New{Stream: fmt.Sprintf("zone-%d", z.ID), Version: z.Version, Payload: &ZoneSet{ID: z.ID, Kind: z.Kind,
		Name: z.Name, Slug: z.Slug, FeeUSD: z.FeeUSD, Active: z.Active, DisplayOrder: z.DisplayOrder}}
}

func checkZone(z Zone) error {
	var c fault.Checker
	c.Check(z.Kind == Delivery || z.Kind == Pickup, "kind", "El tipo es delivery o pickup.")
	c.Check(plain(z.Name, maxName), "name", "El nombre lleva entre 1 y %d caracteres.", maxName)
	c.Check(len(z.Slug) <= maxName && slugForm.MatchString(z.Slug), "slug", "El nombre corto lleva minúsculas, números y guiones.")
	c.Check(z.FeeUSD >= 0 && z.FeeUSD <= maxFee, "fee_usd", "El envío cuesta entre 0 y 1.000 dólares.")
	c.Check(z.DisplayOrder >= 0 && z.DisplayOrder <= 10_000, "display_order", "El orden va de 0 a 10.000.")
	return c.Err()
}

// plain reports whether s is text of 1 to n characters that the database can hold.
func plain(s string, n int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= n && !strings.ContainsRune(s, 0)
}

// nextZone locks the row of z, or gives a new zone its id, and sets z.Version to the version that is now.
func nextZone(ctx context.Context, tx pgx.Tx, z *Zone) error {
	if z.ID == 0 {
		z.Version = 0
		return tx.QueryRow(ctx, `select nextval('zones_id_seq')`).Scan(&z.ID)
	}
	expected := z.Version
	err := tx.QueryRow(ctx, `select version from zones where id = $1 for no key update`, z.ID).Scan(&z.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return zoneUnknown(z.ID)
	}
	if err == nil && expected != 0 && expected != z.Version {
		return errChanged(z.Version)
	}
	return err
}
