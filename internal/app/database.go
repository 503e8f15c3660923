package app

import (
	"context"
	"errors"
	"log/slog"

	"floresya/internal/config"
	"floresya/internal/postgres/cluster"
)

// WithDatabase gives a tool the URL of the database that the settings name: an existing PostgreSQL, or that of the
// data folder, which is started for it when the shop does not run.
func WithDatabase(ctx context.Context, c config.Config, log *slog.Logger, do func(ctx context.Context, url string) error) error {
	if !c.Database.URL.Empty() {
		return unreachable(do(ctx, c.Database.URL.Reveal()))
	}
	url, done, err := cluster.Use(ctx, cluster.Config{Dir: c.Data, Log: log})
	if err != nil {
		return err
	}
	return errors.Join(unreachable(do(ctx, url)), done())
}
