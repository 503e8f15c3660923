package fulfilment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"floresya/internal/fault"
	"floresya/internal/saga"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/orders"
)

func TestAnOrderFromPlacedToDelivered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	b.settle(t)
	b.is(t, id, orders.Pending, fulfilment.AwaitingPayment, "placed")
	payment := b.prove(t, id, "z-1")
	b.passes(48 * time.Hour) // longer than any hold: the proof has stopped it
	b.settle(t)
	b.is(t, id, orders.Pending, fulfilment.AwaitingPayment, "placed")
	b.accept(t, payment, "z-1")
	b.settle(t)
	b.is(t, id, orders.Verified, fulfilment.Confirmed, "placed", "paid")
	if n := b.count(t, `select count(*) from stock_ledger where order_id = $1 and kind = 'sold' and quantity = 2`, id); n != 1 {
		t.Errorf("%d sold movements, want 1", n)
	}
	b.set(t, id, orders.Preparing)
	b.settle(t)
	b.set(t, id, orders.Shipped)
	b.settle(t)
	b.is(t, id, orders.Shipped, fulfilment.OnTheWay, "placed", "paid", "shipped")
	b.set(t, id, orders.Delivered)
	b.settle(t)
	b.is(t, id, orders.Delivered, fulfilment.DeliveredState, "placed", "paid", "shipped", "delivered")
	if _, err := b.mail.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	letters, err := b.box.List(t.Context(), 10)
	if err != nil || len(letters) != 4 {
		t.Fatalf("%d letters in the mailbox (%v), want 4", len(letters), err)
	}
	for i, want := range []string{"Entregamos", "listo para retirar", "Verificamos tu pago", "Recibimos tu pedido"} {
		if !strings.Contains(letters[i].Subject, want) {
			t.Errorf("letter %d is %q, want %q in it", i, letters[i].Subject, want)
		}
	}
	b.agree(t)
}

func TestAHoldThatIsOverCancelsAndReleases(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	unpaid, proven, cash := b.place(t, "zelle"), b.place(t, "zelle"), b.place(t, "cash")
	b.prove(t, proven, "z-1")
	b.passes(23 * time.Hour)
	b.settle(t)
	b.is(t, unpaid, orders.Pending, fulfilment.AwaitingPayment, "placed")
	b.passes(2 * time.Hour)
	b.settle(t)
	b.is(t, unpaid, orders.Cancelled, fulfilment.CancelledState, "placed", "cancelled")
	b.is(t, proven, orders.Pending, fulfilment.AwaitingPayment, "placed")
	b.is(t, cash, orders.Pending, fulfilment.AwaitingPayment, "placed")
	if n := b.count(t, `select stock from products`); n != 96 {
		t.Errorf("stock %d, want 96: two pieces are back", n)
	}
	b.agree(t)
}

func TestARejectedProofHasANewHoldAndThenExpires(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	payment := b.prove(t, id, "z-1")
	b.passes(30 * time.Hour)
	if _, err := b.payments.Reject(t.Context(), payment, "No aparece", 0); err != nil {
		t.Fatal(err)
	}
	b.settle(t)
	b.is(t, id, orders.Pending, fulfilment.AwaitingPayment, "placed", "rejected")
	b.passes(25 * time.Hour)
	b.settle(t)
	b.is(t, id, orders.Cancelled, fulfilment.CancelledState, "placed", "rejected", "cancelled")
	b.agree(t)
}

func TestWhatIsChangedByHandSteersTheSaga(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	b.set(t, id, orders.Verified) // paid, says the florist
	b.settle(t)
	b.is(t, id, orders.Verified, fulfilment.Confirmed, "placed", "paid")
	b.set(t, id, orders.Shipped)
	b.settle(t)
	b.set(t, id, orders.Preparing) // a slip of the finger
	b.settle(t)
	b.set(t, id, orders.Shipped)
	b.settle(t)
	b.is(t, id, orders.Shipped, fulfilment.OnTheWay, "placed", "paid", "shipped")
	b.set(t, id, orders.Cancelled)
	b.settle(t)
	b.set(t, id, orders.Pending)
	b.settle(t)
	b.is(t, id, orders.Pending, fulfilment.AwaitingPayment, "placed", "paid", "shipped", "cancelled")
	b.passes(25 * time.Hour) // the second wait has a hold too
	b.settle(t)
	b.is(t, id, orders.Cancelled, fulfilment.CancelledState, "placed", "paid", "shipped", "cancelled", "cancelled")
	b.agree(t)
}

