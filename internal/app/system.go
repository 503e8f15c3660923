package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"floresya/internal/saga"
)

// system is what runs: parts that were started in order, each when the one before was ready. It stops them in
// reverse, so that whoever uses a part stops before it: first the server takes no more requests and finishes what it
// accepted, last goes the database.
type system struct {
	log   *slog.Logger
	sagas saga.Config // the zero value, but for tests
	parts []*part
	// ended gets a part that ended before it was told to.
	ended chan *part
}

type part struct {
	name  string
	limit time.Duration
	stop  context.CancelFunc
	done  chan struct{}
	err   error // to be read after done
}

// errStopped is the cause of the contexts of parts that are told to stop.
var errStopped = errors.New("the program stops")

// UnstoppableError names a part that did not stop within its limit.
type UnstoppableError struct {
	Part  string
	Limit time.Duration
}

func (e *UnstoppableError) Error() string {
	return fmt.Sprintf("%s did not stop within %v", e.Part, e.Limit)
}

// Option changes how the shop is wired, for tests of the whole that no setting should allow in production.
type Option func(*system)

// WithSagas paces the runner of sagas and says where it crashes.
func WithSagas(c saga.Config) Option { return func(s *system) { s.sagas = c } }

func newSystem(log *slog.Logger, options ...Option) *system {
	s := &system{log: log, ended: make(chan *part, 1)}
	for _, option := range options {
		option(s)
	}
	return s
}

// start runs a part and returns when it is ready; ctx bounds only that. The part runs until stop, which gives it
// limit to finish.
func (s *system) start(ctx context.Context, name string, limit time.Duration, run func(context.Context, func()) error) error {
	began := time.Now()
	partCtx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	p := &part{name: name, limit: limit, stop: func() { cancel(errStopped) }, done: make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		p.err = run(partCtx, func() { close(ready) })
		close(p.done)
		select {
		case s.ended <- p:
		default: // the first is enough
		}
	}()
	s.parts = append(s.parts, p)
	select {
	case <-ready:
		s.log.Debug("part is ready", "part", name, "took", time.Since(began))
		return nil
	case <-p.done:
		return p.failure()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// failure is why a part ended that nobody told to. What a part reports is a sentence already.
func (p *part) failure() error {
	if p.err == nil {
		return fmt.Errorf("%s ended by itself", p.name)
	}
	return p.err
}

// wait returns nil when ctx ends and an error when a part ends before.
func (s *system) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case p := <-s.ended:
		return p.failure()
	}
}

// close stops all parts, the last started first. Its error names those that took too long or stopped badly.
func (s *system) close() error {
	var errs []error
	for i := len(s.parts) - 1; i >= 0; i-- {
		p := s.parts[i]
		began := time.Now()
		select {
		case <-p.done: // its failure was reported by wait or start
			p.stop()
			continue
		default:
		}
		p.stop()
		timer := time.NewTimer(p.limit)
		select {
		case <-p.done:
			if p.err != nil {
				errs = append(errs, fmt.Errorf("stop %s: %w", p.name, p.err))
			}
			s.log.Debug("part has stopped", "part", p.name, "took", time.Since(began))
		case <-timer.C:
			errs = append(errs, &UnstoppableError{Part: p.name, Limit: p.limit})
		}
		timer.Stop()
	}
	s.parts = nil
	return errors.Join(errs...)
}
