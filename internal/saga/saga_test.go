package saga_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/saga"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// trip is a process in three steps: book a flight, book a room, send the tickets.
type trip struct {
	db      *postgres.DB
	now     time.Time
	mu      sync.Mutex
	calls   []string         // every Do and Undo, in order
	refuse  map[string]error // by call
	crashAt string
	points  []string
}

type crash struct{ point string }

func newTrip(t *testing.T) *trip {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t), GeneralConns: 8, OrdersConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	tr := &trip{db: db, now: time.Date(2026, 5, 10, 9, 0, 0, 0, time.UTC), refuse: map[string]error{}}
	tr.exec(t, `create table trips (id text primary key, wanted boolean not null default false, flight int not null default 0,
		room int not null default 0, mails int not null default 0)`)
	return tr
}

func (tr *trip) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := tr.db.Reader().Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// book is an effect that bears repetition: it sets, it does not add.
func (tr *trip) effect(call, sql string) func(context.Context, string, saga.Saga) error {
	return func(ctx context.Context, _ string, s saga.Saga) error {
		tr.mu.Lock()
		tr.calls = append(tr.calls, call)
		err := tr.refuse[call]
		tr.mu.Unlock()
		if err != nil {
			return err
		}
		_, err = tr.db.Reader().Exec(ctx, sql, s.ID)
		return err
	}
}

