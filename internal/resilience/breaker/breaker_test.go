package breaker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

var errDown = errors.New("down")

func newBreaker(t testing.TB) *Breaker {
	t.Helper()
	b, err := New(Config{Failures: 3, OpenFor: time.Minute, ProbeTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fail lets n calls fail.
func (b *Breaker) fail(t testing.TB, n int) {
	t.Helper()
	for range n {
		p, err := b.Allow()
		if err != nil {
			t.Fatal(err)
		}
		p.Done(errDown)
	}
}

func (b *Breaker) want(t testing.TB, s State) {
	t.Helper()
	if got := b.State(); got != s {
		t.Errorf("state: got %s, want %s", got, s)
	}
}

func TestFailuresInARowOpenIt(t *testing.T) {
	t.Parallel()
	b := newBreaker(t)
	b.fail(t, 2)
	p, _ := b.Allow()
	p.Done(nil) // the row ends here
	b.fail(t, 2)
	b.want(t, Closed)
	b.fail(t, 1)
	b.want(t, Open)
	if _, err := b.Allow(); !errors.Is(err, ErrOpen) {
		t.Errorf("open: got %v", err)
	}
}

func TestOneProbeDecides(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(t)
		b.fail(t, 3)
		time.Sleep(time.Minute)
		b.want(t, HalfOpen)
		probe, err := b.Allow()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Allow(); !errors.Is(err, ErrOpen) {
			t.Error("a second probe beside the first")
		}
		probe.Done(errDown)
		b.want(t, Open)
		time.Sleep(time.Minute)
		probe, _ = b.Allow()
		probe.Done(nil)
		b.want(t, Closed)
		b.fail(t, 2)
		b.want(t, Closed) // the count began anew
	})
}

func TestALateAnswerChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(t)
		early, _ := b.Allow()
		b.fail(t, 3)
		early.Done(nil)
		b.want(t, Open)
		time.Sleep(time.Minute)
		lost, _ := b.Allow()
		time.Sleep(10 * time.Second) // given up
		probe, err := b.Allow()
		if err != nil {
			t.Fatal("a lost probe keeps the breaker half-open for ever")
		}
		lost.Done(errDown)
		b.want(t, HalfOpen)
		probe.Done(nil)
		b.want(t, Closed)
	})
}

func TestACallerWhoGivesUpIsNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(t)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		call := func(ctx context.Context) (int, error) { return 0, ctx.Err() }
		for range 9 {
			if _, err := Do(gone, b, call); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		b.want(t, Closed)
		b.fail(t, 3)
		time.Sleep(time.Minute)
		_, _ = Do(gone, b, call) // a probe that gives up leaves room for the next at once
		if v, err := Do(t.Context(), b, func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		b.want(t, Closed)
	})
}

func TestAPanicIsAFailure(t *testing.T) {
	t.Parallel()
	b := newBreaker(t)
	for range 3 {
		func() {
			defer func() { _ = recover() }()
			_, _ = Do(t.Context(), b, func(context.Context) (int, error) { panic("boom") })
		}()
	}
	b.want(t, Open)
}

// TestItAlwaysFindsAWayOut drives a breaker at random; whatever happened, a healthy dependency is asked again in time.
func TestItAlwaysFindsAWayOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOf(rapid.IntRange(0, 4)).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			b := newBreaker(t)
			var out []Permit
			for _, s := range steps {
				switch {
				case s == 0:
					if p, err := b.Allow(); err == nil {
						out = append(out, p)
					}
				case s == 1:
					time.Sleep(7 * time.Second)
				case len(out) > 0:
					p := out[0]
					out = out[1:]
					switch s {
					case 2:
						p.Done(errDown)
					case 3:
						p.Done(nil)
					case 4:
						p.Forget()
					}
				}
			}
			time.Sleep(time.Minute)
			p, err := b.Allow()
			if err != nil {
				t.Fatalf("after %v: %v", steps, err)
			}
			p.Done(nil)
			b.want(t, Closed)
		})
	})
}

func TestConfigOutOfRangeIsRefused(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{Failures: -1}, {OpenFor: -time.Second}, {ProbeTimeout: time.Nanosecond}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func TestACallAllocatesNothing(t *testing.T) {
	b := newBreaker(t)
	got := testing.AllocsPerRun(1000, func() {
		p, _ := b.Allow()
		p.Done(nil)
	})
	if got != 0 {
		t.Errorf("got %v allocations per call", got)
	}
}
