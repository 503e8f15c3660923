package orders

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
)

// outcome is what was decided on one ticket: placed, refused, repeated from a stored answer, or the same as another of the
// transaction, by its index + 1.
type outcome struct {
	placed *Placed
	err    error
	repeat []byte
	sameAs int
}

// receipt is the answer to a ticket that was placed.
func (t *transaction) receipt(i int) Receipt {
	repeated := t.outcomes[i].sameAs != 0
	if repeated {
		i = t.outcomes[i].sameAs - 1
	}
	in, placed := t.tickets[i].in, t.outcomes[i].placed
	o := orderOf(placed, in.person(), t.now)
	if placed.Zone != 0 {
		if zone, err := t.world.calendar.Zone(placed.Zone); err == nil {
			o.ZoneName = zone.Name
		}
	}
	return Receipt{ID: in.id, Token: in.token, Guest: in.Guest, Order: o, Repeated: repeated}
}

// transaction places a batch of orders.
type transaction struct {
	service  *Service
	conn     *pgxpool.Conn
	now      time.Time
	tickets  []*ticket
	outcomes []outcome
	world    world
	claims   *idempotency.Claims
}

func (t *transaction) run(ctx context.Context) error {
	if err := t.lock(ctx); err != nil {
		return err
	}
	if placed := t.decide(); placed == 0 {
		t.rollback(ctx) // nothing to keep; the claims of the refused go too
		return nil
	}
	return t.write(ctx)
}

// rollback ends the transaction if one is open; the connection is closed when even that fails.
func (t *transaction) rollback(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if t.conn.Conn().IsClosed() || t.conn.Conn().PgConn().TxStatus() == 'I' {
		return
	}
	if _, err := t.conn.Exec(ctx, "rollback"); err != nil {
		_ = t.conn.Conn().Close(ctx) // a connection in doubt must not go back to the pool
	}
}

// lock opens the transaction and takes the locks in the global order (keys, capacity, stock), then reads under them: one
// round trip.
func (t *transaction) lock(ctx context.Context) error {
	b := &pgx.Batch{}
	b.Queue("begin")
	if keys := t.foreignKeys(); len(keys) > 0 {
		t.claims = idempotency.Queue(b, keys, t.now)
	}
	t.world = world{now: t.now, products: map[int]*shelf{}, hold: t.service.cfg.Hold}
	capacity := t.capacityKeys()
	if len(capacity) > 0 {
		delivery.QueueLock(b, capacity)
	}
	b.Queue(lockProducts, t.productIDs()).Query(t.readProducts)
	if len(capacity) > 0 {
		t.world.calendar = delivery.QueueLoad(b, capacity)
	}
	if err := t.conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("lock for %d orders: %w", len(t.tickets), err)
	}
	return nil
}

// foreignKeys are the keys that callers made: only these can be in use already.
func (t *transaction) foreignKeys() []idempotency.Key {
	var keys []idempotency.Key
	for _, ticket := range t.tickets {
		if !ticket.in.key.Made {
			keys = append(keys, ticket.in.key)
		}
	}
	return keys
}

func (t *transaction) capacityKeys() []delivery.CapacityKey {
	var keys []delivery.CapacityKey
	for _, ticket := range t.tickets {
		// A zone without a slot is loaded too, for its fee.
		if ticket.in.Zone != 0 {
			key, _ := ticket.in.capacityKey()
			keys = append(keys, key)
		}
	}
	return keys
}

