// Package breaker keeps a failing dependency from being asked until it has had time to heal.
//
// # States
//
//	closed ──Failures in a row──▶ open ──OpenFor passed──▶ half-open: one probe at a time
//	   ▲                           ▲                          │   │
//	   └───────────success─────────┼──────────────────────────┘   │
//	                               └────────────failure───────────┘
//
// # Promises
//
// An answer counts only in the state it was asked in: each change of state, and each new probe, begins an epoch, and a permit
// of an earlier epoch changes nothing. No state is without an exit: a probe that never answers is given up after
// ProbeTimeout, and the next caller probes. A caller who gives up says nothing about the dependency.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrOpen says that the dependency was not asked.
var ErrOpen = errors.New("breaker is open")

// Config says when a Breaker opens. The zero value means the defaults; New reports values out of range.
type Config struct {
	// Failures is how many in a row open the breaker. Default 5; must be ≥ 1.
	Failures int
	// OpenFor is how long the dependency is left alone. Default 30 s; must be ≥ 1 ms.
	OpenFor time.Duration
	// ProbeTimeout is how long a probe keeps others waiting. Default 30 s; must be ≥ 1 ms.
	ProbeTimeout time.Duration
}

func (c Config) withDefaults() (Config, error) {
	if c.Failures == 0 {
		c.Failures = 5
	}
	if c.OpenFor == 0 {
		c.OpenFor = 30 * time.Second
	}
	if c.ProbeTimeout == 0 {
		c.ProbeTimeout = 30 * time.Second
	}
	var errs []error
	if c.Failures < 1 {
		errs = append(errs, fmt.Errorf("breaker: %d failures open it; want at least 1", c.Failures))
	}
	if c.OpenFor < time.Millisecond || c.ProbeTimeout < time.Millisecond {
		errs = append(errs, fmt.Errorf("breaker: open for %v, probe timeout %v; want at least 1 ms", c.OpenFor, c.ProbeTimeout))
	}
	return c, errors.Join(errs...)
}

// State is what a Breaker does with the next call.
type State uint8

// The states.
const (
	Closed   State = iota // calls pass
	Open                  // calls are refused
	HalfOpen              // one call at a time passes, as a probe
)

// String is the state's name in logs and metrics.
func (s State) String() string { return [...]string{"closed", "open", "half_open"}[s] }

// Breaker guards one dependency. Safe for concurrent use; a call through it allocates nothing.
type Breaker struct {
	cfg Config

	mu       sync.Mutex
	state    State
	epoch    uint64
	failures int       // in a row, while closed
	until    time.Time // open: when a probe may go; half-open: when the probe that is out is given up
	probing  bool      // half-open: a probe is out
}

// New makes a closed Breaker.
func New(cfg Config) (*Breaker, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Breaker{cfg: cfg}, nil
}

// State is the present state; an open breaker whose time has passed is half-open.
func (b *Breaker) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == Open && !time.Now().Before(b.until) {
		return HalfOpen
	}
	return b.state
}

// Permit is leave for one call, to be given back by Done or Forget.
type Permit struct {
	b     *Breaker
	epoch uint64
}

// Allow gives leave for one call, or ErrOpen.
func (b *Breaker) Allow() (Permit, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == Closed {
		return Permit{b, b.epoch}, nil
	}
	now := time.Now()
	if (b.state == Open || b.probing) && now.Before(b.until) {
		return Permit{}, ErrOpen
	}
	b.state, b.probing, b.until = HalfOpen, true, now.Add(b.cfg.ProbeTimeout)
	b.epoch++
	return Permit{b, b.epoch}, nil
}

// Done tells how the call went; nil is success.
func (p Permit) Done(err error) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if p.epoch != p.b.epoch { // asked before the state changed; proves nothing about this one
		return
	}
	switch {
	case err == nil && p.b.state == Closed:
		p.b.failures = 0
	case err == nil:
		p.b.enterLocked(Closed)
	case p.b.state == HalfOpen:
		p.b.enterLocked(Open)
	default:
		if p.b.failures++; p.b.failures >= p.b.cfg.Failures {
			p.b.enterLocked(Open)
		}
	}
}

// Forget gives the permit back without an outcome: the caller gave up, or never asked.
func (p Permit) Forget() {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if p.epoch == p.b.epoch {
		p.b.probing = false
	}
}

func (b *Breaker) enterLocked(s State) {
	b.state, b.failures, b.probing = s, 0, false
	b.until = time.Now().Add(b.cfg.OpenFor)
	b.epoch++
}

// Do calls fn through b. An error after ctx has ended does not count as failure: put deadlines of the
// dependency inside fn.
func Do[T any](ctx context.Context, b *Breaker, fn func(context.Context) (T, error)) (T, error) {
	p, err := b.Allow()
	if err != nil {
		var zero T
		return zero, err
	}
	answered := false
	defer func() {
		if !answered { // fn panicked
			p.Done(errors.New("panic"))
		}
	}()
	v, err := fn(ctx)
	answered = true
	if ctx.Err() != nil && err != nil {
		p.Forget()
		return v, err
	}
	p.Done(err)
	return v, err
}
