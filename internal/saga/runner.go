package saga

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Config tunes a Runner. The zero value means the defaults.
type Config struct {
	// Every is how often the alarm clock rings. Default 2 s; at least 100 ms.
	Every time.Duration
	// Lease is how long a claimed saga is left alone; longer than any step's timeout. Default 30 s.
	Lease time.Duration
	// Batch is how many due sagas are claimed at once. Default 32.
	Batch int
	// FirstPause and LongestPause bound the pause after a failed attempt, which doubles. Defaults 500 ms and 10 min.
	FirstPause, LongestPause time.Duration
	// UndoAttempts is how often a compensation is tried before it is stuck. Default 8.
	UndoAttempts int
	// Now is the clock, Jitter a source of numbers in [0, 1). Defaults: the system's, and none.
	Now    func() time.Time
	Jitter func() float64
	Logger *slog.Logger
	// Ran is called after due sagas have run: what they queued elsewhere can go on. Default: nobody.
	Ran func()
	// Crash, in tests, is called between every two durable actions with the point's name, and may not come back.
	Crash func(point string)
}

func (c Config) withDefaults() (Config, error) {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&c.Every, 2*time.Second)
	set(&c.Lease, 30*time.Second)
	set(&c.FirstPause, 500*time.Millisecond)
	set(&c.LongestPause, 10*time.Minute)
	if c.Batch == 0 {
		c.Batch = 32
	}
	if c.UndoAttempts == 0 {
		c.UndoAttempts = 8
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = func() float64 { return 0.5 }
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Ran == nil {
		c.Ran = func() {}
	}
	if c.Crash == nil {
		c.Crash = func(string) {}
	}
	if c.Every < 100*time.Millisecond || c.Lease < c.Every || c.Batch < 1 || c.UndoAttempts < 1 || c.LongestPause < c.FirstPause {
		return c, fmt.Errorf("saga runner: every %v, lease %v, batch %d, undo attempts %d, pauses %v to %v: out of range",
			c.Every, c.Lease, c.Batch, c.UndoAttempts, c.FirstPause, c.LongestPause)
	}
	return c, nil
}

// Runner runs due sagas. Safe for concurrent use; several may run against one database.
type Runner struct {
	db       *postgres.DB
	machines map[string]*Machine
	cfg      Config
	poke     chan struct{} // size one: wake-ups coalesce, the queue is the table
}

// NewRunner makes a Runner for the sagas of these machines.
func NewRunner(db *postgres.DB, cfg Config, machines ...*Machine) (*Runner, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	r := &Runner{db: db, machines: map[string]*Machine{}, cfg: cfg, poke: make(chan struct{}, 1)}
	for _, m := range machines {
		r.machines[m.def.Kind] = m
	}
	return r, nil
}

// Poke has due sagas run at once: after a commit that woke one. It never blocks, and many pokes may become one.
func (r *Runner) Poke() {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

func (r *Runner) now() time.Time { return r.cfg.Now().UTC().Truncate(time.Microsecond) }

// RunDue runs every saga that is due now and returns how many it ran. An error is the store's; a saga's own failure is
// recorded with it and does not hold up the others. When ctx ends, the saga under way comes to rest and the others are
// given back.
func (r *Runner) RunDue(ctx context.Context) (int, error) {
	finish := context.WithoutCancel(ctx) // every step has a limit of its own
	for ran := 0; ; {
		claimed, err := claim(ctx, r.db.Pgx(), r.now(), r.cfg.Lease, r.cfg.Batch)
		if err != nil {
			return ran, err
		}
		for i, w := range claimed {
			if ctx.Err() != nil {
				return ran + i, release(finish, r.db.Pgx(), claimed[i:])
			}
			r.cfg.Crash("claimed")
			if err := r.run(finish, w); err != nil {
				return ran + i, err
			}
		}
		ran += len(claimed)
		if len(claimed) < r.cfg.Batch {
			return ran, nil
		}
	}
}

// run takes one saga to rest and puts off what failed.
func (r *Runner) run(ctx context.Context, w *row) error {
	m := r.machines[w.Kind]
	if m == nil {
		w.At = r.now()
		return w.delay(ctx, r.db.Pgx(), w.At.Add(r.cfg.LongestPause), fmt.Errorf("no machine for sagas of kind %q", w.Kind))
	}
	err := r.toRest(ctx, m, &w)
	if err == nil || postgres.Lost(err) {
		return err // the lease ends by itself
	}
	pause := r.pause(w.attempt)
	r.cfg.Logger.WarnContext(ctx, "saga step is tried again", "saga", w.ID, "state", w.State, "attempt", w.attempt,
		"pause", pause, "err", err)
	return w.delay(ctx, r.db.Pgx(), w.At.Add(pause), err)
}

// maxMoves bounds one turn: a table whose looks and steps chase each other becomes a failure that is seen, not a hot loop.
const maxMoves = 24

// toRest makes moves until there is nothing to do. *w is the row it worked on last.
func (r *Runner) toRest(ctx context.Context, m *Machine, w **row) error {
	for range maxMoves {
		(*w).At = r.now()
		resting, err := r.move(ctx, m, *w)
		if errors.Is(err, errStale) {
			fresh, err := load(ctx, r.db.Pgx(), (*w).ID)
			if err != nil {
				return err
			}
			fresh.attempt = max(fresh.attempt, (*w).attempt)
			*w = fresh
			continue
		}
		if err != nil || resting {
			return err
		}
	}
	return fmt.Errorf("no rest within %d moves", maxMoves)
}

// move makes the next durable step of a saga.
func (r *Runner) move(ctx context.Context, m *Machine, w *row) (resting bool, err error) {
	switch {
	case w.Undo:
		return false, r.undoNext(ctx, m, w)
	case w.On != "":
		return false, r.doNext(ctx, m, w)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 10*time.Second, errors.New("looking took more than 10 s"))
	defer cancel()
	signal, wake, err := m.def.Look(ctx, r.db.Pgx(), w.Saga)
	if err != nil {
		return false, fmt.Errorf("look: %w", err)
	}
	if signal == "" {
		var at *time.Time
		if !wake.IsZero() {
			at = &wake
		}
		return true, w.move(ctx, r.db.Pgx(), w.State, w.progress, at)
	}
	t, ok := m.Next(w.State, signal)
	if !ok {
		return false, fmt.Errorf("state %s has no answer to signal %s", w.State, signal)
	}
	return false, r.begin(ctx, m, w, t)
}

// pause doubles with each attempt; half of it is jitter.
func (r *Runner) pause(attempt int) time.Duration {
	p := r.cfg.LongestPause
	if shift := max(attempt-1, 0); shift < 30 {
		p = min(p, r.cfg.FirstPause<<shift)
	}
	return p/2 + time.Duration(r.cfg.Jitter()*float64(p/2))
}

// Permanent reports whether an error is a refusal that trying again will not change.
func Permanent(err error) bool {
	if err == nil || postgres.Lost(err) {
		return false
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return false
	}
	switch f.Kind {
	case fault.Invalid, fault.Denied, fault.NotFound, fault.Conflict, fault.Unprocessable, fault.TooLarge:
		return true
	}
	return false
}
