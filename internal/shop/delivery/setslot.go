package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Plan is a slot with the zones it serves and their ordinary capacities.
type Plan struct {
	Slot
	Zones []SlotInZone // by zone
}

const selectPlans = `
	select s.id, s.weekday, to_char(s.starts, 'HH24:MI'), to_char(s.ends, 'HH24:MI'), extract(epoch from s.cutoff)::bigint,
		s.active, s.version, coalesce(array_agg(sz.zone_id order by sz.zone_id) filter (where sz.zone_id is not null), '{}'),
		coalesce(array_agg(sz.capacity order by sz.zone_id) filter (where sz.zone_id is not null), '{}')
	from delivery_slots s left join slot_zones sz on sz.slot_id = s.id`

// Plans are all slots, in use or not, by weekday and start.
func (p *Planner) Plans(ctx context.Context) ([]Plan, error) {
	return plans(ctx, p.db.Reader(), selectPlans+` group by s.id order by s.weekday, s.starts, s.id`)
}

// Plan is one slot.
func (p *Planner) Plan(ctx context.Context, id int) (Plan, error) {
	return planOf(ctx, p.db.Reader(), id)
}

func planOf(ctx context.Context, q postgres.Querier, id int) (Plan, error) {
	found, err := plans(ctx, q, selectPlans+` where s.id = $1 group by s.id`, id)
	if err != nil {
		return Plan{}, err
	}
	if len(found) == 0 {
		return Plan{}, slotNotFound(id)
	}
	return found[0], nil
}

func slotNotFound(id int) *fault.Error {
	return fault.New(fault.NotFound, "slot_unknown", "Ese horario no existe.").With("slot_id", id)
}

func plans(ctx context.Context, q postgres.Querier, sql string, args ...any) ([]Plan, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read slots: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Plan, error) {
		var (
			plan              Plan
			cutoff            int64
			zones, capacities []int
		)
		err := row.Scan(&plan.ID, &plan.Weekday, &plan.Starts, &plan.Ends, &cutoff, &plan.Active, &plan.Version, &zones, &capacities)
		plan.Cutoff = time.Duration(cutoff) * time.Second
		for i := range zones {
			plan.Zones = append(plan.Zones, SlotInZone{zones[i], capacities[i]})
		}
		return plan, err
	})
}

// SetSlot makes the slot when plan.ID is 0, else changes it and its zones to plan; plan.Version, when given, must be the
// present one. New ordinary capacities hold for days of which nothing is sold or edited yet. It fails with the faults invalid,
// slot_unknown, zone_unknown, slot_exists, version_conflict, and slot_reserved when deliveries still to come would lose their
// hours or zone.
func (p *Planner) SetSlot(ctx context.Context, plan Plan) (Plan, error) {
	if err := checkPlan(plan); err != nil {
		return Plan{}, err
	}
	var id int
	_, err := p.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		next := plan
		if err := nextSlot(ctx, tx, &next); err != nil {
			return nil, err
		}
		id, next.Version = next.ID, next.Version+1
		return []event.New{slotSet(next)}, nil
	})
	if postgres.Constraint(err) == "delivery_slots_weekday_starts_ends_key" {
		return Plan{}, fault.New(fault.Conflict, "slot_exists", "Ya hay un horario de %s ese día de la semana.", plan.Label()).Because(err)
	}
	if err != nil {
		return Plan{}, fmt.Errorf("set slot %d: %w", plan.ID, err)
	}
	return p.Plan(ctx, id)
}

func slotSet(s Plan) event.New {
	zones := slices.Clone(s.Zones)
	slices.SortFunc(zones, func(a, b SlotInZone) int { return a.Zone - b.Zone })
	return event.New{Stream: fmt.Sprintf("slot-%d", s.ID), Version: s.Version, Payload: &SlotSet{ID: s.ID,
		Weekday: int(s.Weekday), Starts: s.Starts, Ends: s.Ends, CutoffMinutes: int(s.Cutoff / time.Minute), Active: s.Active,
		Zones: zones}}
}

