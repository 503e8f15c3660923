package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/idempotency"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Made is the event of a thing that a command made; its answer is the thing's number.
type Made struct {
	Thing int `json:"thing"`
}

type made struct {
	Thing int `json:"thing"`
}

// workshop makes things, each under its caller's key.
type workshop struct {
	log     *event.Log
	pool    *pgxpool.Pool
	decided atomic.Int64
	last    atomic.Int64
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := db.Pgx().Exec(t.Context(), `create table things (id int primary key check (id < 1000))`); err != nil {
		t.Fatal(err)
	}
	registry, err := event.NewRegistry([]event.Def{event.On("things.made", 1, func(b *pgx.Batch, run []event.Of[Made]) {
		for _, e := range run {
			b.Queue(`insert into things values ($1)`, e.Data.Thing)
		}
	})})
	if err != nil {
		t.Fatal(err)
	}
	return &workshop{log: event.NewLog(db, registry, time.Now), pool: db.Pgx()}
}

// make makes the next thing under k.
func (w *workshop) make(ctx context.Context, k idempotency.Key) (int, error) {
	return w.makeAs(ctx, k, func() int { return int(w.last.Add(1)) })
}

func (w *workshop) makeAs(ctx context.Context, k idempotency.Key, number func() int) (int, error) {
	a, err := idempotency.Execute(idempotency.WithKey(ctx, k), w.log, postgres.General,
		func(context.Context, *event.Tx) ([]event.New, made, error) {
			w.decided.Add(1)
			n := number()
			return []event.New{{Stream: fmt.Sprint("thing-", n), Version: 1, Payload: &Made{n}}}, made{n}, nil
		})
	return a.Thing, err
}

func (w *workshop) count(t *testing.T, table string) int {
	t.Helper()
	var n int
	if err := w.pool.QueryRow(t.Context(), `select count(*) from `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func key(k, fingerprint string) idempotency.Key {
	return idempotency.Key{Scope: "guest:1", Route: "POST /things", Key: k, Fingerprint: []byte(fingerprint)}
}

func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	first, err := w.make(t.Context(), key("k", "a"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if again, err := w.make(t.Context(), key("k", "a")); err != nil || again != first {
			t.Errorf("repeat = %d, %v; want %d", again, err, first)
		}
	}
	if w.decided.Load() != 1 || w.count(t, "things") != 1 || w.count(t, "events") != 1 {
		t.Errorf("decided %d times, %d things; want 1 and 1", w.decided.Load(), w.count(t, "things"))
	}
	for what, k := range map[string]idempotency.Key{
		"another key":    key("k2", "a"),
		"another caller": {Scope: "guest:2", Route: "POST /things", Key: "k", Fingerprint: []byte("a")},
		"another route":  {Scope: "guest:1", Route: "POST /others", Key: "k", Fingerprint: []byte("a")},
	} {
		if other, err := w.make(t.Context(), k); err != nil || other == first {
			t.Errorf("%s: %d, %v; want a new thing", what, other, err)
		}
	}
}

func TestFiftyAtOnceMakeOneThing(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	var (
		answers [50]int
		errs    [50]error
		callers sync.WaitGroup
	)
	for i := range answers {
		callers.Go(func() { answers[i], errs[i] = w.make(t.Context(), key("k", "a")) })
	}
	callers.Wait()
	for i := range answers {
		if errs[i] != nil || answers[i] != answers[0] {
			t.Errorf("caller %d: %d, %v; want %d", i, answers[i], errs[i], answers[0])
		}
	}
	if w.decided.Load() != 1 || w.count(t, "things") != 1 {
		t.Errorf("decided %d times, %d things; want once", w.decided.Load(), w.count(t, "things"))
	}
}

func TestAKeyUsedForAnotherRequestIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	if _, err := w.make(t.Context(), key("k", "a")); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"b", "", "aa"} {
		_, err := w.make(t.Context(), key("k", other))
		if f := fault.Of(err); f.Kind != fault.Unprocessable || f.Code != "idempotency_key_reused" || !strings.Contains(f.Msg, "Idempotency-Key") {
			t.Errorf("request %q: %v, want idempotency_key_reused", other, err)
		}
	}
	if w.decided.Load() != 1 || w.count(t, "things") != 1 {
		t.Errorf("decided %d times, want once", w.decided.Load())
	}
}

func TestWhatIsRefusedOrRolledBackLeavesNoKey(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	no := errors.New("no")
	_, err := idempotency.Execute(idempotency.WithKey(t.Context(), key("k", "a")), w.log, postgres.General,
		func(context.Context, *event.Tx) ([]event.New, made, error) { return nil, made{}, no })
	if !errors.Is(err, no) {
		t.Errorf("error = %v, want %v", err, no)
	}
	if _, err := w.makeAs(t.Context(), key("k", "b"), func() int { return 1000 }); err == nil {
		t.Error("a thing that breaks a check was made")
	}
	// The process dies between claim and commit: its connection goes, and with it the claim.
	claimed, err := w.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := &pgx.Batch{}
	b.Queue("begin")
	idempotency.Queue(b, []idempotency.Key{key("k", "c")}, time.Now())
	if err := claimed.SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() { // meanwhile the caller repeats: it waits for the claim's end
		_, err := w.make(t.Context(), key("k", "c"))
		waiting <- err
	}()
	w.untilBlocked(t)
	if n := w.count(t, "idempotency_keys"); n != 0 {
		t.Errorf("%d keys, want none", n)
	}
	err = claimed.Hijack().Close(t.Context())
	if err := errors.Join(err, <-waiting); err != nil {
		t.Error(err)
	}
	if n := w.count(t, "things"); n != 1 {
		t.Errorf("%d things, want 1", n)
	}
}