func (tr *trip) runner(t *testing.T, cfg saga.Config) *saga.Runner {
	t.Helper()
	m, err := saga.Define(saga.Definition{
		Kind: "trip", Start: "planned", Final: []saga.State{"travelled", "off"}, Failed: "off",
		Table: []saga.Transition{{From: "planned", On: "wanted", Do: []string{"flight", "room", "mail"}, To: "travelled"}},
		Steps: []saga.Step{
			{Name: "flight", Do: tr.effect("flight", `update trips set flight = 1 where id = $1`), Undo: tr.effect("-flight", `update trips set flight = 0 where id = $1`)},
			{Name: "room", Do: tr.effect("room", `update trips set room = 1 where id = $1`), Undo: tr.effect("-room", `update trips set room = 0 where id = $1`)},
			{Name: "mail", Do: tr.effect("mail", `select $1`), Within: func(ctx context.Context, tx pgx.Tx, _ string, s saga.Saga) error {
				_, err := tx.Exec(ctx, `update trips set mails = mails + 1 where id = $1`, s.ID)
				return err
			}},
		},
		Begun: saga.Step{Name: "plan", Undo: tr.effect("-plan", `update trips set wanted = false where id = $1`)},
		Look: func(ctx context.Context, q postgres.Querier, s saga.Saga) (saga.Signal, time.Time, error) {
			var wanted bool
			err := q.QueryRow(ctx, `select wanted from trips where id = $1`, s.ID).Scan(&wanted)
			if err != nil || !wanted || s.State != "planned" {
				return "", time.Time{}, err
			}
			return "wanted", time.Time{}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Now = func() time.Time { return tr.now }
	cfg.Crash = func(point string) {
		tr.points = append(tr.points, point)
		if point == tr.crashAt {
			tr.crashAt = ""
			panic(crash{point})
		}
	}
	r, err := saga.NewRunner(tr.db, cfg, m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (tr *trip) start(t *testing.T, id string) {
	t.Helper()
	tr.exec(t, `insert into trips (id, wanted) values ($1, true)`, id)
	b := &pgx.Batch{}
	saga.QueueStart(b, []saga.Start{{ID: id, Kind: "trip", State: "planned", WakeAt: &tr.now, At: tr.now}})
	if err := tr.db.Reader().SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}
}

// settle runs what is due, with time passing, until nothing is; a crash loses the runner's memory and nothing else.
func (tr *trip) settle(t *testing.T) {
	t.Helper()
	for range 40 {
		r := tr.runner(t, saga.Config{UndoAttempts: 3})
		func() {
			defer func() {
				if c := recover(); c != nil {
					if _, ours := c.(crash); !ours {
						panic(c)
					}
				}
			}()
			if _, err := r.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}()
		var waiting int
		if err := tr.db.Reader().QueryRow(t.Context(), `select count(*) from sagas where wake_at is not null`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		tr.now = tr.now.Add(15 * time.Minute)
	}
	t.Fatal("the saga does not come to rest")
}

func (tr *trip) row(t *testing.T, id string) string {
	t.Helper()
	var state string
	var flight, room, mails int
	err := tr.db.Reader().QueryRow(t.Context(), `select s.state, flight, room, mails from sagas s join trips using (id) where id = $1`, id).
		Scan(&state, &flight, &room, &mails)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s flight=%d room=%d mails=%d", state, flight, room, mails)
}

func (tr *trip) history(t *testing.T, id string) []string {
	t.Helper()
	records, err := saga.History(t.Context(), tr.db.Reader(), id)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range records {
		lines = append(lines, r.Step+" "+r.Outcome)
	}
	return lines
}

func TestStepsAreDoneInOrderAndRecorded(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	tr.start(t, "t1")
	tr.settle(t)
	if got, want := tr.row(t, "t1"), "travelled flight=1 room=1 mails=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := tr.history(t, "t1"), []string{"flight done", "room done", "mail done"}; !slices.Equal(got, want) {
		t.Errorf("history %v, want %v", got, want)
	}
}

func TestACrashAtEveryPointIsResumed(t *testing.T) {
	t.Parallel()
	for _, refused := range []bool{false, true} {
		rehearsal := newTrip(t)
		want, steps := "travelled flight=1 room=1 mails=1", []string{"flight done", "room done", "mail done"}
		if refused {
			want = "off flight=0 room=0 mails=0"
			steps = []string{"flight done", "room done", "mail failed", "room undone", "flight undone", "plan undone"}
			rehearsal.refuse["mail"] = fault.New(fault.Conflict, "no", "no")
		}
		rehearsal.start(t, "t1")
		rehearsal.settle(t)
		if len(rehearsal.points) < 7 {
			t.Fatalf("only these crash points: %v", rehearsal.points)
		}
		for i, point := range rehearsal.points {
			tr := newTrip(t)
			tr.refuse = rehearsal.refuse
			tr.crashAt = point
			tr.start(t, "t1")
			tr.settle(t)
			if tr.crashAt != "" {
				t.Errorf("point %d %s was not reached", i, point)
			}
			if got := tr.row(t, "t1"); got != want {
				t.Errorf("after a crash at %s: %s, want %s", point, got, want)
			}
			if got := tr.history(t, "t1"); !slices.Equal(got, steps) {
				t.Errorf("after a crash at %s: history %v, want %v", point, got, steps)
			}
		}
	}
}

func TestAStuckCompensationIsShownAndTheOthersRun(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	tr.refuse["mail"] = fault.New(fault.Conflict, "no", "no")
	tr.refuse["-room"] = errors.New("the hotel does not answer") // not for good: it has its attempts first
	tr.start(t, "t1")
	tr.settle(t)
	if got, want := tr.row(t, "t1"), "off flight=0 room=1 mails=0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []string{"flight done", "room done", "mail failed", "room stuck", "flight undone", "plan undone"}
	if got := tr.history(t, "t1"); !slices.Equal(got, want) {
		t.Errorf("history %v, want %v", got, want)
	}
	tries := 0
	for _, c := range tr.calls {
		if c == "-room" {
			tries++
		}
	}
	if tries != 4 { // the first, and one after each of three pauses
		t.Errorf("the compensation was tried %d times, want 4", tries)
	}
	stuck, err := saga.StuckSteps(t.Context(), tr.db.Reader(), 10)
	if err != nil || len(stuck) != 1 || stuck[0].Step != "room" || stuck[0].Detail != "the hotel does not answer" {
		t.Errorf("stuck steps: %v (%v)", stuck, err)
	}
}

func TestATransientFailureIsTriedAgainAndSeen(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	tr.refuse["room"] = errors.New("away")
	tr.start(t, "t1")
	r := tr.runner(t, saga.Config{})
	if _, err := r.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	trouble, err := saga.Troubled(t.Context(), tr.db.Reader(), 10)
	if err != nil || len(trouble) != 1 || !trouble[0].NextTry.After(tr.now) {
		t.Fatalf("trouble: %+v (%v), want one with a later try", trouble, err)
	}
	delete(tr.refuse, "room")
	tr.settle(t)
	if got, want := tr.row(t, "t1"), "travelled flight=1 room=1 mails=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := slices.Index(tr.calls, "flight"); slices.Contains(tr.calls[n+1:], "flight") {
		t.Errorf("calls %v: a recorded step was done again", tr.calls)
	}
}

// A wake-up that commits between a look and the write that puts the saga to rest must not be lost.
func TestAWakeUpDuringATurnIsNotLost(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	looks := 0
	m, err := saga.Define(saga.Definition{
		Kind: "trip", Start: "planned", Final: []saga.State{"off"}, Failed: "off",
		Table: []saga.Transition{{From: "planned", On: "wanted", To: "off"}},
		Look: func(ctx context.Context, q postgres.Querier, s saga.Saga) (saga.Signal, time.Time, error) {
			if looks++; looks > 1 || s.State == "off" {
				if s.State == "planned" {
					return "wanted", time.Time{}, nil
				}
				return "", time.Time{}, nil
			}
			b := &pgx.Batch{} // somebody changes the order right after this look
			saga.QueueWake(b, s.ID, tr.now)
			return "", time.Time{}, q.SendBatch(ctx, b).Close()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := saga.NewRunner(tr.db, saga.Config{Now: func() time.Time { return tr.now }}, m)
	if err != nil {
		t.Fatal(err)
	}
	tr.start(t, "t1")
	if _, err := r.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := tr.row(t, "t1"), "off flight=0 room=0 mails=0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRunnersThatWorkTogetherDoEachStepOnce(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	for i := range 40 {
		tr.start(t, fmt.Sprintf("t%d", i))
	}
	var wg sync.WaitGroup
	for range 4 {
		m := tr.runnerQuiet(t)
		wg.Go(func() {
			if _, err := m.RunDue(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var done, mails int
	if err := tr.db.Reader().QueryRow(t.Context(), `select count(*) from sagas where state = 'travelled'`).Scan(&done); err != nil {
		t.Fatal(err)
	}
	if err := tr.db.Reader().QueryRow(t.Context(), `select sum(mails) from trips`).Scan(&mails); err != nil {
		t.Fatal(err)
	}
	if done != 40 || mails != 40 {
		t.Errorf("%d sagas ended with %d mails, want 40 and 40", done, mails)
	}
}

// runnerQuiet is a runner whose crash hook is not shared.
func (tr *trip) runnerQuiet(t *testing.T) *saga.Runner {
	t.Helper()
	other := &trip{db: tr.db, now: tr.now, refuse: map[string]error{}}
	return other.runner(t, saga.Config{Batch: 4})
}