func (t *transaction) productIDs() []int {
	var ids []int
	for _, ticket := range t.tickets {
		for _, l := range ticket.in.Lines {
			ids = append(ids, l.ProductID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// lockProducts brings with each product what all decisions need: the rate, two settings and the ways to pay, read
// once per statement.
const lockProducts = `
	select id, name, coalesce(summary, ''), price_usd, stock, active,
		(select rate from exchange_rates order by id desc limit 1),
		(select value from settings where upper(key) = 'DELIVERY_COST_USD' and active),
		(select value from settings where upper(key) = 'PAYMENT_HOLD_HOURS' and active),
		(select array_agg(code) from payment_methods where active)
	from products where id = any($1) order by id for no key update`

func (t *transaction) readProducts(rows pgx.Rows) error {
	for rows.Next() {
		var (
			id         int
			s          shelf
			rate       *money.Rate
			cost, hold *string
			methods    []string
		)
		if err := rows.Scan(&id, &s.Name, &s.Summary, &s.Price, &s.Stock, &s.Active, &rate, &cost, &hold, &methods); err != nil {
			return err
		}
		if len(t.world.products) == 0 {
			t.world.know(rate, cost, hold)
			t.world.methods = methods
		}
		t.world.products[id] = &s
	}
	return rows.Err()
}

// know takes over what was read with the products; what is not there, or makes no sense, keeps its default.
func (w *world) know(rate *money.Rate, cost, hold *string) {
	if rate != nil {
		w.rate = *rate
	}
	if cost != nil {
		if c, err := money.ParseUSD(*cost); err == nil && c >= 0 {
			w.deliveryCost = c
		}
	}
	if hold != nil {
		w.hold = holdOf(*hold, w.hold)
	}
}

// decide goes through the tickets in the order they came and returns how many are placed.
func (t *transaction) decide() int {
	type name struct{ scope, route, key string }
	first := map[name]int{}
	placed := 0
	for i, ticket := range t.tickets {
		in := ticket.in
		o := &t.outcomes[i]
		if !in.key.Made {
			if a := t.claims.Answer(in.key); a != nil {
				o.repeat, o.err = a.For(in.key)
				continue
			}
			n := name{in.key.Scope, in.key.Route, in.key.Key}
			if j, twice := first[n]; twice {
				t.follow(o, in, j)
				continue
			}
			first[n] = i
		}
		if o.placed, o.err = t.world.place(in); o.err == nil {
			placed++
		}
	}
	return placed
}

// follow answers a ticket whose key stands earlier in the same transaction.
func (t *transaction) follow(o *outcome, in *intake, earlier int) {
	lead := t.tickets[earlier].in
	switch {
	case !bytes.Equal(lead.key.Fingerprint, in.key.Fingerprint):
		o.err = idempotency.Reused()
	case t.outcomes[earlier].err != nil:
		o.err = t.outcomes[earlier].err
	default:
		o.sameAs = earlier + 1
	}
}

// write applies and appends what was decided, stores the answers, starts the sagas and commits: one round trip.
func (t *transaction) write(ctx context.Context) error {
	b := &pgx.Batch{}
	var (
		news     []event.New
		people   []customers.Person
		starts   []fulfilment.Start
		answers  []idempotency.Answered
		released []idempotency.Key
	)
	for i, o := range t.outcomes {
		in := t.tickets[i].in
		if o.err != nil && !in.key.Made {
			released = append(released, in.key)
		}
		if o.placed == nil {
			continue
		}
		people = append(people, in.person())
		news = append(news, event.New{Stream: Stream(in.id), Version: 1, Payload: o.placed, Meta: &in.meta})
		starts = append(starts, fulfilment.Start{OrderID: in.id, Personal: in.personal, Language: o.placed.Language,
			HoldUntil: o.placed.HoldUntil, At: t.now})
		if !in.key.Made {
			answers = append(answers, idempotency.Answered{Key: in.key, Status: 201, Body: answer{in.id}})
		}
	}
	if len(released) > 0 {
		idempotency.QueueRelease(b, released)
	}
	if err := customers.QueueInsert(b, people, t.now); err != nil {
		return err
	}
	if len(answers) > 0 {
		if err := idempotency.QueueStore(b, answers, t.now); err != nil {
			return err
		}
	}
	fulfilment.QueueStart(b, starts)
	if _, err := t.service.log.Queue(b, t.now, event.Meta{}, news); err != nil {
		return err
	}
	b.Queue("commit")
	return outcomeOf(t.conn.SendBatch(ctx, b).Close())
}

// outcomeOf says what the failure of a round trip that ended in a commit means.
func outcomeOf(err error) error {
	if err == nil {
		return nil
	}
	if _, refused := errors.AsType[*pgconn.PgError](err); refused {
		return event.Conflict(postgres.CommitError(err))
	}
	return &postgres.UnknownOutcomeError{Err: err}
}

// person is the personal row of the order.
func (in *intake) person() customers.Person {
	return customers.Person{ID: in.personal, Kind: customers.KindOrder, Name: in.Customer.Name, Email: in.Customer.Email,
		Phone: in.Customer.Phone, RecipientName: in.Recipient.Name, RecipientPhone: in.Recipient.Phone, Address: in.Address,
		Landmark: in.Landmark, City: in.City, State: in.State, Zip: in.Zip, DeliveryNotes: in.DeliveryNotes, Notes: in.Notes,
		CardMessage: in.CardMessage, CardSignature: in.CardSignature, Token: in.token}
}

// Stream is the stream of an order and its payments.
func Stream(order int) string { return "order-" + strconv.Itoa(order) }