func TestTheGuestWhomANewCallerBecameFindsTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	fresh := idempotency.Key{Scope: "new", Route: "POST /things", Key: "k", Fingerprint: []byte("a"), Alias: "guest:7"}
	first, err := w.make(t.Context(), fresh)
	if err != nil {
		t.Fatal(err)
	}
	guest := fresh
	guest.Scope, guest.Alias = "guest:7", ""
	stranger := guest
	stranger.Scope = "guest:8"
	lost := fresh
	lost.Alias = "guest:9" // the cookie was lost with the answer: another one was made
	for what, k := range map[string]idempotency.Key{"guest": guest, "repeat without cookie": lost} {
		if again, err := w.make(t.Context(), k); err != nil || again != first {
			t.Errorf("%s: %d, %v; want %d", what, again, err, first)
		}
	}
	if other, err := w.make(t.Context(), stranger); err != nil || other == first {
		t.Errorf("stranger: %d, %v; want a new thing", other, err)
	}
}

func TestWithoutAKeyEachRequestStandsAlone(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	one, two := idempotency.FromContext(t.Context()), idempotency.FromContext(t.Context())
	if !one.Made || one.Key == two.Key {
		t.Errorf("keys = %+v and %+v, want two that were made", one, two)
	}
	for _, k := range []idempotency.Key{one, two} {
		if _, err := w.make(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(t, "things"); n != 2 {
		t.Errorf("%d things, want 2", n)
	}
	// A made key still says what became of a commit in doubt.
	found, err := idempotency.Find(t.Context(), w.pool, []idempotency.Key{one})
	if err != nil || found.Answer(one) == nil || found.Answer(idempotency.Key{Key: "x"}) != nil {
		t.Errorf("found = %+v, %v; want an answer under the made key only", found, err)
	}
}

func TestACommandThatChangesNothingStillAnswers(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	decided := 0
	for range 2 {
		a, err := idempotency.Execute(idempotency.WithKey(t.Context(), key("k", "a")), w.log, postgres.General,
			func(context.Context, *event.Tx) ([]event.New, made, error) { decided++; return nil, made{4}, nil })
		if err != nil || a.Thing != 4 {
			t.Errorf("answer = %+v, %v; want 4", a, err)
		}
	}
	if decided != 1 {
		t.Errorf("decided %d times, want once", decided)
	}
}

// TestKeysAreClaimedInOneOrder: who waits for the first of its keys holds none of the later ones, whatever the order in
// which they were named; so claims can't deadlock.
func TestKeysAreClaimedInOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	claim := func(keys ...idempotency.Key) *pgx.Batch {
		b := &pgx.Batch{}
		b.Queue("set local lock_timeout = '9s'")
		idempotency.Queue(b, keys, time.Now())
		return b
	}
	holder, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.SendBatch(t.Context(), claim(key("1", "a"))).Close(); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() { waiting <- w.pool.SendBatch(t.Context(), claim(key("2", "a"), key("1", "a"))).Close() }()
	w.untilBlocked(t)
	if err := w.pool.SendBatch(t.Context(), claim(key("2", "a"))).Close(); err != nil {
		t.Errorf("who waits for key 1 holds key 2: %v", err)
	}
	if err := errors.Join(holder.Rollback(t.Context()), <-waiting); err != nil {
		t.Error(err)
	}
}

// untilBlocked returns when somebody waits for a lock.
func (w *workshop) untilBlocked(t *testing.T) {
	t.Helper()
	for blocked := 0; blocked == 0; {
		if err := w.pool.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&blocked); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReleaseGivesBackOnlyClaims(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	if _, err := w.make(t.Context(), key("answered", "a")); err != nil {
		t.Fatal(err)
	}
	b := &pgx.Batch{}
	idempotency.Queue(b, []idempotency.Key{key("claimed", "a")}, time.Now())
	idempotency.QueueRelease(b, []idempotency.Key{key("claimed", "a"), key("answered", "a")})
	if err := w.pool.SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}
	if n := w.count(t, "idempotency_keys where key = 'answered'"); n != 1 || w.count(t, "idempotency_keys") != 1 {
		t.Errorf("%d keys, want the answered one only", w.count(t, "idempotency_keys"))
	}
}

func TestSweepForgetsOnlyTheOld(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	for _, k := range []string{"old", "young"} {
		if _, err := w.make(t.Context(), key(k, "a")); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	if _, err := w.pool.Exec(t.Context(), `update idempotency_keys set created_at = case key when 'old' then $1::timestamptz else $2 end`,
		now.Add(-idempotency.Kept-time.Second), now.Add(-idempotency.Kept+time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := idempotency.Sweep(t.Context(), w.pool, now); err != nil {
		t.Fatal(err)
	}
	if w.count(t, "idempotency_keys") != 1 || w.count(t, "idempotency_keys where key = 'young'") != 1 {
		t.Error("want the young key only")
	}
}
