package app

import (
	"context"
	"log/slog"
	"time"

	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
)

// housekeeping removes what is kept for a time only: answers under idempotency keys, sessions that have ended.
type housekeeping struct {
	db  *postgres.DB
	log *slog.Logger
}

// sweepEvery is how often; a sweep that fails is done the next time.
const sweepEvery = time.Hour

// Run sweeps until ctx ends.
func (h housekeeping) Run(ctx context.Context, ready func()) error {
	ready()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if err := h.sweep(ctx, now); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "housekeeping waits for its next turn", "err", err)
			}
		}
	}
}

func (h housekeeping) sweep(ctx context.Context, now time.Time) error {
	if err := idempotency.Sweep(ctx, h.db.Pgx(), now); err != nil {
		return err
	}
	_, err := h.db.Pgx().Exec(ctx, `delete from sessions where expires_at < $1`, now)
	return err
}