func checkPlan(s Plan) error {
	var c fault.Checker
	c.Check(s.Weekday >= time.Sunday && s.Weekday <= time.Saturday, "weekday", "El día de la semana va de 0 (domingo) a 6 (sábado).")
	starts := c.Check(clockForm(s.Starts), "starts", "La hora tiene la forma 09:00.")
	ends := c.Check(clockForm(s.Ends), "ends", "La hora tiene la forma 12:00.")
	c.Check(!starts || !ends || s.Starts < s.Ends, "ends", "El horario termina después de empezar.")
	c.Check(s.Cutoff >= 0 && s.Cutoff <= maxCutoff*time.Minute && s.Cutoff%time.Minute == 0, "cutoff_minutes",
		"El cierre es entre 0 y %d minutos antes.", maxCutoff)
	seen := map[int]bool{}
	for i, z := range s.Zones {
		c.Check(!seen[z.Zone], fmt.Sprintf("zones.%d.zone", i), "La zona está dos veces.")
		c.Check(z.Capacity >= 0 && z.Capacity <= maxCapacity, fmt.Sprintf("zones.%d.capacity", i), "El cupo va de 0 a %d.", maxCapacity)
		seen[z.Zone] = true
	}
	return c.Err()
}

func clockForm(s string) bool {
	t, err := time.Parse("15:04", s)
	return err == nil && t.Format("15:04") == s
}

// nextSlot locks the row of s, or gives a new slot its id, sets s.Version to the version that is now, and refuses what would
// break promises.
func nextSlot(ctx context.Context, tx *event.Tx, s *Plan) error {
	if err := zonesExist(ctx, tx, s.Zones); err != nil {
		return err
	}
	if s.ID == 0 {
		s.Version = 0
		return tx.QueryRow(ctx, `select nextval('delivery_slots_id_seq')`).Scan(&s.ID)
	}
	expected := s.Version
	err := tx.QueryRow(ctx, `select version from delivery_slots where id = $1 for no key update`, s.ID).Scan(&s.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return slotNotFound(s.ID)
	}
	if err != nil {
		return err
	}
	if expected != 0 && expected != s.Version {
		return errChanged(s.Version)
	}
	return keepsPromises(ctx, tx, *s)
}

func zonesExist(ctx context.Context, tx pgx.Tx, zones []SlotInZone) error {
	ids := make([]int, len(zones))
	for i, z := range zones {
		ids[i] = z.Zone
	}
	var missing *int
	err := tx.QueryRow(ctx, `
		select min(u.id) from unnest($1::int[]) u (id) where not exists (select from zones z where z.id = u.id)`, ids).
		Scan(&missing)
	if err == nil && missing != nil {
		return zoneUnknown(*missing)
	}
	return err
}

// keepsPromises refuses a change of s under deliveries that are still to come: another time, out of use, a zone less.
func keepsPromises(ctx context.Context, tx *event.Tx, s Plan) error {
	before, err := planOf(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		select zone_id, min(day)::text, sum(reserved) from delivery_capacity
		where slot_id = $1 and day >= $2::text::date and reserved > 0 group by zone_id order by min(day), zone_id`,
		s.ID, string(DayOf(tx.Now)))
	if err != nil {
		return err
	}
	moved := before.Weekday != s.Weekday || before.Starts != s.Starts || before.Ends != s.Ends || !s.Active
	var (
		zone, reserved, total int
		day, first            Day
	)
	_, err = pgx.ForEachRow(rows, []any{&zone, &day, &reserved}, func() error {
		if moved || !slices.ContainsFunc(s.Zones, func(z SlotInZone) bool { return z.Zone == zone }) {
			total += reserved
			if first == "" {
				first = day
			}
		}
		return nil
	})
	if err != nil || total == 0 {
		return err
	}
	return fault.New(fault.Conflict, "slot_reserved",
		"Ese horario tiene entregas por hacer (%d) desde el %s. Para no tomar más, cierra los días o pon su cupo en 0.",
		total, first.spanish()).
		With("reserved", total).With("first_day", string(first))
}
