package rates

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// maxRate is the highest rate that anybody may give.
const maxRate = 1_000_000 * million

const million = 1_000_000

// maxAhead is how many days ahead a bank publishes, long holidays included.
const maxAhead = 10

// Answer is what a source says: the rate and the day it is for.
type Answer struct {
	Value     money.Rate
	Source    string
	ValueDate delivery.Day
}

// Outcome is what became of an automatic answer.
type Outcome string

// Outcomes of Record.
const (
	Accepted  Outcome = "accepted"    // it is the current rate now
	Known     Outcome = "known"       // it says nothing new, or a person or a better source knows better
	Early     Outcome = "early"       // its value date is still to come: give it again then
	OutOfBand Outcome = "out_of_band" // too far from the previous rate: refused and recorded as a warning
)

// Record takes an automatic answer, or the seed of a new shop, as the current rate if it is to be believed and newer.
func (k *Keeper) Record(ctx context.Context, a Answer) (Outcome, error) {
	if err := a.check(); err != nil {
		return "", err
	}
	var outcome Outcome
	_, err := k.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		version, err := event.NextVersion(ctx, tx, stream)
		if err != nil {
			return nil, err
		}
		today := delivery.DayOf(tx.Now)
		if a.ValueDate > today.Add(maxAhead) { // one lie about the future would outdate every true rate until then
			return nil, fault.Invalidf("value_date", "La fecha valor %s está demasiado lejos.", a.ValueDate)
		}
		current, err := k.newest(ctx, tx)
		var known *Rate
		switch {
		case err == nil:
			known = &current
		case !errors.Is(err, pgx.ErrNoRows):
			return nil, err
		}
		switch outcome = decide(known, a, today, k.cfg.Band); outcome {
		case Accepted:
			return recorded(ctx, tx, version, a, 0)
		case OutOfBand:
			return refused(ctx, tx, version, current, a)
		}
		return nil, nil
	})
	if err != nil {
		return "", fmt.Errorf("record the rate of the day: %w", err)
	}
	return outcome, nil
}

func (a Answer) check() error {
	var c fault.Checker
	c.Check(a.Value > 0 && a.Value <= maxRate, "rate", "La tasa debe ser mayor que 0 y hasta 1.000.000.")
	c.Check(a.ValueDate.Valid(), "value_date", "La fecha valor no es una fecha.")
	c.Check(a.Source == SourceBCV || a.Source == SourceJSON || a.Source == SourceSeed, "source", "Fuente desconocida.")
	return c.Err()
}

// decide is pure: current is nil when there is no rate yet.
func decide(current *Rate, a Answer, today delivery.Day, band float64) Outcome {
	if current == nil {
		return Accepted // better the rate of Monday on a Saturday than none
	}
	switch {
	case a.Source == SourceSeed:
		return Known
	case current.Source == SourceSeed: // made up for a demo: anything real is better, and no measure of it
		if a.ValueDate > today {
			return Early
		}
		return Accepted
	case a.ValueDate < current.ValueDate, a.ValueDate == current.ValueDate && !corrects(*current, a):
		return Known
	case a.ValueDate > today:
		return Early
	case !within(a.Value, current.Value, band):
		return OutOfBand
	}
	return Accepted
}

// corrects reports whether a replaces a rate of the same value date.
func corrects(current Rate, a Answer) bool {
	if current.Source == SourceManual || a.Source == SourceJSON && current.Source == SourceBCV {
		return false
	}
	return a.Value != current.Value || a.Source != current.Source
}

// within reports whether |value − previous| ≤ band × previous, exactly.
func within(value, previous money.Rate, band float64) bool {
	limit := new(big.Rat).SetFloat64(band)
	limit.Mul(limit, new(big.Rat).SetInt64(int64(previous)))
	away := new(big.Rat).SetInt64(int64(value) - int64(previous))
	return away.Abs(away).Cmp(limit) <= 0
}

