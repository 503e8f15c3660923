// Package postgres is the shop's way to its database: pools, transactions, and what each error means.
//
// A caller declares intent, nobody parses SQL to guess: Reader is for reads that lead to no write, InTx for decisions.
// Orders and payments have a pool of their own, so that browsing cannot keep a paying customer waiting for a connection.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Querier runs statements: a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Pool names whose connections a transaction uses.
type Pool uint8

// The pools of a node.
const (
	General Pool = iota // everything else
	Orders              // orders and payments
)

// Config sizes the pools. The zero value means the defaults.
type Config struct {
	URL string
	// GeneralConns and OrdersConns are the most connections of each pool. Defaults 8 and 16.
	GeneralConns, OrdersConns int
	// StatementTimeout ends a statement that runs longer. Default 10 s.
	StatementTimeout time.Duration
	// AcquireTimeout is how long a caller waits for a connection, a new one included. Default 3 s.
	AcquireTimeout time.Duration
}

func (c Config) withDefaults() Config {
	if c.GeneralConns == 0 {
		c.GeneralConns = 8
	}
	if c.OrdersConns == 0 {
		c.OrdersConns = 16
	}
	if c.StatementTimeout == 0 {
		c.StatementTimeout = 10 * time.Second
	}
	if c.AcquireTimeout == 0 {
		c.AcquireTimeout = 3 * time.Second
	}
	return c
}

// DB is the database. Safe for concurrent use.
type DB struct {
	general, orders *pgxpool.Pool
	acquire         time.Duration
}

// Open makes the pools; it connects lazily, so it succeeds while the database is away. Close gives everything back.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	cfg = cfg.withDefaults()
	general, err := newPool(ctx, cfg, cfg.GeneralConns, "auto")
	if err != nil {
		return nil, err
	}
	// The statements of orders look rows up by key: one plan fits all, and planning would cost more than running them.
	orders, err := newPool(ctx, cfg, cfg.OrdersConns, "force_generic_plan")
	if err != nil {
		general.Close()
		return nil, err
	}
	return &DB{general: general, orders: orders, acquire: cfg.AcquireTimeout}, nil
}

func newPool(ctx context.Context, cfg Config, conns int, planCache string) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	pc.MaxConns = int32(conns)
	pc.MaxConnIdleTime = 5 * time.Minute
	pc.MaxConnLifetime = time.Hour
	pc.MaxConnLifetimeJitter = 10 * time.Minute
	pc.ConnConfig.ConnectTimeout = 2 * time.Second
	pc.PingTimeout = time.Second // of one that has been idle; the caller's time is for his statement
	params := pc.ConnConfig.RuntimeParams
	params["application_name"] = "floresya"
	params["plan_cache_mode"] = planCache
	params["timezone"] = "America/Caracas"
	params["statement_timeout"] = fmt.Sprint(cfg.StatementTimeout.Milliseconds())
	params["idle_in_transaction_session_timeout"] = fmt.Sprint(2 * cfg.StatementTimeout.Milliseconds())
	return pgxpool.NewWithConfig(ctx, pc)
}

// Close waits for borrowed connections and closes all.
func (db *DB) Close() {
	db.general.Close()
	db.orders.Close()
}

// Reader is for reads that lead to no write: pages, lists, reports.
func (db *DB) Reader() Querier { return db.general }

// Pgx is the general pool, for libraries that want one.
func (db *DB) Pgx() *pgxpool.Pool { return db.general }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.general.Ping(ctx) }

// Acquire borrows a connection of a pool; the caller releases it.
func (db *DB) Acquire(ctx context.Context, pool Pool) (*pgxpool.Conn, error) {
	p := db.general
	if pool == Orders {
		p = db.orders
	}
	ctx, cancel := context.WithTimeoutCause(ctx, db.acquire, ErrBusy)
	defer cancel()
	conn, err := p.Acquire(ctx)
	if err != nil {
		if errors.Is(context.Cause(ctx), ErrBusy) {
			err = errors.Join(ErrBusy, err)
		}
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return conn, nil
}

// retries bounds how often a transaction that the database aborted is run again.
const retries = 5

// InTx runs fn in a read-committed transaction and commits. The whole transaction is run again when the database aborted it
// for another's sake (40001, 40P01). A commit whose outcome is not known is *UnknownOutcomeError: ask, do not guess.
func (db *DB) InTx(ctx context.Context, pool Pool, fn func(ctx context.Context, tx pgx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.inTxOnce(ctx, pool, fn)
		if err == nil || !Retryable(err) || attempt == retries || ctx.Err() != nil {
			return err
		}
	}
}

func (db *DB) inTxOnce(ctx context.Context, pool Pool, fn func(ctx context.Context, tx pgx.Tx) error) error {
	conn, err := db.Acquire(ctx, pool)
	if err != nil {
		return err
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := fn(ctx, tx); err != nil {
		rollback, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_ = tx.Rollback(rollback) // the error that matters is fn's; a connection that cannot roll back is closed by the pool
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return CommitError(err)
	}
	return nil
}
