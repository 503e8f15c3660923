package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(t *testing.T, cfg postgres.Config) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func exec(t *testing.T, db *postgres.DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := db.Pgx().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

func number(t *testing.T, db *postgres.DB, sql string) int {
	t.Helper()
	var n int
	if err := db.Reader().QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTxCommitsOrLeavesNothing(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t), GeneralConns: 1, OrdersConns: 1})
	exec(t, db, `create table notes (n int)`)
	no := errors.New("no")
	for want, answer := range map[int]error{0: no, 1: nil} {
		err := db.InTx(t.Context(), postgres.Orders, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `insert into notes values (1)`)
			return errors.Join(err, answer)
		})
		if !errors.Is(err, answer) || number(t, db, `select count(*) from notes`) < want {
			t.Errorf("InTx = %v, want %v", err, answer)
		}
	}
	if n := number(t, db, `select count(*) from notes`); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestAPanicInATransactionGivesTheConnectionBackClean(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t), GeneralConns: 1})
	exec(t, db, `create table notes (n int)`)
	func() {
		defer func() { _ = recover() }()
		_ = db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `insert into notes values (1)`); err != nil {
				t.Error(err)
			}
			panic("a defect")
		})
	}()
	if n := number(t, db, `select count(*) from notes`); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
}

// TestADeadlockIsRunAgainWhole lets two transactions lock two rows crosswise. One is aborted and must run again from its
// beginning; both changes are there in the end, each once.
func TestADeadlockIsRunAgainWhole(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	exec(t, db, `create table tallies (id int primary key, n int)`, `insert into tallies values (1, 0), (2, 0)`)
	var (
		runs    [2]int
		errs    [2]error
		holding = [2]chan struct{}{make(chan struct{}), make(chan struct{})}
		both    sync.WaitGroup
	)
	for i := range 2 {
		both.Go(func() {
			errs[i] = db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
				runs[i]++
				const add = `update tallies set n = n + 1 where id = $1`
				if _, err := tx.Exec(ctx, add, i+1); err != nil {
					return err
				}
				if runs[i] == 1 {
					close(holding[i])
				}
				<-holding[1-i]
				_, err := tx.Exec(ctx, add, 2-i)
				return err
			})
		})
	}
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil || runs[0]+runs[1] < 3 {
		t.Errorf("errors %v after %v runs, want none after 3 or more together", err, runs)
	}
	if n := number(t, db, `select n * 10 + (select n from tallies where id = 2) from tallies where id = 1`); n != 22 {
		t.Errorf("tallies = %d, want 2 and 2", n)
	}
}

func TestASerializationFailureIsRunAgainButNotForEver(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	for code, want := range map[string]int{"40001": 5, "40P01": 5, "23505": 1} {
		runs := 0
		err := db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
			runs++
			_, err := tx.Exec(ctx, `do $$ begin raise exception 'no' using errcode = '`+code+`'; end $$`)
			return err
		})
		if postgres.Code(err) != code || runs != want {
			t.Errorf("%s: %v after %d runs, want %d", code, err, runs, want)
		}
	}
}

