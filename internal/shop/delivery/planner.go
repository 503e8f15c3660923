package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Planner reads and changes the delivery calendar. Safe for concurrent use.
type Planner struct {
	db  *postgres.DB
	log *event.Log
}

// New makes a Planner over db whose changes go through log.
func New(db *postgres.DB, log *event.Log) *Planner { return &Planner{db: db, log: log} }

const selectZones = `select id, kind, name, slug, fee_usd, active, display_order, version from zones`

func scanZone(row pgx.CollectableRow) (Zone, error) {
	var z Zone
	err := row.Scan(&z.ID, &z.Kind, &z.Name, &z.Slug, &z.FeeUSD, &z.Active, &z.DisplayOrder, &z.Version)
	return z, err
}

// Zones are the zones that take orders, in display order.
func (p *Planner) Zones(ctx context.Context) ([]Zone, error) {
	return p.zones(ctx, selectZones+` where active order by display_order, id`)
}

// AllZones are also those out of use.
func (p *Planner) AllZones(ctx context.Context) ([]Zone, error) {
	return p.zones(ctx, selectZones+` order by display_order, id`)
}

// Zone is one zone, in use or not.
func (p *Planner) Zone(ctx context.Context, id int) (Zone, error) {
	zones, err := p.zones(ctx, selectZones+` where id = $1`, id)
	if err != nil {
		return Zone{}, err
	}
	if len(zones) == 0 {
		return Zone{}, zoneUnknown(id)
	}
	return zones[0], nil
}

func (p *Planner) zones(ctx context.Context, sql string, args ...any) ([]Zone, error) {
	rows, err := p.db.Reader().Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read zones: %w", err)
	}
	zones, err := pgx.CollectRows(rows, scanZone)
	if err != nil {
		return nil, fmt.Errorf("read zones: %w", err)
	}
	return zones, nil
}

// maxDays bounds one calendar: a quarter and a day more than can be ordered for.
const maxDays = MaxAhead + 2

// Calendar is every slot of a zone on the days from from, by day and start, as it stands at now.
func (p *Planner) Calendar(ctx context.Context, zoneID int, from Day, days int, now time.Time) ([]Offer, error) {
	if !from.Valid() || days < 1 || days > maxDays {
		return nil, fault.Invalidf("days", "Pide entre 1 y %d días.", maxDays)
	}
	keys := make([]CapacityKey, days)
	for i := range keys {
		keys[i] = CapacityKey{Day: from.Add(i), Zone: zoneID}
	}
	l, err := load(ctx, p.db.Reader(), keys)
	if err != nil {
		return nil, err
	}
	if _, ok := l.zones[zoneID]; !ok {
		return nil, zoneUnknown(zoneID)
	}
	var offers []Offer
	for _, k := range keys {
		offers = append(offers, l.Offers(k.Day, zoneID, now)...)
	}
	return offers, nil
}

// Calendars is the calendar of several zones at once: by day, then in the order of zones, then by start. A zone that does
// not exist has no offers.
func (p *Planner) Calendars(ctx context.Context, zones []int, from Day, days int, now time.Time) ([]Offer, error) {
	if !from.Valid() || days < 1 || days > maxDays {
		return nil, fault.Invalidf("days", "Pide entre 1 y %d días.", maxDays)
	}
	keys := make([]CapacityKey, 0, days*len(zones))
	for i := range days {
		for _, zone := range zones {
			keys = append(keys, CapacityKey{Day: from.Add(i), Zone: zone})
		}
	}
	l, err := load(ctx, p.db.Reader(), keys)
	if err != nil {
		return nil, err
	}
	var offers []Offer
	for _, k := range keys {
		offers = append(offers, l.Offers(k.Day, k.Zone, now)...)
	}
	return offers, nil
}

// load is QueueLoad sent alone.
func load(ctx context.Context, q postgres.Querier, keys []CapacityKey) (*Load, error) {
	b := &pgx.Batch{}
	l := QueueLoad(b, keys)
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read delivery calendar: %w", err)
	}
	return l, nil
}
