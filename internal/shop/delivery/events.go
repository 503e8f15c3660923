package delivery

import (
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/shop/money"
)

// calendarStream is the life of blackouts and capacities of single days.
const calendarStream = "calendar"

// ZoneSet says that a zone was made or changed; it holds all of the zone. Stream "zone-ID".
type ZoneSet struct {
	ID           int       `json:"id"`
	Kind         string    `json:"kind"`
	Name         string    `json:"name"`
	Slug         string    `json:"slug"`
	FeeUSD       money.USD `json:"fee_usd"`
	Active       bool      `json:"active"`
	DisplayOrder int       `json:"display_order"`
}

// SlotSet says that a slot was made or changed; it holds all of the slot and of the zones it serves. Stream "slot-ID".
type SlotSet struct {
	ID            int          `json:"id"`
	Weekday       int          `json:"weekday"`
	Starts        string       `json:"starts"`
	Ends          string       `json:"ends"`
	CutoffMinutes int          `json:"cutoff_minutes"`
	Active        bool         `json:"active"`
	Zones         []SlotInZone `json:"zones"`
}

// SlotInZone is the ordinary capacity of a slot in one zone.
type SlotInZone struct {
	Zone     int `json:"zone"`
	Capacity int `json:"capacity"`
}

// CapacitySet says that the florist set the places of one day × slot × zone. Stream "calendar".
type CapacitySet struct {
	Day      Day  `json:"day"`
	Slot     int  `json:"slot"`
	Zone     int  `json:"zone"`
	Capacity int  `json:"capacity"`
	Closed   bool `json:"closed"`
}

// BlackoutSet says that nothing is delivered on a day. Stream "calendar".
type BlackoutSet struct {
	Day    Day    `json:"day"`
	Reason string `json:"reason"`
}

// BlackoutCleared says that a blackout day is a day of delivery again. Stream "calendar".
type BlackoutCleared struct {
	Day Day `json:"day"`
}

// Events are the event types of the delivery calendar.
func Events() []event.Def {
	return []event.Def{
		event.On("delivery.zone_set", 1, applyZoneSet),
		event.On("delivery.slot_set", 1, applySlotSet),
		event.On("delivery.capacity_set", 1, applyCapacitySet),
		event.On("delivery.blackout_set", 1, applyBlackoutSet),
		event.On("delivery.blackout_cleared", 1, applyBlackoutCleared),
	}
}

// distinct cuts a run so that no part names a thing twice: an upsert cannot touch a row twice, and skipping the earlier
// state would let unique values collide that never did.
func distinct[T any, K comparable](run []event.Of[T], key func(*T) K, each func([]event.Of[T])) {
	seen, start := map[K]bool{}, 0
	for i, e := range run {
		if k := key(e.Data); seen[k] {
			each(run[start:i])
			clear(seen)
			start = i
		}
		seen[key(e.Data)] = true
	}
	each(run[start:])
}

const upsertZones = `
	insert into zones (id, kind, name, slug, fee_usd, active, display_order, version)
	select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::bool[], $7::int[], $8::int[])
	on conflict (id) do update set kind = excluded.kind, name = excluded.name, slug = excluded.slug,
		fee_usd = excluded.fee_usd, active = excluded.active, display_order = excluded.display_order,
		version = excluded.version`

func applyZoneSet(b *pgx.Batch, run []event.Of[ZoneSet]) {
	distinct(run, func(z *ZoneSet) int { return z.ID }, func(run []event.Of[ZoneSet]) {
		var (
			ids, orders, versions []int
			kinds, names, slugs   []string
			fees                  []money.USD
			actives               []bool
		)
		for _, e := range run {
			ids, orders, versions = append(ids, e.Data.ID), append(orders, e.Data.DisplayOrder), append(versions, e.Version)
			kinds, names, slugs = append(kinds, e.Data.Kind), append(names, e.Data.Name), append(slugs, e.Data.Slug)
			fees, actives = append(fees, e.Data.FeeUSD), append(actives, e.Data.Active)
		}
		b.Queue(upsertZones, ids, kinds, names, slugs, fees, actives, orders, versions)
	})
}

