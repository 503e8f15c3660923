package delivery

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
)

// Load is what the tables hold about some days and zones, as one snapshot saw it, plus what has been taken from it since.
// Not safe for concurrent use.
type Load struct {
	zones map[int]Zone
	days  map[dayZone][]standing // by start
	taken map[CapacityKey]int
}

type dayZone struct {
	day  Day
	zone int
}

func newLoad() *Load {
	return &Load{zones: map[int]Zone{}, days: map[dayZone][]standing{}, taken: map[CapacityKey]int{}}
}

// selectStandings reads every slot of each day × zone with all that decides about it, in one snapshot. A zone without a day
// comes alone. The pairs are distinct, and the weekday comes along, because orders wait for this statement.
const selectStandings = `
	select coalesce(k.day::text, ''), z.id, z.kind, z.name, z.slug, z.fee_usd, z.active, z.display_order, z.version,
		s.id, s.weekday, to_char(s.starts, 'HH24:MI'), to_char(s.ends, 'HH24:MI'),
		extract(epoch from s.cutoff)::bigint, s.active, s.version,
		coalesce(c.capacity, sz.capacity), coalesce(c.reserved, 0), coalesce(c.closed, false), coalesce(b.reason, '')
	from unnest($1::text[]::date[], $2::int[], $3::int[]) k (day, weekday, zone)
	join zones z on z.id = k.zone
	left join (slot_zones sz join delivery_slots s on s.id = sz.slot_id) on sz.zone_id = z.id and s.weekday = k.weekday
	left join delivery_capacity c on c.day = k.day and c.slot_id = s.id and c.zone_id = z.id
	left join blackout_days b on b.day = k.day
	order by k.day, z.id, s.starts, s.id`

// QueueLoad queues into b the reading of the zones and of every slot of the days of keys; the Load is filled when the
// results of b are closed. Keys without a day load their zone. To decide on it, take LockCapacity of the keys before.
func QueueLoad(b *pgx.Batch, keys []CapacityKey) *Load {
	l := newLoad()
	var (
		days     []*string
		weekdays []*int
		zones    []int
		seen     = map[dayZone]bool{}
	)
	for _, k := range keys {
		at := dayZone{k.Day, k.Zone}
		if !k.Day.Valid() { // Check refuses it; one wrong day must not fail the batch of all
			at.day = ""
		}
		if seen[at] {
			continue
		}
		seen[at] = true
		var (
			day     *string
			weekday *int
		)
		if at.day != "" {
			day, weekday = new(string(at.day)), new(int(at.day.Weekday()))
		}
		days, weekdays, zones = append(days, day), append(weekdays, weekday), append(zones, k.Zone)
	}
	b.Queue(selectStandings, days, weekdays, zones).Query(l.read)
	return l
}

func (l *Load) read(rows pgx.Rows) error {
	for rows.Next() {
		var (
			s       standing
			slot    nullSlot
			ordinal *int
		)
		if err := rows.Scan(&s.day, &s.zone.ID, &s.zone.Kind, &s.zone.Name, &s.zone.Slug, &s.zone.FeeUSD, &s.zone.Active,
			&s.zone.DisplayOrder, &s.zone.Version, &slot.id, &slot.weekday, &slot.starts, &slot.ends, &slot.cutoff,
			&slot.active, &slot.version, &ordinal, &s.reserved, &s.closed, &s.blackout); err != nil {
			return fmt.Errorf("read delivery calendar: %w", err)
		}
		l.zones[s.zone.ID] = s.zone
		if slot.id == nil {
			continue
		}
		s.slot, s.capacity = slot.slot(), *ordinal
		at := dayZone{s.day, s.zone.ID}
		l.days[at] = append(l.days[at], s)
	}
	return rows.Err()
}

// nullSlot scans a slot that an outer join may leave out.
type nullSlot struct {
	id, weekday, version *int
	starts, ends         *string
	cutoff               *int64 // seconds
	active               *bool
}

func (n nullSlot) slot() Slot {
	return Slot{ID: *n.id, Weekday: time.Weekday(*n.weekday), Starts: *n.starts, Ends: *n.ends,
		Cutoff: time.Duration(*n.cutoff) * time.Second, Active: *n.active, Version: *n.version}
}

// Zone is a loaded zone that takes orders; others are the fault zone_unknown.
func (l *Load) Zone(id int) (Zone, error) {
	z, ok := l.zones[id]
	if !ok || !z.Active {
		return Zone{}, zoneUnknown(id)
	}
	return z, nil
}

// Offer is how a loaded key stands at now, what has been taken included; ok is false when the day has no such slot for the
// zone.
func (l *Load) Offer(key CapacityKey, now time.Time) (o Offer, ok bool) {
	for _, o := range l.Offers(key.Day, key.Zone, now) {
		if o.Slot.ID == key.Slot {
			return o, true
		}
	}
	return Offer{}, false
}

// Offers are all slots of a loaded day and zone by start.
func (l *Load) Offers(day Day, zone int, now time.Time) []Offer {
	standings := l.days[dayZone{day, zone}]
	offers := make([]Offer, len(standings))
	for i, s := range standings {
		s.reserved += l.taken[s.key()]
		offers[i] = decideSlot(s, now)
	}
	return offers
}

// Take counts n places of key as reserved for the checks that follow.
func (l *Load) Take(key CapacityKey, n int) { l.taken[key] += n }

// Check is nil when n places of key can be reserved at now. Else it is a fault that says, in Spanish, what to do; its facts
// name the key and under "alternatives" the open slots of the day.
func (l *Load) Check(key CapacityKey, n int, now time.Time) error {
	if _, err := l.Zone(key.Zone); err != nil {
		return err
	}
	if err := CheckDay(key.Day, now); err != nil {
		return err
	}
	o, ok := l.Offer(key, now)
	switch {
	case !ok:
		return l.refuse(fault.Invalid, "slot_unknown", "Ese horario no es de ese día en tu zona.", key, now)
	case o.State == Blackout:
		return fault.New(fault.Conflict, "day_blackout", "El %s no entregamos: %s. Elige otro día.", key.Day.spanish(), o.Reason).
			With("day", string(key.Day)).With("reason", o.Reason)
	case o.State == Past:
		return l.refuse(fault.Conflict, "slot_past", "Ese horario cerró "+closedSince(o.Closes, now), key, now)
	case o.State == Closed:
		return l.refuse(fault.Conflict, "slot_closed", "Ese horario está cerrado.", key, now)
	case o.Left < n:
		return l.refuse(fault.Conflict, "slot_full", "Ese horario se acaba de llenar.", key, now)
	}
	return nil
}
