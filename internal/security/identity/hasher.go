package identity

import (
	"context"
	"errors"
	"time"

	"floresya/internal/fault"
)

// hasher bounds how many passwords are hashed at once: each takes megabytes, and a flood of sign-ins must not take them all.
type hasher struct {
	cost    Cost
	running chan struct{}
	waiting chan struct{}
	nobody  phc // what an unknown e-mail is compared with, so that it costs the same
}

const hashWait = 5 * time.Second

func newHasher(cost Cost, concurrency, queue int) *hasher {
	return &hasher{
		cost:    cost,
		running: make(chan struct{}, concurrency),
		waiting: make(chan struct{}, concurrency+queue),
		nobody:  phc{cost: cost, salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)},
	}
}

// enter takes a place to hash in; the caller gives it back by the function it gets.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.waiting <- struct{}{}:
	default:
		return nil, errHashBusy(nil)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, hashWait, errors.New("no place to hash a password in"))
	defer cancel()
	select {
	case h.running <- struct{}{}:
		return func() { <-h.running; <-h.waiting }, nil
	case <-ctx.Done():
		<-h.waiting
		return nil, errHashBusy(context.Cause(ctx))
	}
}

func errHashBusy(err error) error {
	f := fault.New(fault.Limited, "sign_in_busy", "Hay mucha gente entrando a la vez. Inténtalo de nuevo en unos segundos.")
	f.RetryAfter = hashWait
	return f.Because(err)
}