const (
	upsertSlots = `
	insert into delivery_slots (id, weekday, starts, ends, cutoff, active, version)
	select id, weekday, starts, ends, make_interval(mins => cutoff), active, version
	from unnest($1::int[], $2::int[], $3::text[]::time[], $4::text[]::time[], $5::int[], $6::bool[], $7::int[])
		u (id, weekday, starts, ends, cutoff, active, version)
	on conflict (id) do update set weekday = excluded.weekday, starts = excluded.starts, ends = excluded.ends,
		cutoff = excluded.cutoff, active = excluded.active, version = excluded.version`
	deleteSlotZones = `delete from slot_zones where slot_id = any($1::int[])`
	insertSlotZones = `
	insert into slot_zones (slot_id, zone_id, capacity) select * from unnest($1::int[], $2::int[], $3::int[])`
)

func applySlotSet(b *pgx.Batch, run []event.Of[SlotSet]) {
	distinct(run, func(s *SlotSet) int { return s.ID }, func(run []event.Of[SlotSet]) {
		var (
			ids, weekdays, cutoffs, versions []int
			starts, ends                     []string
			actives                          []bool
			slots, zones, capacities         []int
		)
		for _, e := range run {
			ids, weekdays, versions = append(ids, e.Data.ID), append(weekdays, e.Data.Weekday), append(versions, e.Version)
			starts, ends = append(starts, e.Data.Starts), append(ends, e.Data.Ends)
			cutoffs, actives = append(cutoffs, e.Data.CutoffMinutes), append(actives, e.Data.Active)
			for _, z := range e.Data.Zones {
				slots, zones, capacities = append(slots, e.Data.ID), append(zones, z.Zone), append(capacities, z.Capacity)
			}
		}
		b.Queue(upsertSlots, ids, weekdays, starts, ends, cutoffs, actives, versions)
		b.Queue(deleteSlotZones, ids)
		b.Queue(insertSlotZones, slots, zones, capacities)
	})
}

const upsertCapacity = `
	insert into delivery_capacity (day, slot_id, zone_id, capacity, closed)
	select * from unnest($1::text[]::date[], $2::int[], $3::int[], $4::int[], $5::bool[])
	on conflict (day, slot_id, zone_id) do update set capacity = excluded.capacity, closed = excluded.closed`

func applyCapacitySet(b *pgx.Batch, run []event.Of[CapacitySet]) {
	distinct(run, func(c *CapacitySet) CapacityKey { return c.key() }, func(run []event.Of[CapacitySet]) {
		var (
			days                     []string
			slots, zones, capacities []int
			closed                   []bool
		)
		for _, e := range run {
			days = append(days, string(e.Data.Day))
			slots, zones = append(slots, e.Data.Slot), append(zones, e.Data.Zone)
			capacities, closed = append(capacities, e.Data.Capacity), append(closed, e.Data.Closed)
		}
		b.Queue(upsertCapacity, days, slots, zones, capacities, closed)
	})
}

func (c *CapacitySet) key() CapacityKey { return CapacityKey{c.Day, c.Slot, c.Zone} }

const upsertBlackouts = `
	insert into blackout_days (day, reason) select * from unnest($1::text[]::date[], $2::text[])
	on conflict (day) do update set reason = excluded.reason`

func applyBlackoutSet(b *pgx.Batch, run []event.Of[BlackoutSet]) {
	distinct(run, func(s *BlackoutSet) Day { return s.Day }, func(run []event.Of[BlackoutSet]) {
		var days, reasons []string
		for _, e := range run {
			days, reasons = append(days, string(e.Data.Day)), append(reasons, e.Data.Reason)
		}
		b.Queue(upsertBlackouts, days, reasons)
	})
}

func applyBlackoutCleared(b *pgx.Batch, run []event.Of[BlackoutCleared]) {
	var days []string
	for _, e := range run {
		days = append(days, string(e.Data.Day))
	}
	b.Queue(`delete from blackout_days where day = any($1::text[]::date[])`, days)
}