// refusing is orders whose confirmation is refused for good, or whose release as well.
type refusing struct {
	fulfilment.Orders
	release error
}

func (r refusing) Confirm(context.Context, int) error {
	return fault.New(fault.Conflict, "reservation_gone", "the reservation is gone")
}

func (r refusing) Release(ctx context.Context, id int, reason string) error {
	if r.release != nil {
		return r.release
	}
	return r.Orders.Release(ctx, id, reason)
}

func TestAConfirmationThatIsRefusedIsCompensated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.commands = refusing{Orders: b.orders}
	id := b.place(t, "zelle")
	b.accept(t, b.prove(t, id, "z-1"), "z-1")
	b.settle(t)
	b.is(t, id, orders.Cancelled, fulfilment.CancelledState, "placed", "cancelled")
	owed, err := b.payments.ToRefund(t.Context())
	if err != nil || len(owed) != 1 || owed[0].OrderID != id || owed[0].Amount != 60_00 {
		t.Errorf("owed: %+v (%v)", owed, err)
	}
	b.agree(t)
}

func TestAReleaseThatIsRefusedIsStuckAndShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.commands = refusing{b.orders, fault.New(fault.Conflict, "no", "cannot be released")}
	id := b.place(t, "zelle")
	b.accept(t, b.prove(t, id, "z-1"), "z-1")
	b.settle(t)
	b.is(t, id, orders.Pending, fulfilment.FailedState, "placed")
	stuck, err := saga.StuckSteps(t.Context(), b.db.Reader(), 10)
	if err != nil || len(stuck) != 1 || stuck[0].SagaID != fulfilment.ID(id) || stuck[0].Step != "reserve" {
		t.Errorf("stuck: %+v (%v)", stuck, err)
	}
	b.commands = b.orders
	b.set(t, id, orders.Verified) // the florist sorts it out
	b.settle(t)
	b.is(t, id, orders.Verified, fulfilment.Confirmed, "placed", "paid")
	b.agree(t)
}

// Kills the runner at every point between two durable actions, one by one, in every story an order can have.
func TestACrashAtEveryPointOfEveryStory(t *testing.T) {
	t.Parallel()
	stories := map[string]struct {
		tell   func(t *testing.T, b *bench, reference string) int
		status orders.Status
		state  saga.State
		told   []string
		points int // at least
	}{
		"paid and delivered": {func(t *testing.T, b *bench, reference string) int {
			id := b.place(t, "zelle")
			b.accept(t, b.prove(t, id, reference), reference)
			b.settle(t)
			for _, to := range []orders.Status{orders.Preparing, orders.Shipped, orders.Delivered} {
				b.set(t, id, to)
				b.settle(t)
			}
			return id
		}, orders.Delivered, fulfilment.DeliveredState, []string{"placed", "paid", "shipped", "delivered"}, 14},
		"never paid": {func(t *testing.T, b *bench, _ string) int {
			id := b.place(t, "zelle")
			b.passes(25 * time.Hour)
			b.settle(t)
			return id
		}, orders.Cancelled, fulfilment.CancelledState, []string{"placed", "cancelled"}, 6},
		"refused and compensated": {func(t *testing.T, b *bench, reference string) int {
			b.commands = refusing{Orders: b.orders}
			id := b.place(t, "zelle")
			b.accept(t, b.prove(t, id, reference), reference)
			b.settle(t)
			return id
		}, orders.Cancelled, fulfilment.CancelledState, []string{"placed", "cancelled"}, 8},
	}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id := story.tell(t, b, "rehearsal")
			b.is(t, id, story.status, story.state, story.told...)
			rehearsed := b.points
			if len(rehearsed) < story.points {
				t.Fatalf("only these points: %v", rehearsed)
			}
			for n := 1; n <= len(rehearsed); n++ {
				b.points, b.crashAt = nil, n
				id := story.tell(t, b, "z-"+strings.Repeat("x", n))
				if len(b.points) < n || b.points[n-1] != rehearsed[n-1] {
					t.Errorf("point %d was not reached: %v", n, b.points)
				}
				b.is(t, id, story.status, story.state, story.told...)
				if t.Failed() {
					t.Fatalf("after a crash at %s", rehearsed[n-1])
				}
			}
			b.agree(t)
		})
	}
}
