package schema

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// lockKey names the advisory lock of schema changes: "floresya" in ASCII.
const lockKey = 0x666c6f7265737961

// change runs do while this process holds the lock of schema changes.
func change(ctx context.Context, url string, do func(context.Context, *sql.DB, *pgx.ConnConfig) error) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("read database URL: %w", err)
	}
	config.RuntimeParams["application_name"] = "floresya migrate"
	config.RuntimeParams["statement_timeout"] = "0" // a migration takes as long as it takes; ctx bounds it
	holder, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer holder.Close(context.WithoutCancel(ctx)) // frees the lock
	if err := lock(ctx, holder); err != nil {
		return err
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	return do(ctx, db, config)
}

// lock asks again and again instead of waiting inside PostgreSQL: a session that waits holds a snapshot, and
// `create index concurrently` of the one who has the lock would wait for that for ever.
func lock(ctx context.Context, conn *pgx.Conn) error {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		var got bool
		if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, int64(lockKey)).Scan(&got); err != nil {
			return fmt.Errorf("lock the schema: %w", err)
		}
		if got {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for another process that changes the schema: %w", context.Cause(ctx))
		}
	}
}
