package saga_test

import (
	"context"
	"testing"
	"time"

	"floresya/internal/saga"
)

// run runs r until the test ends, and fails unless it stops within its context.
func run(t *testing.T, r *saga.Runner) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- r.Run(ctx, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("Run ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Run did not end within 10 s of its context")
		}
	})
}

func (tr *trip) arrives(t *testing.T, id string, within time.Duration) {
	t.Helper()
	deadline, again := time.After(within), time.NewTicker(5*time.Millisecond)
	defer again.Stop()
	for tr.row(t, id) != "travelled flight=1 room=1 mails=1" {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("after %v: %s", within, tr.row(t, id))
		}
	}
}

func TestTheAlarmClockRingsAndStops(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	run(t, tr.runner(t, saga.Config{Every: 200 * time.Millisecond}))
	tr.start(t, "t1") // nobody pokes
	tr.arrives(t, "t1", 20*time.Second)
}

func TestAPokeDoesNotWaitForTheClock(t *testing.T) {
	t.Parallel()
	tr := newTrip(t)
	told := make(chan struct{}, 100)
	r := tr.runner(t, saga.Config{Every: time.Minute, Lease: 2 * time.Minute, Ran: func() { told <- struct{}{} }})
	run(t, r)
	tr.start(t, "t0")
	r.Poke()
	tr.arrives(t, "t0", 10*time.Second) // River has started by then and rung once
	tr.start(t, "t1")
	began := time.Now()
	for range 50 { // many pokes may become one
		r.Poke()
	}
	tr.arrives(t, "t1", 10*time.Second)
	t.Logf("three steps took %v", time.Since(began))
	<-told
}
