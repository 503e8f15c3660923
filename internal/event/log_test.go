package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Added adds n to the sum of a tally, whose row is the table that the events change.
type Added struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Noted changes no table.
type Noted struct {
	Text string `json:"text"`
}

func applyAdded(b *pgx.Batch, run []event.Of[Added]) {
	for _, e := range run {
		b.Queue(`insert into tallies as t values ($1, $2, $3) on conflict (name) do update set sum = t.sum + $2, version = $3`,
			e.Data.Name, e.Data.N, e.Version)
	}
}

// book is a log over a database of its own, with the table tallies.
type book struct {
	*event.Log
	db   *postgres.DB
	pool *pgxpool.Pool
}

func newBook(t testing.TB) *book {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := db.Pgx().Exec(t.Context(), `
		create table tallies (name text primary key, sum int not null check (sum < 1000), version int not null)`); err != nil {
		t.Fatal(err)
	}
	registry, err := event.NewRegistry([]event.Def{
		event.On("tally.added", 1, applyAdded),
		event.On("tally.noted", 1, func(*pgx.Batch, []event.Of[Noted]) {}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &book{Log: event.NewLog(db, registry, time.Now), db: db, pool: db.Pgx()}
}

// fataler is a test, or a step of one under rapid.
type fataler interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// append appends events as they are, without looking at the stream.
func (b *book) append(ctx context.Context, news ...event.New) ([]*event.Recorded, error) {
	return b.Execute(ctx, postgres.General, func(context.Context, *event.Tx) ([]event.New, error) { return news, nil })
}

// tally is the row of a tally; zero when there is none.
func (b *book) tally(t fataler, name string) (sum, version int) {
	t.Helper()
	err := b.pool.QueryRow(t.Context(), `select sum, version from tallies where name = $1`, name).Scan(&sum, &version)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return sum, version
}

// all is the log in position order, read in batches of size.
func (b *book) all(t fataler, size int) []*event.Recorded {
	t.Helper()
	var list []*event.Recorded
	err := b.db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		list = nil
		return b.Scan(ctx, tx, 0, size, func(batch []*event.Recorded) error {
			if len(batch) > size {
				t.Errorf("a batch of %d, want at most %d", len(batch), size)
			}
			list = append(list, batch...)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func added(name string, version, n int) event.New {
	return event.New{Stream: "tally-" + name, Version: version, Payload: &Added{name, n}}
}

func TestAppendedEventIsReadBackWhole(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	meta := event.Meta{Actor: "user:3", Correlation: uuid.New(), Causation: uuid.New(), Trace: "00-abc"}
	own := event.Meta{Actor: "saga:order-1", Correlation: uuid.New()}
	second := added("a", 2, 5)
	second.Meta = &own
	before := time.Now().Add(-time.Second)
	done, err := b.append(event.WithMeta(t.Context(), meta), added("a", 1, 2), second)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := b.Stream(t.Context(), b.Reader(), "tally-a")
	if err != nil || len(stream) != 2 {
		t.Fatalf("stream = %v, %v; want two events", stream, err)
	}
	for i, want := range []struct {
		meta event.Meta
		n    int
	}{{meta, 2}, {own, 5}} {
		e := stream[i]
		if e.Meta != want.meta || e.Type != "tally.added" || e.Schema != 1 || e.Version != i+1 || e.Stream != "tally-a" || *e.Payload.(*Added) != (Added{"a", want.n}) {
			t.Errorf("event %d = %+v", i, e)
		}
		if e.ID != done[i].ID || !e.At.Equal(done[i].At) || e.At.Before(before) || e.At.Location() != time.UTC {
			t.Errorf("event %d: id %s at %s, told %s at %s", i, e.ID, e.At, done[i].ID, done[i].At)
		}
	}
	if sum, version := b.tally(t, "a"); sum != 7 || version != 2 {
		t.Errorf("tally = %d of version %d, want 7 of 2", sum, version)
	}
}

func TestAppendAndApplyAreOne(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if _, err := b.append(t.Context(), added("a", 1, 1)); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("decided against it")
	for what, decide := range map[string]event.Decide{
		"apply breaks a check": func(context.Context, *event.Tx) ([]event.New, error) {
			return []event.New{{Stream: "other", Version: 1, Payload: &Noted{"x"}}, added("a", 2, 1000)}, nil
		},
		"a version is taken": func(context.Context, *event.Tx) ([]event.New, error) {
			return []event.New{{Stream: "other", Version: 1, Payload: &Noted{"x"}}, added("a", 1, 5)}, nil
		},
		"decide refuses after appending": func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
			if _, err := b.Append(ctx, tx, []event.New{added("a", 2, 5)}); err != nil {
				return nil, err
			}
			return nil, refused
		},
		"a payload of no registered type": func(context.Context, *event.Tx) ([]event.New, error) {
			return []event.New{added("a", 2, 5), {Stream: "other", Version: 1, Payload: &struct{}{}}}, nil
		},
		"a payload that is no pointer": func(context.Context, *event.Tx) ([]event.New, error) {
			return []event.New{{Stream: "other", Version: 1, Payload: Noted{"x"}}}, nil
		},
		"no payload": func(context.Context, *event.Tx) ([]event.New, error) {
			return []event.New{{Stream: "other", Version: 1}}, nil
		},
		"version zero": func(context.Context, *event.Tx) ([]event.New, error) { return []event.New{added("a", 0, 5)}, nil },
		"too much data": func(context.Context, *event.Tx) ([]event.New, error) {
			return []event.New{{Stream: "other", Version: 1, Payload: &Noted{strings.Repeat("x", event.MaxData)}}}, nil
		},
	} {
		if done, err := b.Execute(t.Context(), postgres.General, decide); err == nil || done != nil {
			t.Errorf("%s: %v, %v; want an error", what, done, err)
		}
	}
	if sum, version := b.tally(t, "a"); sum != 1 || version != 1 {
		t.Errorf("tally = %d of version %d, want 1 of 1", sum, version)
	}
	if all := b.all(t, 10); len(all) != 1 {
		t.Errorf("%d events, want 1", len(all))
	}
}

func TestDecidingNothingChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	done, err := b.append(t.Context())
	if err != nil || len(done) != 0 || len(b.all(t, 10)) != 0 {
		t.Errorf("done = %v, %v; want nothing", done, err)
	}
}

func TestATakenVersionIsAConflictAndDecidedAgain(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if _, err := b.append(t.Context(), added("a", 1, 1)); err != nil {
		t.Fatal(err)
	}
	decisions := 0
	_, err := b.Execute(t.Context(), postgres.General, func(context.Context, *event.Tx) ([]event.New, error) {
		decisions++
		return []event.New{added("a", 1, 5)}, nil
	})
	if _, conflict := errors.AsType[*event.ConflictError](err); !conflict || decisions < 2 {
		t.Errorf("error = %v after %d decisions, want *ConflictError after several", err, decisions)
	}
	decisions = 0
	_, err = b.Execute(t.Context(), postgres.General, func(context.Context, *event.Tx) ([]event.New, error) {
		decisions++
		return []event.New{added("a", decisions, 5)}, nil
	})
	if err != nil || decisions != 2 {
		t.Errorf("error = %v after %d decisions, want success at the second", err, decisions)
	}
}

func TestTwentyWritersOfOneStreamSeeEachOther(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	const writers, each = 20, 3
	saw := make(chan [2]int, writers*each) // sum that a decision saw, and its version
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				var sum, version int
				_, err := b.Execute(t.Context(), postgres.Orders, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
					sum, version = 0, 0
					// The first writers find no row to lock: they race for version 1, and the losers decide again.
					err := tx.QueryRow(ctx, `select sum, version from tallies where name = 'a' for no key update`).Scan(&sum, &version)
					if err != nil && !errors.Is(err, pgx.ErrNoRows) {
						return nil, err
					}
					return []event.New{added("a", version+1, 1)}, nil
				})
				if err != nil {
					t.Error(err)
				}
				saw <- [2]int{sum, version}
			}
		})
	}
	all.Wait()
	close(saw)
	var versions []int
	for s := range saw {
		if s[0] != s[1] {
			t.Errorf("a decision on version %d saw the sum %d", s[1], s[0])
		}
		versions = append(versions, s[1]+1)
	}
	slices.Sort(versions)
	stream, err := b.Stream(t.Context(), b.Reader(), "tally-a")
	if err != nil || len(stream) != writers*each {
		t.Fatalf("%d events, %v; want %d", len(stream), err, writers*each)
	}
	for i, e := range stream {
		if e.Version != i+1 || versions[i] != i+1 || (i > 0 && e.Position <= stream[i-1].Position) {
			t.Fatalf("version %d at position %d stands at place %d", e.Version, e.Position, i+1)
		}
	}
}