// recorded is the event that makes a the current rate. Its id is taken after the version: rates committed later then have
// higher ids, for whoever took an id first either commits first or loses the version and takes another.
func recorded(ctx context.Context, tx *event.Tx, version int, a Answer, by int) ([]event.New, error) {
	r := &Recorded{Rate: a.Value, Source: a.Source, ValueDate: a.ValueDate, EnteredBy: by,
		CarriedForward: a.ValueDate < delivery.DayOf(tx.Now)}
	err := tx.QueryRow(ctx, `
		select nextval('exchange_rates_id_seq'), case when exists (select from settings where upper(key) = upper($1)) then 0
			else nextval('settings_id_seq') end`, SettingKey).Scan(&r.ID, &r.Setting)
	if err != nil {
		return nil, fmt.Errorf("take ids for a rate: %w", err)
	}
	return []event.New{{Stream: stream, Version: version, Payload: r}}, nil
}

// refused is the warning about a, once: nothing when the last event of the stream says the same.
func refused(ctx context.Context, tx *event.Tx, version int, current Rate, a Answer) ([]event.New, error) {
	var again bool
	err := tx.QueryRow(ctx, `
		select exists (select from events where stream = $1 and version = $2 and type = 'rates.refused'
			and data->>'rate' = $3 and data->>'value_date' = $4 and data->>'source' = $5)`,
		stream, version-1, number(a.Value), string(a.ValueDate), a.Source).Scan(&again)
	if err != nil {
		return nil, fmt.Errorf("read the last rate refused: %w", err)
	}
	if again {
		return nil, nil
	}
	return []event.New{{Stream: stream, Version: version, Payload: &Refused{Rate: a.Value, Source: a.Source,
		ValueDate: a.ValueDate, Previous: current.Value}}}, nil
}

// number is a rate as JSON holds it.
func number(r money.Rate) string { return strings.TrimRight(strings.TrimRight(r.String(), "0"), ".") }

func errByHand() error {
	return fault.Invalidf("rate", "La tasa debe ser mayor que 0 y hasta 1.000.000, con seis decimales como mucho.")
}

// again reports whether value was entered by hand for today already and nothing has happened to the rate or its setting
// since: then a repeat has nothing to say.
func again(ctx context.Context, tx *event.Tx, version int, current Rate, value money.Rate) (said bool, err error) {
	if current.Source != SourceManual || current.Value != value || current.ValueDate != delivery.DayOf(tx.Now) {
		return false, nil
	}
	err = tx.QueryRow(ctx, `
		select exists (select from events where stream = $1 and version = $2 and type = 'rates.recorded')
			and exists (select from settings where upper(key) = upper($3) and active)`,
		stream, version-1, SettingKey).Scan(&said)
	if err != nil {
		return false, fmt.Errorf("read the last rate recorded: %w", err)
	}
	return said, nil
}

// SetByHand makes value the current rate, for today, as user says. Saying it again right after changes nothing and answers
// the current rate. A rate outside the band is the fault rate_out_of_band unless confirmed.
func (k *Keeper) SetByHand(ctx context.Context, value money.Rate, user int, confirmed bool) (Rate, error) {
	if value <= 0 || value > maxRate {
		return Rate{}, errByHand()
	}
	var current Rate
	done, err := k.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		version, err := event.NextVersion(ctx, tx, stream)
		if err != nil {
			return nil, err
		}
		current, err = k.newest(ctx, tx)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		if said, err := again(ctx, tx, version, current, value); said || err != nil {
			return nil, err
		}
		if err == nil && !confirmed && current.Source != SourceSeed && !within(value, current.Value, k.cfg.Band) {
			return nil, fault.New(fault.Conflict, "rate_out_of_band",
				"Bs %s está muy lejos de la tasa anterior, Bs %s. Si es correcta, confírmala.", text(value), text(current.Value)).
				With("previous", text(current.Value)).With("rate", text(value))
		}
		return recorded(ctx, tx, version, Answer{value, SourceManual, delivery.DayOf(tx.Now)}, user)
	})
	if err != nil {
		return Rate{}, fmt.Errorf("set the rate of the day: %w", err)
	}
	if len(done) == 0 {
		return current, nil
	}
	e := done[0]
	r := e.Payload.(*Recorded)
	return k.cfg.age(Rate{ID: r.ID, Value: r.Rate, Source: r.Source, ValueDate: r.ValueDate, FetchedAt: e.At,
		EnteredBy: r.EnteredBy}, e.At), nil
}
