package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// SetCapacity sets how many places one day × slot × zone has, and whether it is closed to new orders. It fails with the faults
// day_past, day_invalid, slot_unknown, invalid, and capacity_reserved when more than capacity is promised already.
func (p *Planner) SetCapacity(ctx context.Context, key CapacityKey, capacity int, closed bool) error {
	if capacity < 0 || capacity > maxCapacity {
		return fault.Invalidf("capacity", "El cupo va de 0 a %d.", maxCapacity)
	}
	return p.onCalendar(ctx, key.Day, func(ctx context.Context, tx *event.Tx) (any, error) {
		now, err := lockStanding(ctx, tx, key)
		switch {
		case err != nil:
			return nil, err
		case capacity < now.reserved:
			return nil, fault.New(fault.Conflict, "capacity_reserved",
				"Ya hay %d entregas prometidas en ese horario: el cupo no puede ser menos.", now.reserved).
				With("reserved", now.reserved).With("capacity", now.capacity)
		case now.capacity == capacity && now.closed == closed:
			return nil, nil
		}
		return &CapacitySet{Day: key.Day, Slot: key.Slot, Zone: key.Zone, Capacity: capacity, Closed: closed}, nil
	})
}

// lockStanding locks the key and reads how it stands.
func lockStanding(ctx context.Context, tx pgx.Tx, key CapacityKey) (standing, error) {
	if err := LockCapacity(ctx, tx, []CapacityKey{key}); err != nil {
		return standing{}, err
	}
	l, err := load(ctx, tx, []CapacityKey{key})
	if err != nil {
		return standing{}, err
	}
	for _, s := range l.days[dayZone{key.Day, key.Zone}] {
		if s.slot.ID == key.Slot {
			return s, nil
		}
	}
	return standing{}, slotNotFound(key.Slot).With("day", string(key.Day)).With("zone_id", key.Zone)
}

// BlackoutDay is a day without deliveries.
type BlackoutDay struct {
	Day    Day
	Reason string
}

// Blackouts are the days without deliveries from from on.
func (p *Planner) Blackouts(ctx context.Context, from Day) ([]BlackoutDay, error) {
	if !from.Valid() {
		return nil, CheckDay(from, p.log.Now())
	}
	rows, err := p.db.Reader().Query(ctx, `
		select day::text, reason from blackout_days where day >= $1::text::date order by day`, string(from))
	if err != nil {
		return nil, fmt.Errorf("read blackout days: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[BlackoutDay])
}

// Blackout makes day a day without deliveries; what is promised for it stays promised. It fails with the faults day_past,
// day_invalid and invalid.
func (p *Planner) Blackout(ctx context.Context, day Day, reason string) error {
	reason = strings.TrimSpace(reason)
	if !plain(reason, maxReason) {
		return fault.Invalidf("reason", "Di por qué, en 1 a %d caracteres.", maxReason)
	}
	return p.onCalendar(ctx, day, func(ctx context.Context, tx *event.Tx) (any, error) {
		now, err := blackoutOf(ctx, tx, day)
		if err != nil || now == reason {
			return nil, err
		}
		return &BlackoutSet{Day: day, Reason: reason}, nil
	})
}

// ClearBlackout makes day a day of delivery again; one that is already stays it.
func (p *Planner) ClearBlackout(ctx context.Context, day Day) error {
	return p.onCalendar(ctx, day, func(ctx context.Context, tx *event.Tx) (any, error) {
		now, err := blackoutOf(ctx, tx, day)
		if err != nil || now == "" {
			return nil, err
		}
		return &BlackoutCleared{Day: day}, nil
	})
}

func blackoutOf(ctx context.Context, tx pgx.Tx, day Day) (reason string, err error) {
	err = tx.QueryRow(ctx, `select reason from blackout_days where day = $1::text::date`, string(day)).Scan(&reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return reason, err
}

// onCalendar decides about one day, not past, on the calendar's stream: one event or, when payload is nil, none. The version
// is taken first, so that of two who decide at once the later one decides again.
func (p *Planner) onCalendar(ctx context.Context, day Day, decide func(context.Context, *event.Tx) (payload any, err error)) error {
	_, err := p.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		if err := CheckDay(day, tx.Now); err != nil && !fault.Is(err, "day_too_far") { // florists plan further ahead
			return nil, err
		}
		version, err := event.NextVersion(ctx, tx, calendarStream)
		if err != nil {
			return nil, err
		}
		payload, err := decide(ctx, tx)
		if err != nil || payload == nil {
			return nil, err
		}
		return []event.New{{Stream: calendarStream, Version: version, Payload: payload}}, nil
	})
	if err != nil {
		return fmt.Errorf("change the calendar of %s: %w", day, err)
	}
	return nil
}
