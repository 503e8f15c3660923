package saga

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// Start is a saga that begins with the transaction it is queued in.
type Start struct {
	ID      string // "order-17": the stream of what it is about
	Kind    string // names the machine
	OrderID int    // 0: it is about no order
	State   string // the machine's first state
	// WakeAt is when it looks again by itself; nil: it waits to be woken.
	WakeAt *time.Time
	At     time.Time
}

const insertSagas = `
	insert into sagas (id, kind, order_id, state, wake_at, created_at, updated_at)
	select id, kind, nullif(order_id, 0), state, wake_at, at, at
	from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[])
		as s (id, kind, order_id, state, wake_at, at)`

// QueueStart puts the statement into b that starts sagas, in the transaction of what they are about.
func QueueStart(b *pgx.Batch, starts []Start) {
	if len(starts) == 0 {
		return
	}
	var ids, kinds, states []string
	var orders []int
	var wakes []*time.Time
	var ats []time.Time
	for _, s := range starts {
		ids, kinds, states = append(ids, s.ID), append(kinds, s.Kind), append(states, s.State)
		orders, wakes, ats = append(orders, s.OrderID), append(wakes, s.WakeAt), append(ats, s.At)
	}
	b.Queue(insertSagas, ids, kinds, orders, states, wakes, ats)
}

// The revision changes, so that a runner that has looked before the transaction committed looks again.
const wakeSaga = `
	update sagas set wake_at = least(wake_at, $2), attempt = 0, revision = revision + 1, updated_at = $2 where id = $1`

// QueueWake puts the statement into b that has the saga look at its order again at the given time: in the transaction
// that changed the order. A saga that does not exist is not an error. Call Poke after the commit to have it done at once.
func QueueWake(b *pgx.Batch, id string, at time.Time) { b.Queue(wakeSaga, id, at) }
