package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// obedient is a part that notes its start and its stop.
func obedient(notes *[]string, name string) func(context.Context, func()) error {
	return func(ctx context.Context, ready func()) error {
		*notes = append(*notes, "start "+name)
		ready()
		<-ctx.Done()
		*notes = append(*notes, "stop "+name)
		return nil
	}
}

func TestPartsStopInReverseOrder(t *testing.T) {
	t.Parallel()
	s := newSystem(quiet)
	var notes []string // one part works at a time
	for _, name := range []string{"a", "b", "c"} {
		if err := s.start(t.Context(), name, time.Second, obedient(&notes, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	want := []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}
	if !slices.Equal(notes, want) {
		t.Errorf("got %q, want %q", notes, want)
	}
}

func TestPartThatFailsAtStartIsReported(t *testing.T) {
	t.Parallel()
	s := newSystem(quiet)
	broken := errors.New("broken")
	err := s.start(t.Context(), "a", time.Second, func(context.Context, func()) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if err := s.close(); err != nil {
		t.Errorf("the failure is reported twice: %v", err)
	}
}

func TestPartThatEndsByItselfEndsTheSystem(t *testing.T) {
	t.Parallel()
	s := newSystem(quiet)
	fail := make(chan error)
	err := s.start(t.Context(), "a", time.Second, func(_ context.Context, ready func()) error {
		ready()
		return <-fail
	})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	fail <- broken
	if err := s.wait(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

func TestPartThatDoesNotStopIsNamedAndTheOthersStop(t *testing.T) {
	t.Parallel()
	s := newSystem(quiet)
	var notes []string
	release := make(chan struct{})
	deaf := func(_ context.Context, ready func()) error {
		ready()
		<-release
		return nil
	}
	if err := s.start(t.Context(), "good", time.Second, obedient(&notes, "good")); err != nil {
		t.Fatal(err)
	}
	if err := s.start(t.Context(), "deaf", 20*time.Millisecond, deaf); err != nil {
		t.Fatal(err)
	}
	err := s.close()
	close(release)
	if e, ok := errors.AsType[*UnstoppableError](err); !ok || e.Part != "deaf" {
		t.Errorf("got %v, want an UnstoppableError for deaf", err)
	}
	if !slices.Contains(notes, "stop good") {
		t.Error("the part before it was not stopped")
	}
}

func TestStartThatIsInterruptedIsNoFailure(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := newSystem(quiet)
	err := s.start(ctx, "slow", time.Second, func(part context.Context, _ func()) error {
		cancel()
		<-part.Done()
		return nil
	})
	if err == nil || unlessStopped(ctx, err) != nil {
		t.Errorf("got %v, want an error that counts as a stop", err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}
