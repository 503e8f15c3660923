package schema

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

func riverUp(ctx context.Context, config *pgx.ConnConfig) error {
	return riverMigrate(ctx, config, rivermigrate.DirectionUp, nil)
}

func riverDown(ctx context.Context, config *pgx.ConnConfig) error {
	return riverMigrate(ctx, config, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1})
}

func riverMigrate(ctx context.Context, config *pgx.ConnConfig, to rivermigrate.Direction, opts *rivermigrate.MigrateOpts) error {
	poolConfig, err := pgxpool.ParseConfig(config.ConnString())
	if err != nil {
		return err
	}
	poolConfig.ConnConfig = config.Copy()
	poolConfig.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, poolConfig)
	if err != nil {
		return err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("read river's migrations: %w", err)
	}
	if _, err := m.Migrate(ctx, to, opts); err != nil {
		return fmt.Errorf("migrate river's tables: %w", err)
	}
	return nil
}

// riverLatest is the version of River's newest migration.
func riverLatest() int {
	m, err := rivermigrate.New(riverpgxv5.New(nil), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0
	}
	latest := 0
	for _, migration := range m.AllVersions() {
		latest = max(latest, migration.Version)
	}
	return latest
}
