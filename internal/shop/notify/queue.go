package notify

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Kind is what a message says.
type Kind string

// The kinds of messages.
const (
	Placed    Kind = "placed"
	Paid      Kind = "paid"
	Rejected  Kind = "rejected"
	Shipped   Kind = "shipped"
	Delivered Kind = "delivered"
	Cancelled Kind = "cancelled"
)

// Message is something to tell the customer of an order, once per order, kind and Dedupe.
type Message struct {
	OrderID int
	Kind    Kind
	Dedupe  string // tells repetitions of a kind apart: the payment that was rejected
	Detail  string // the florist's reason, shown to the customer
	At      time.Time
}

// Who is told and in which language is the order's; the order may have been written by an earlier statement of the batch.
const insertMessages = `
	insert into notifications (id, order_id, kind, dedupe, personal_id, language, detail, status, wake_at, created_at)
	select m.id, m.order_id, m.kind, m.dedupe, o.personal_id, o.language, m.detail, 'waiting', m.at, m.at
	from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
		as m (id, order_id, kind, dedupe, detail, at)
	join orders o on o.id = m.order_id
	on conflict (order_id, kind, dedupe) do nothing`

// Queue puts the statement into b that queues messages in its transaction. One that was queued before stays as it was.
func Queue(b *pgx.Batch, messages []Message) {
	if len(messages) == 0 {
		return
	}
	var (
		ids                    []uuid.UUID
		orders                 []int
		kinds, dedupe, details []string
		ats                    []time.Time
	)
	for _, m := range messages {
		ids, orders = append(ids, uuid.Must(uuid.NewV7())), append(orders, m.OrderID)
		kinds, dedupe = append(kinds, string(m.Kind)), append(dedupe, m.Dedupe)
		details, ats = append(details, m.Detail), append(ats, m.At)
	}
	b.Queue(insertMessages, ids, orders, kinds, dedupe, details, ats)
}
