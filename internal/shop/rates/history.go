package rates

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
)

// History is the newest rates, newest first, up to limit.
func (k *Keeper) History(ctx context.Context, limit int) ([]Rate, error) {
	if limit < 1 || limit > 1000 {
		return nil, fault.Invalidf("limit", "Pide entre 1 y 1.000 tasas.")
	}
	rows, err := k.db.Reader().Query(ctx, `
		select id, rate, source, value_date::text, fetched_at, coalesce(entered_by, 0)
		from exchange_rates order by id desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read rates: %w", err)
	}
	return pgx.CollectRows(rows, k.scan)
}

// Refusal is an automatic answer that was not believed.
type Refusal struct {
	Refused
	At time.Time
}

// Warning is the newest refused answer if no rate has come into force since; nil when there is none.
func (k *Keeper) Warning(ctx context.Context) (*Refusal, error) {
	var (
		name   string
		schema int
		data   []byte
		at     time.Time
	)
	err := k.db.Reader().QueryRow(ctx, `
		select type, schema, data, at from events where stream = $1 order by version desc limit 1`, stream).
		Scan(&name, &schema, &data, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the last event of the rate: %w", err)
	}
	payload, err := k.log.Registry().Decode(name, schema, data)
	if err != nil {
		return nil, fmt.Errorf("read the last event of the rate: %w", err)
	}
	if refused, ok := payload.(*Refused); ok {
		return &Refusal{*refused, at.UTC()}, nil
	}
	return nil, nil
}