// TestPositionsFollowTheRowLocks lets one transaction write another stream first and wait for a row that a second one
// holds: the second changed the row first, so its event comes first.
func TestPositionsFollowTheRowLocks(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if _, err := b.append(t.Context(), added("a", 1, 1)); err != nil {
		t.Fatal(err)
	}
	begin := func() pgx.Tx {
		tx, err := b.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	early, late := begin(), begin()
	defer early.Rollback(t.Context())
	defer late.Rollback(t.Context())
	if _, err := early.Exec(t.Context(), `select from tallies where name = 'a' for no key update`); err != nil {
		t.Fatal(err)
	}
	finished := make(chan error, 1)
	go func() { // its apply waits for the row
		_, err := b.Append(t.Context(), &event.Tx{Tx: late, Now: b.Now()}, []event.New{
			{Stream: "tally-a-late", Version: 1, Payload: &Added{"a", 10}}})
		finished <- errors.Join(err, late.Commit(t.Context()))
	}()
	b.untilWaiting(t)
	if _, err := b.Append(t.Context(), &event.Tx{Tx: early, Now: b.Now()}, []event.New{
		{Stream: "tally-a-early", Version: 1, Payload: &Added{"a", 100}}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(early.Commit(t.Context()), <-finished); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, e := range b.all(t, 10) {
		order = append(order, e.Stream)
	}
	if want := []string{"tally-a", "tally-a-early", "tally-a-late"}; !slices.Equal(order, want) {
		t.Errorf("order = %v, want %v", order, want)
	}
}

// untilWaiting returns when a transaction of this database waits for a lock.
func (b *book) untilWaiting(t *testing.T) {
	t.Helper()
	for waiting := 0; waiting == 0; {
		if err := b.pool.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScanGivesAllInOrderWhateverTheBatch(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	var want []string
	for i := range 23 {
		name := fmt.Sprint(i % 4)
		if _, err := b.append(t.Context(), added(name, i/4+1, 1)); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprint("tally-", name, " ", i/4+1))
	}
	// What is rolled back leaves a gap, and nothing else.
	_, _ = b.append(t.Context(), added("0", 1, 1))
	if _, err := b.append(t.Context(), added("z", 1, 1)); err != nil {
		t.Fatal(err)
	}
	want = append(want, "tally-z 1")
	for _, size := range []int{1, 7, 24, 25, 1000} {
		var got []string
		for _, e := range b.all(t, size) {
			got = append(got, fmt.Sprint(e.Stream, " ", e.Version))
		}
		if !slices.Equal(got, want) {
			t.Errorf("in batches of %d: %v, want %v", size, got, want)
		}
	}
}

func TestScanStopsAtItsReadersError(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if _, err := b.append(t.Context(), added("a", 1, 1), added("a", 2, 1)); err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	calls := 0
	err := b.db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		return b.Scan(ctx, tx, 0, 1, func([]*event.Recorded) error { calls++; return enough })
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("error = %v after %d batches, want %v after 1", err, calls, enough)
	}
}

func TestWithoutMetaTheSystemActs(t *testing.T) {
	t.Parallel()
	one, two := event.MetaOf(t.Context()), event.MetaOf(t.Context())
	if one.Actor != "system" || one.Correlation == uuid.Nil || one.Correlation == two.Correlation {
		t.Errorf("meta = %+v and %+v, want the system's under fresh correlations", one, two)
	}
}
