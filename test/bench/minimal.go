package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const minimalTables = `
	create table bench_products (id int primary key, stock int not null check (stock >= 0));
	insert into bench_products select n, 1000000000 from generate_series(1, 1000) n;
	create table bench_orders (id bigint generated always as identity primary key, customer text not null,
		total numeric(10, 2) not null, created_at timestamptz not null default now());
	create table bench_items (id bigint generated always as identity primary key,
		order_id bigint not null references bench_orders, product_id int not null, quantity int not null,
		price numeric(10, 2) not null);
	create index on bench_items (order_id)`

// minimal is the least an order can be: one order, two items, two conditional decrements, commit; six statements one by one.
func minimal(ctx context.Context, pool *pgxpool.Pool) error {
	a := rand.IntN(999) + 1
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx) //nolint:errcheck // after a commit there is nothing to roll back
	var id int64
	if err := tx.QueryRow(ctx, `insert into bench_orders (customer, total) values ($1, $2) returning id`, "Ana Pérez", 52.99).Scan(&id); err != nil {
		return err
	}
	for _, product := range []int{a, a + 1} { // rising ids, so that two orders never wait for each other in a circle
		if _, err := tx.Exec(ctx, `insert into bench_items (order_id, product_id, quantity, price) values ($1, $2, 1, 24.99)`, id, product); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update bench_products set stock = stock - 1 where id = $1 and stock >= 1`, product); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// bestPool is the pool of 8, 16 or 32 connections with which callers place the most minimal orders.
func bestPool(ctx context.Context, url string, callers int, length time.Duration) (*pgxpool.Pool, error) {
	var (
		best *pgxpool.Pool
		most float64
	)
	for _, size := range []int32{8, 16, 32} {
		cfg, err := pgxpool.ParseConfig(url)
		if err != nil {
			return nil, err
		}
		cfg.MaxConns = size
		pool, err := pgxpool.NewWithConfig(ctx, cfg)
		if err != nil {
			return nil, err
		}
		r, err := measure(ctx, callers, length, func(int64) error { return minimal(ctx, pool) })
		if err != nil {
			return nil, err
		}
		if r.perSecond <= most {
			pool.Close()
			continue
		}
		if best != nil {
			best.Close()
		}
		best, most = pool, r.perSecond
	}
	return best, nil
}