// TestADeferredConstraintIsARefusal: a commit that the database itself refuses has a known outcome.
func TestADeferredConstraintIsARefusal(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	exec(t, db, `create table notes (n int constraint notes_once unique deferrable initially deferred)`)
	err := db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into notes values (1), (1)`)
		return err
	})
	if _, unknown := errors.AsType[*postgres.UnknownOutcomeError](err); unknown || postgres.Constraint(err) != "notes_once" || postgres.Lost(err) {
		t.Errorf("error = %v, want a refusal by notes_once", err)
	}
	// A statement failed and fn hid that: the commit rolls back, which is known too.
	err = db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		_, _ = tx.Exec(ctx, `select 1/0`)
		return nil
	})
	if _, unknown := errors.AsType[*postgres.UnknownOutcomeError](err); err == nil || unknown {
		t.Errorf("error = %v, want a known rollback", err)
	}
}

// TestACommitWhoseAnswerIsLostIsUnknown cuts the line when the commit passes it: before PostgreSQL gets it, or before its
// answer comes back. Both times the caller can't know, and is told so.
func TestACommitWhoseAnswerIsLostIsUnknown(t *testing.T) {
	t.Parallel()
	for _, answered := range []bool{false, true} {
		databaseURL := pgtest.Empty(t)
		direct := open(t, postgres.Config{URL: databaseURL})
		exec(t, direct, `create table notes (n int)`)
		line := newLine(t, databaseURL)
		db := open(t, postgres.Config{URL: line.url, GeneralConns: 1})
		err := db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `insert into notes values (1)`)
			line.cutAtCommit(answered)
			return err
		})
		if _, unknown := errors.AsType[*postgres.UnknownOutcomeError](err); !unknown || !postgres.Lost(err) || postgres.Retryable(err) {
			t.Errorf("commit delivered %v: %v, want *UnknownOutcomeError", answered, err)
		}
		want := 0
		if answered {
			want = 1
		}
		if n := number(t, direct, `select count(*) from notes`); n != want {
			t.Errorf("commit delivered %v: %d rows, want %d", answered, n, want)
		}
	}
}

func TestABackendThatIsKilledIsLost(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t), GeneralConns: 2})
	runs := 0
	err := db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		runs++
		var pid int
		if err := tx.QueryRow(ctx, `select pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		if _, err := db.Pgx().Exec(ctx, `select pg_terminate_backend($1, 5000)`, pid); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `select 1`)
		return err
	})
	if !postgres.Lost(err) || runs != 1 {
		t.Errorf("error = %v after %d runs, want a lost connection after 1", err, runs)
	}
	if n := number(t, db, `select 1`); n != 1 {
		t.Error("the pool does not recover")
	}
}

func TestAServerThatIsAwayIsLost(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	closed.Close()
	for what, databaseURL := range map[string]string{
		"no such socket": "postgres:///x?host=" + url.QueryEscape(t.TempDir()),
		"port closed":    "postgres://" + address + "/x?sslmode=disable",
	} {
		db := open(t, postgres.Config{URL: databaseURL}) // lazily: this works while the server is away
		called := false
		err := db.InTx(t.Context(), postgres.General, func(context.Context, pgx.Tx) error { called = true; return nil })
		if !postgres.Lost(err) || called {
			t.Errorf("%s: InTx = %v, called %v; want a lost server and no call", what, err, called)
		}
		if err := db.Ping(t.Context()); !postgres.Lost(err) {
			t.Errorf("%s: Ping = %v, want a lost server", what, err)
		}
	}
}

func TestLostIsNotTheCallersDoing(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, canceled := db.Reader().Exec(gone, `select 1`)
	_, wrong := db.Reader().Exec(t.Context(), `select from nowhere`)
	for what, err := range map[string]error{"the caller left": canceled, "a wrong statement": wrong, "nothing": nil, "no row": pgx.ErrNoRows} {
		if postgres.Lost(err) {
			t.Errorf("%s: %v counts as lost", what, err)
		}
	}
	for _, err := range []error{io.ErrUnexpectedEOF, net.ErrClosed, postgres.ErrBusy} {
		if !postgres.Lost(err) {
			t.Errorf("%v does not count as lost", err)
		}
	}
}

func TestCodesOfAServerInTroubleAreLost(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"08006": true, "57P01": true, "57P02": true, "57P03": true, "53300": true, "53100": true,
		"53200": true, "57014": false, "23505": false, "40001": false, "40P01": false, "25006": false, "22003": false, "": false} {
		if got := postgres.Lost(fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("Lost of %q = %v, want %v", code, got, want)
		}
	}
}

