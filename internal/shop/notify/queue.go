package notify

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"floresya/internal/postgres"
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
	// Personal and Language say who is told and how; zero: as the order's row says. For an order that has no row yet.
	Personal uuid.UUID
	Language string
}

const insertMessages = `
	insert into notifications (id, order_id, kind, dedupe, personal_id, language, detail, status, wake_at, created_at)
	select m.id, m.order_id, m.kind, m.dedupe, coalesce(m.personal, o.personal_id), coalesce(nullif(m.language, ''), o.language),
		m.detail, 'waiting', m.at, m.at
	from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::uuid[], $8::text[])
		as m (id, order_id, kind, dedupe, detail, at, personal, language)
	left join orders o on m.personal is null and o.id = m.order_id
	where m.personal is not null or o.id is not null
	on conflict (order_id, kind, dedupe) do nothing`

// Queue puts the statement into b that queues messages in its transaction. One that was queued before stays as it was.
func Queue(b *pgx.Batch, messages []Message) {
	if len(messages) == 0 {
		return
	}
	var (
		ids, people            []pgtype.UUID
		orders                 []int
		kinds, dedupe, details []string
		ats                    []time.Time
		languages              []string
	)
	for _, m := range messages {
		ids, orders = append(ids, postgres.UUID(uuid.Must(uuid.NewV7()))), append(orders, m.OrderID)
		kinds, dedupe = append(kinds, string(m.Kind)), append(dedupe, m.Dedupe)
		details, ats, languages = append(details, m.Detail), append(ats, m.At), append(languages, m.Language)
		people = append(people, postgres.UUID(m.Personal))
	}
	b.Queue(insertMessages, ids, orders, kinds, dedupe, details, ats, people, languages)
}
