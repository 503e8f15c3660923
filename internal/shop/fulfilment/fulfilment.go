package fulfilment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
	"floresya/internal/saga"
	"floresya/internal/shop/money"
	"floresya/internal/shop/notify"
)

// Kind names the order's saga in its table.
const Kind = "order"

// The states of the saga.
const (
	AwaitingPayment saga.State = "awaiting_payment"
	Confirmed       saga.State = "confirmed"
	OnTheWay        saga.State = "on_the_way"
	DeliveredState  saga.State = "delivered"
	CancelledState  saga.State = "cancelled"
	FailedState     saga.State = "failed"
)

// What a look at the order says.
const (
	covered   saga.Signal = "covered"   // pending, and accepted payments cover the total
	expired   saga.Signal = "expired"   // pending, and the hold is over
	pending   saga.Signal = "pending"   // back by hand
	confirmed saga.Signal = "confirmed" // verified or in preparation
	shipped   saga.Signal = "shipped"
	delivered saga.Signal = "delivered"
	cancelled saga.Signal = "cancelled"
)

// Orders are the commands of an order that its saga gives. Both decide for themselves and do nothing when no longer due.
type Orders interface {
	// Confirm turns a paid pending order into a verified one: what it reserved is sold.
	Confirm(ctx context.Context, id int) error
	// Expire cancels a pending order whose hold is over and releases what it reserved.
	Expire(ctx context.Context, id int) error
	// Release cancels an order that its saga cannot carry on, whatever its state, and releases what it reserved or sold.
	Release(ctx context.Context, id int, reason string) error
}

// ID is the id of an order's saga.
func ID(order int) string { return fmt.Sprintf("order-%d", order) }

// Start is an order whose saga begins with its placing.
type Start struct {
	OrderID   int
	Personal  uuid.UUID  // of the order's customer
	Language  string     // "es" or "en"
	HoldUntil *time.Time // nil: no hold
	At        time.Time
}

// QueueStart puts the statements into b that start the sagas of orders and queue the word that they are placed. The people
// are there by then; the orders' rows need not be.
func QueueStart(b *pgx.Batch, starts []Start) {
	sagas := make([]saga.Start, len(starts))
	words := make([]notify.Message, len(starts))
	for i, s := range starts {
		sagas[i] = saga.Start{ID: ID(s.OrderID), Kind: Kind, OrderID: s.OrderID, State: string(AwaitingPayment), WakeAt: s.HoldUntil, At: s.At}
		words[i] = notify.Message{OrderID: s.OrderID, Kind: notify.Placed, Personal: s.Personal, Language: s.Language, At: s.At}
	}
	saga.QueueStart(b, sagas)
	notify.Queue(b, words)
}

// QueueWake puts the statement into b that has an order's saga look at its row: in the transaction that changed it.
func QueueWake(b *pgx.Batch, order int, at time.Time) { saga.QueueWake(b, ID(order), at) }

// Machine is the order's saga over the commands of orders.
func Machine(orders Orders) (*saga.Machine, error) {
	say := func(name string, kind notify.Kind) saga.Step {
		return saga.Step{Name: name, Within: func(ctx context.Context, tx pgx.Tx, _ string, s saga.Saga) error {
			b := &pgx.Batch{}
			notify.Queue(b, []notify.Message{{OrderID: s.OrderID, Kind: kind, Dedupe: round(s), At: s.At}})
			return tx.SendBatch(ctx, b).Close()
		}}
	}
	return saga.Define(saga.Definition{
		Kind: Kind, Start: AwaitingPayment, Failed: FailedState,
		Final: []saga.State{DeliveredState, CancelledState, FailedState},
		Table: table(),
		Steps: []saga.Step{
			{Name: "confirm", Do: func(ctx context.Context, _ string, s saga.Saga) error { return orders.Confirm(ctx, s.OrderID) }},
			{Name: "expire", Do: func(ctx context.Context, _ string, s saga.Saga) error { return orders.Expire(ctx, s.OrderID) }},
			say("say_paid", notify.Paid), say("say_shipped", notify.Shipped),
			say("say_delivered", notify.Delivered), say("say_cancelled", notify.Cancelled),
		},
		Begun: saga.Step{Name: "reserve", Undo: func(ctx context.Context, _ string, s saga.Saga) error {
			return orders.Release(ctx, s.OrderID, "No se pudo confirmar el pedido.")
		}},
		Look: look,
	})
}

// round tells messages of one round from those of the next; the first has no mark.
func round(s saga.Saga) string {
	if s.Round == 0 {
		return ""
	}
	return fmt.Sprintf("round %d", s.Round)
}

// table leads from every state to that of the order's row; what is told on the way depends on where it leads only.
func table() []saga.Transition {
	rows := []saga.Transition{
		{From: AwaitingPayment, On: covered, Do: []string{"confirm"}, To: AwaitingPayment},
		{From: AwaitingPayment, On: expired, Do: []string{"expire"}, To: AwaitingPayment},
	}
	leads := []saga.Transition{
		{On: pending, To: AwaitingPayment},
		{On: confirmed, To: Confirmed, Do: []string{"say_paid"}},
		{On: shipped, To: OnTheWay, Do: []string{"say_shipped"}},
		{On: delivered, To: DeliveredState, Do: []string{"say_delivered"}},
		{On: cancelled, To: CancelledState, Do: []string{"say_cancelled"}},
	}
	for _, from := range []saga.State{AwaitingPayment, Confirmed, OnTheWay, DeliveredState, CancelledState, FailedState} {
		for _, t := range leads {
			if t.To == from || from == FailedState && t.On == pending {
				continue
			}
			t.From = from
			if t.On == confirmed && (from == OnTheWay || from == DeliveredState) {
				t.Do = nil // a slip of the florist's finger taken back: nothing new to tell
			}
			rows = append(rows, t)
		}
	}
	return rows
}

// row is what the saga looks at.
type row struct {
	Status    string
	HoldUntil *time.Time
	Total     money.USD
	Paid      money.USD
}

func look(ctx context.Context, q postgres.Querier, s saga.Saga) (saga.Signal, time.Time, error) {
	rows, err := q.Query(ctx, `select status::text, hold_until, total_amount_usd, paid_usd from orders where id = $1`, s.OrderID)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read order %d: %w", s.OrderID, err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read order %d: %w", s.OrderID, err)
	}
	signal, wake := sense(s.State, r, s.At)
	return signal, wake, nil
}

// sense is what an order's row means to a saga in a state, or until when it means nothing.
func sense(state saga.State, r row, now time.Time) (saga.Signal, time.Time) {
	if r.Status == "pending" {
		switch {
		case state == FailedState: // its release is stuck: only a person leads out of here
			return "", time.Time{}
		case state != AwaitingPayment:
			return pending, time.Time{}
		case r.Paid >= r.Total:
			return covered, time.Time{}
		case r.HoldUntil == nil:
			return "", time.Time{}
		case !r.HoldUntil.After(now):
			return expired, time.Time{}
		}
		return "", *r.HoldUntil
	}
	signal, at := whereOf(r.Status)
	if at == state {
		return "", time.Time{}
	}
	return signal, time.Time{}
}

// whereOf is where the saga of an order with this status stands, and the signal that leads there.
func whereOf(status string) (saga.Signal, saga.State) {
	switch status {
	case "verified", "preparing":
		return confirmed, Confirmed
	case "shipped":
		return shipped, OnTheWay
	case "delivered":
		return delivered, DeliveredState
	case "cancelled":
		return cancelled, CancelledState
	}
	return pending, AwaitingPayment
}