func TestWhoGetsNoConnectionInTimeIsToldBusy(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t), GeneralConns: 1, OrdersConns: 1, AcquireTimeout: 2 * time.Second})
	err := db.InTx(t.Context(), postgres.General, func(ctx context.Context, _ pgx.Tx) error {
		if _, err := db.Acquire(ctx, postgres.General); !errors.Is(err, postgres.ErrBusy) || !postgres.Lost(err) {
			t.Errorf("Acquire = %v, want ErrBusy", err)
		}
		short, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := db.Acquire(short, postgres.General); errors.Is(err, postgres.ErrBusy) || !errors.Is(err, context.Canceled) {
			t.Errorf("Acquire of a caller who left = %v, want context canceled", err)
		}
		conn, err := db.Acquire(ctx, postgres.Orders) // browsing can't keep a paying customer waiting
		if err == nil {
			conn.Release()
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAStatementThatRunsTooLongEnds(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t), StatementTimeout: 50 * time.Millisecond})
	_, err := db.Reader().Exec(t.Context(), `select pg_sleep(30)`)
	if postgres.Code(err) != "57014" || postgres.Lost(err) {
		t.Errorf("error = %v, want a cancelled statement on a server that is there", err)
	}
}

func TestSessionsRunOnTheShopsClock(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	var zone string
	if err := db.Reader().QueryRow(t.Context(), `show timezone`).Scan(&zone); err != nil || zone != "America/Caracas" {
		t.Errorf("time zone = %q, %v", zone, err)
	}
}

func TestAWrongURLIsToldAtOnce(t *testing.T) {
	t.Parallel()
	if _, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://%zz"}); err == nil {
		t.Error("no error")
	}
}

func TestSequencesNeverGiveAnIdTwice(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	exec(t, db, `create sequence ids`)
	sequences := []*postgres.Sequence{postgres.NewSequence(db, "ids", 8), postgres.NewSequence(db, "ids", 3)}
	var (
		mu      sync.Mutex
		all     []int
		callers sync.WaitGroup
	)
	for i := range 20 {
		callers.Go(func() {
			last := 0
			for n := range 12 {
				ids, err := sequences[i%2].Next(t.Context(), n)
				if err != nil || len(ids) != n {
					t.Errorf("%d ids, %v; want %d", len(ids), err, n)
					return
				}
				for _, id := range ids {
					if id <= last {
						t.Errorf("id %d after %d", id, last)
					}
					last = id
				}
				mu.Lock()
				all = append(all, ids...)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) || len(all) != 20*66 || all[0] < 1 {
		t.Errorf("%d ids, %d of them different; want %d", len(all), len(slices.Compact(all)), 20*66)
	}
}

func TestNobodyWaitsForIdsLongerThanHisOwnTime(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	exec(t, db, `create sequence ids`)
	s := postgres.NewSequence(db, "ids", 8)
	holder, err := db.Pgx().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec(t.Context(), `alter sequence ids cache 1`); err != nil { // nextval waits until it ends
		t.Fatal(err)
	}
	patient, free := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range 3 {
		waiting.Go(func() { _, _ = s.Next(patient, 1) }) // one asks, the others wait for their turn
	}
	hasty, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		_, err := s.Next(hasty, 1)
		answered <- err
	}()
	select {
	case err := <-answered:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v, want the end of the caller's time", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still waiting after 5 s")
	}
	free()
	waiting.Wait()
	if err := holder.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ids, err := s.Next(t.Context(), 1); err != nil || len(ids) != 1 {
		t.Errorf("afterwards: %v, %v", ids, err)
	}
}

func TestASequenceSkipsWhatIsUsed(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: pgtest.Empty(t)})
	exec(t, db, `create sequence ids`)
	s := postgres.NewSequence(db, "ids", 10)
	next := func() int {
		ids, err := s.Next(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return ids[0]
	}
	first := next()
	for _, used := range []int{first + 3, 500, 20} { // within the block, beyond it, already behind
		if err := s.Skip(t.Context(), used); err != nil {
			t.Fatal(err)
		}
		if got := next(); got <= used || got <= first {
			t.Errorf("after skipping %d: id %d", used, got)
		}
	}
	if _, err := postgres.NewSequence(db, "nothing", 1).Next(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("error = %v, want the sequence's name", err)
	}
}
