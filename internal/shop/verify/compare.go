package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is a table that follows from events, with the columns of its primary key.
type table struct {
	name string
	key  []string
}

// derived are the tables that the log rebuilds.
var derived = []table{
	{"users", []string{"id"}},
	{"settings", []string{"id"}},
	{"exchange_rates", []string{"id"}},
	{"occasions", []string{"id"}},
	{"products", []string{"id"}},
	{"product_occasions", []string{"id"}},
	{"product_images", []string{"id"}},
	{"stock_ledger", []string{"event_id", "line"}},
	{"zones", []string{"id"}},
	{"delivery_slots", []string{"id"}},
	{"slot_zones", []string{"slot_id", "zone_id"}},
	{"blackout_days", []string{"day"}},
	{"delivery_capacity", []string{"day", "slot_id", "zone_id"}},
	{"payment_methods", []string{"id"}},
	{"orders", []string{"id"}},
	{"order_items", []string{"id"}},
	{"order_status_history", []string{"id"}},
	{"payments", []string{"id"}},
}

// query reads a table as key and whole row, in an order that Go's string comparison shares.
func (t table) query() string {
	return fmt.Sprintf(`select k, r from (select concat_ws('/', %s) collate "C" as k, to_jsonb(t)::text as r from %s t) rows order by k`,
		"t."+strings.Join(t.key, "::text, t.")+"::text", t.name)
}

// side walks one version of a table.
type side struct {
	rows     pgx.Rows
	key, row string
	done     bool
}

func open(ctx context.Context, q interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}, t table) (*side, error) {
	rows, err := q.Query(ctx, t.query())
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", t.name, err)
	}
	s := &side{rows: rows}
	return s, s.next()
}

func (s *side) next() error {
	if !s.rows.Next() {
		s.done = true
		return s.rows.Err()
	}
	return s.rows.Scan(&s.key, &s.row)
}

// compare merges the live and the rebuilt rows of t by key and reports what stands on one side only or differs.
func compare(ctx context.Context, live pgx.Tx, work *pgx.Conn, t table, report *Report) error {
	a, err := open(ctx, live, t)
	if err != nil {
		return err
	}
	defer a.rows.Close()
	b, err := open(ctx, work, t)
	if err != nil {
		return err
	}
	defer b.rows.Close()
	for !a.done || !b.done {
		report.Rows++
		switch {
		case b.done || !a.done && a.key < b.key:
			report.add(t.name, a.key, "is in the table but does not follow from the event log")
			err = a.next()
		case a.done || b.key < a.key:
			report.add(t.name, b.key, "follows from the event log but is not in the table")
			err = b.next()
		default:
			if a.row != b.row {
				report.add(t.name, a.key, "differs: table "+a.row+", event log "+b.row)
			}
			if err = a.next(); err == nil {
				err = b.next()
			}
		}
		if err != nil {
			return fmt.Errorf("compare table %s: %w", t.name, err)
		}
	}
	return nil
}
