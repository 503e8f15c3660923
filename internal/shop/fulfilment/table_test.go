package fulfilment

import (
	"testing"
	"time"

	"floresya/internal/saga"
)

func TestTheTableHasNoDeadEndsAndNoUnreachableStates(t *testing.T) {
	t.Parallel()
	if _, err := Machine(nil); err != nil {
		t.Fatal(err)
	}
}

// Whatever the row says in whatever state, the saga comes to the row's own state, or stays and knows until when.
func TestEveryStatusLeadsToItsState(t *testing.T) {
	t.Parallel()
	m, err := Machine(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	for _, status := range []string{"pending", "verified", "preparing", "shipped", "delivered", "cancelled"} {
		for _, from := range []saga.State{AwaitingPayment, Confirmed, OnTheWay, DeliveredState, CancelledState, FailedState} {
			state, moves := from, 0
			for ; moves < 5; moves++ {
				signal, _ := sense(state, row{Status: status, Total: 100}, now)
				if signal == "" {
					break
				}
				next, ok := m.Next(state, signal)
				if !ok {
					t.Fatalf("state %s has no answer to %s", state, signal)
				}
				state = next.To
			}
			_, want := whereOf(status)
			if from == FailedState && status == "pending" {
				want = FailedState
			}
			if state != want || moves > 1 {
				t.Errorf("%s order, saga at %s: %s after %d moves, want %s after one", status, from, state, moves, want)
			}
		}
	}
}

func TestWhatAPendingOrderMeans(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	later := now.Add(time.Hour)
	for name, c := range map[string]struct {
		row    row
		signal saga.Signal
		wake   time.Time
	}{
		"unpaid with a hold":      {row{Status: "pending", Total: 100, HoldUntil: &later}, "", later},
		"unpaid without a hold":   {row{Status: "pending", Total: 100}, "", time.Time{}},
		"hold over":               {row{Status: "pending", Total: 100, HoldUntil: &now}, expired, time.Time{}},
		"half paid, hold over":    {row{Status: "pending", Total: 100, Paid: 50, HoldUntil: &now}, expired, time.Time{}},
		"paid":                    {row{Status: "pending", Total: 100, Paid: 100}, covered, time.Time{}},
		"paid, hold over as well": {row{Status: "pending", Total: 100, Paid: 120, HoldUntil: &now}, covered, time.Time{}},
	} {
		signal, wake := sense(AwaitingPayment, c.row, now)
		if signal != c.signal || !wake.Equal(c.wake) {
			t.Errorf("%s: %q until %v, want %q until %v", name, signal, wake, c.signal, c.wake)
		}
	}
}
