package verify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
)

// ErrRunning says that another verify is at work on this database.
var ErrRunning = errors.New("another verify is running on this database")

// Report is what a run found. An empty Differences means: log, tables and invariants agree.
type Report struct {
	Events      int64
	Rows        int64 // compared
	Tables      int
	Invariants  int
	Differences []Difference
	// Cut says that more differences were found than are listed.
	Cut  bool
	Took time.Duration
}

// Difference is one place where things do not agree.
type Difference struct {
	Where string // table or invariant
	Key   string // of the row
	What  string
}

func (d Difference) String() string { return fmt.Sprintf("%s %s: %s", d.Where, d.Key, d.What) }

// most is how many differences are listed.
const most = 100

func (r *Report) add(where, key, what string) {
	if len(r.Differences) >= most {
		r.Cut = true
		return
	}
	r.Differences = append(r.Differences, Difference{where, key, what})
}

// Check is a further invariant, from a package that this one does not know: it returns what is wrong.
type Check struct {
	Name string
	Run  func(ctx context.Context, tx pgx.Tx) ([]string, error)
}

// scratch is the schema that the log is replayed into.
const scratch = "floresya_verify"

// batch is how many events are replayed per commit.
const batch = 500

// Run verifies the database at url. An error means that it could not be done; what it found is in the Report.
func Run(ctx context.Context, url string, log *event.Log, checks ...Check) (*Report, error) {
	start := time.Now()
	live, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	defer closeConn(live)
	work, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	defer closeConn(work)
	for _, conn := range []*pgx.Conn{live, work} {
		if _, err := conn.Exec(ctx, `set timezone to 'America/Caracas'; set statement_timeout to 0; set application_name to 'floresya verify'`); err != nil {
			return nil, fmt.Errorf("set up session: %w", err)
		}
	}
	if err := prepare(ctx, work); err != nil {
		return nil, err
	}
	defer dropScratch(work)
	tx, err := live.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer rollback(tx)
	report := &Report{Tables: len(derived)}
	if err := replay(ctx, log, tx, work, report); err != nil {
		return nil, err
	}
	for _, t := range derived {
		if err := compare(ctx, tx, work, t, report); err != nil {
			return nil, err
		}
	}
	if err := invariants(ctx, tx, report, checks); err != nil {
		return nil, err
	}
	report.Took = time.Since(start)
	return report, nil
}

// prepare makes empty scratch tables and puts them before the live ones on the connection's search path.
func prepare(ctx context.Context, work *pgx.Conn) error {
	var alone bool
	err := work.QueryRow(ctx, `select pg_try_advisory_lock(hashtext('floresya verify'))`).Scan(&alone)
	if err != nil {
		return fmt.Errorf("take the verify lock: %w", err)
	}
	if !alone {
		return ErrRunning
	}
	b := &pgx.Batch{}
	b.Queue(`drop schema if exists ` + scratch + ` cascade`)
	b.Queue(`create schema ` + scratch)
	for _, t := range derived {
		b.Queue(fmt.Sprintf(`create table %s.%s (like %s including all)`, scratch, t.name, t.name))
	}
	b.Queue(`select set_config('search_path', $1 || ', ' || current_setting('search_path'), false)`, scratch)
	if err := work.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("make scratch tables: %w", err)
	}
	return nil
}

// replay applies the log of the snapshot to the scratch tables.
func replay(ctx context.Context, log *event.Log, tx pgx.Tx, work *pgx.Conn, report *Report) error {
	return log.Scan(ctx, tx, 0, batch, func(events []*event.Recorded) error {
		b := &pgx.Batch{}
		log.Registry().Apply(b, events)
		report.Events += int64(len(events))
		if err := work.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("replay events %d to %d: %w", events[0].Position, events[len(events)-1].Position, err)
		}
		return nil
	})
}

const closeLimit = 5 * time.Second

func closeConn(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_ = conn.Close(ctx)
}

func rollback(tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	_ = tx.Rollback(ctx)
}

func dropScratch(work *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 6*closeLimit)
	defer cancel()
	_, _ = work.Exec(ctx, `drop schema if exists `+scratch+` cascade`) // the next run drops what is left
}
