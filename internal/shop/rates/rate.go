package rates

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// Sources of rates.
const (
	SourceBCV    = "bcv"    // the bank's page
	SourceJSON   = "json"   // the JSON service
	SourceManual = "manual" // a person
	SourceSeed   = "seed"   // what a new shop starts with
)

// Rate is bolívares per dollar with where it comes from.
type Rate struct {
	ID             int
	Value          money.Rate
	Source         string
	ValueDate      delivery.Day
	FetchedAt      time.Time
	EnteredBy      int  // the user who entered it; 0: nobody
	CarriedForward bool // its value date is before today
	Stale          bool // and longer ago than Config.StaleAfter
}

// Config says what is believed. The zero value means the defaults.
type Config struct {
	// Band is how far an automatic rate may be from the previous one, as a ratio of it; 0 < b ≤ 1. Default 0.2.
	Band float64
	// StaleAfter is how old a value date may be, in whole days. Default 3 days; must be ≥ 1 day.
	StaleAfter time.Duration
}

func (c Config) withDefaults() (Config, error) {
	if c.Band == 0 {
		c.Band = 0.2
	}
	if c.StaleAfter == 0 {
		c.StaleAfter = 3 * 24 * time.Hour
	}
	var errs []error
	if !(c.Band > 0 && c.Band <= 1) {
		errs = append(errs, fmt.Errorf("rates: band %v is not in (0, 1]", c.Band))
	}
	if c.StaleAfter < 24*time.Hour {
		errs = append(errs, fmt.Errorf("rates: stale after %v is less than a day", c.StaleAfter))
	}
	return c, errors.Join(errs...)
}

// Keeper keeps the rates. Safe for concurrent use.
type Keeper struct {
	db  *postgres.DB
	log *event.Log
	cfg Config
}

// New makes a Keeper over db whose changes go through log.
func New(db *postgres.DB, log *event.Log, cfg Config) (*Keeper, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Keeper{db: db, log: log, cfg: cfg}, nil
}

// Current is the rate in force. Without any it is the fault no_rate.
func (k *Keeper) Current(ctx context.Context) (Rate, error) { return k.CurrentIn(ctx, k.db.Reader()) }

const selectCurrent = `
	select id, rate, source, value_date::text, fetched_at, coalesce(entered_by, 0)
	from exchange_rates order by id desc limit 1`

// CurrentIn is Current as q sees it.
func (k *Keeper) CurrentIn(ctx context.Context, q postgres.Querier) (Rate, error) {
	r, err := k.newest(ctx, q)
	if errors.Is(err, pgx.ErrNoRows) {
		return Rate{}, fault.New(fault.Unavailable, "no_rate",
			"Todavía no tenemos la tasa del día. Intenta de nuevo en unos minutos.")
	}
	return r, err
}

// QueueCurrent queues the reading of the current rate; r is filled when the results of b are closed, and stays zero when
// there is none.
func (k *Keeper) QueueCurrent(b *pgx.Batch) (r *Rate) {
	r = &Rate{}
	b.Queue(selectCurrent).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectOneRow(rows, k.scan)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		*r = found
		return err
	})
	return r
}

// newest is the current rate, or pgx.ErrNoRows.
func (k *Keeper) newest(ctx context.Context, q postgres.Querier) (Rate, error) {
	rows, err := q.Query(ctx, selectCurrent)
	if err != nil {
		return Rate{}, fmt.Errorf("read the rate of the day: %w", err)
	}
	r, err := pgx.CollectOneRow(rows, k.scan)
	if err != nil {
		return Rate{}, fmt.Errorf("read the rate of the day: %w", err)
	}
	return r, nil
}

func (k *Keeper) scan(row pgx.CollectableRow) (Rate, error) {
	var r Rate
	if err := row.Scan(&r.ID, &r.Value, &r.Source, &r.ValueDate, &r.FetchedAt, &r.EnteredBy); err != nil {
		return Rate{}, err
	}
	r.FetchedAt = r.FetchedAt.UTC()
	return k.cfg.age(r, k.log.Now()), nil
}

// age says how old r is on the shop's day of now.
func (c Config) age(r Rate, now time.Time) Rate {
	days := delivery.DayOf(now).Sub(r.ValueDate)
	r.CarriedForward = days > 0
	r.Stale = days > int(c.StaleAfter/(24*time.Hour))
	return r
}

// text is a rate as settings show it: at least two decimals, no zeros after them.
func text(r money.Rate) string {
	s := strings.TrimRight(r.String(), "0")
	point := strings.IndexByte(s, '.')
	for len(s)-point-1 < 2 {
		s += "0"
	}
	return s
}
