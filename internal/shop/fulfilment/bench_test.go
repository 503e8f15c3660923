package fulfilment_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/saga"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/money"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/verify"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bench is a shop whose clock the test moves, with one bouquet of $30, a pick-up slot every day, mail into a folder, and
// sagas that run only when told to.
type bench struct {
	url      string
	db       *postgres.DB
	log      *event.Log
	orders   *orders.Service
	payments *payments.Payments
	mail     *notify.Sender
	box      *notify.Mailbox
	ahead    atomic.Int64 // how far the clock is ahead, in ns

	commands fulfilment.Orders // what the saga gives its commands to
	crashAt  int               // the n-th crash point kills; 0: none
	points   []string
}

// crash is what a killed runner panics with.
type crash struct{ point string }

func (b *bench) now() time.Time         { return time.Now().Add(time.Duration(b.ahead.Load())) }
func (b *bench) passes(d time.Duration) { b.ahead.Add(int64(d)) }

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{url: pgtest.URL(t)}
	var err error
	if b.db, err = postgres.Open(t.Context(), postgres.Config{URL: b.url, GeneralConns: 8, OrdersConns: 8}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.db.Close)
	registry, err := event.NewRegistry(payments.Events(), orders.Events(), delivery.Events(), customers.Events())
	if err != nil {
		t.Fatal(err)
	}
	b.log = event.NewLog(b.db, registry, b.now)
	b.payments = payments.New(b.db, b.log, payments.Config{})
	b.orders = orders.New(b.db, b.log, orders.Config{}, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), func() {})
	b.commands = b.orders
	if b.box, err = notify.NewMailbox(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if b.mail, err = notify.New(b.db, b.box, notify.Config{Now: b.now, PerSecond: 10000}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { b.orders.Run(ctx, func() {}) })
	t.Cleanup(running.Wait)
	t.Cleanup(cancel)
	for _, sql := range []string{
		`insert into products (id, slug, name, price_usd, stock, version, created_at, updated_at) values (1, 'p', 'Peonías', 30, 100, 1, now(), now())`,
		`insert into stock_ledger values (gen_random_uuid(), 1, 1, 'received', 100, null, now())`,
		`insert into zones values (1, 'pickup', 'Taller', 'taller', 0, true, 1, 1)`,
		`insert into delivery_slots select d + 1, d, '09:00', '12:00', '1 hour', true, 1 from generate_series(0, 6) d`,
		`insert into slot_zones select d + 1, 1, 100 from generate_series(0, 6) d`,
		`insert into exchange_rates values (1, 243.8, 'seed', '2026-01-01', now(), false, null)`,
	} {
		b.exec(t, sql)
	}
	if err := b.payments.EnsureDefaults(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := b.db.Reader().Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (b *bench) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := b.db.Reader().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// place orders two bouquets to pick up in a week.
func (b *bench) place(t *testing.T, method string) int {
	t.Helper()
	day := delivery.DayOf(b.now()).Add(7)
	receipt, err := b.orders.Place(t.Context(), orders.Place{
		Customer: orders.Contact{Name: "Ana Pérez", Email: "ana@example.com", Phone: "0414-1234567"}, Address: "Av. Libertador",
		Zone: 1, Day: day, Slot: int(day.Weekday()) + 1, PaymentMethod: method, Lines: []orders.Line{{ProductID: 1, Quantity: 2}}})
	if err != nil {
		t.Fatal(err)
	}
	return receipt.ID
}

// prove submits the proof of all that is due, and returns the payment.
func (b *bench) prove(t *testing.T, order int, reference string) int {
	t.Helper()
	y, err := b.payments.Submit(t.Context(), payments.Submit{Order: order, Method: "zelle", Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	return y.ID
}

func (b *bench) accept(t *testing.T, payment int, reference string) {
	t.Helper()
	_, err := b.payments.Accept(t.Context(), payment, payments.Facts{BankAccount: "zelle", Reference: reference, ValueDate: delivery.DayOf(b.now()),
		Amount: money.Money{Minor: 60_00, Currency: money.CurrencyUSD}}, 0)
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) set(t *testing.T, order int, to orders.Status) {
	t.Helper()
	if _, err := b.orders.SetStatus(t.Context(), order, to, "", 0); err != nil {
		t.Fatal(err)
	}
}

// settle runs sagas until none is due, with a new runner after each kill, as a restarted process would.
func (b *bench) settle(t *testing.T) {
	t.Helper()
	for range 20 {
		if b.ran(t) {
			return
		}
		b.passes(time.Minute) // the dead runner's lease ends
	}
	t.Fatal("the sagas do not come to rest")
}

// ran runs what is due; false when the runner was killed.
func (b *bench) ran(t *testing.T) (alive bool) {
	t.Helper()
	m, err := fulfilment.Machine(b.commands)
	if err != nil {
		t.Fatal(err)
	}
	r, err := saga.NewRunner(b.db, saga.Config{Now: b.now, Crash: func(point string) {
		b.points = append(b.points, point)
		if len(b.points) == b.crashAt {
			panic(crash{point})
		}
	}}, m)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if c := recover(); c != nil {
			if _, ours := c.(crash); !ours {
				panic(c)
			}
		}
	}()
	for {
		n, err := r.RunDue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return true
		}
	}
}

// is checks where an order, its saga, and what was told stand.
func (b *bench) is(t *testing.T, order int, status orders.Status, state saga.State, told ...string) {
	t.Helper()
	o, err := b.orders.Order(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	var got saga.State
	if err := b.db.Reader().QueryRow(t.Context(), `select state from sagas where order_id = $1`, order).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if o.Status != status || got != state {
		t.Errorf("order %d is %s with its saga at %s, want %s and %s", order, o.Status, got, status, state)
	}
	rows, err := b.db.Reader().Query(t.Context(), `select kind from notifications where order_id = $1 order by created_at, id`, order)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(kinds, told) {
		t.Errorf("order %d: the customer was told %v, want %v", order, kinds, told)
	}
}

// agree proves that orders, sagas, payments and stock tell one story, and the log the same.
func (b *bench) agree(t *testing.T) {
	t.Helper()
	wrong, err := fulfilment.Check(t.Context(), b.db.Reader())
	if err != nil || len(wrong) > 0 {
		t.Errorf("sagas: %v %v", wrong, err)
	}
	if wrong, err = payments.Check(t.Context(), b.db.Reader()); err != nil || len(wrong) > 0 {
		t.Errorf("payments: %v %v", wrong, err)
	}
	report, err := verify.Run(t.Context(), b.url, b.log)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		if d.Where == "orders" || d.Where == "order_status_history" || d.Where == "payments" || d.Where == "delivery_capacity" && !strings.Contains(d.What, "slot") {
			t.Errorf("rebuilt from the log: %s", d)
		}
	}
	if n := b.count(t, `select count(*) from products p where (stock, reserved) <> (
			select sum(case kind when 'received' then quantity when 'reserved' then -quantity when 'released' then quantity when 'returned' then quantity else 0 end),
				sum(case kind when 'reserved' then quantity when 'released' then -quantity when 'sold' then -quantity else 0 end)
			from stock_ledger where product_id = p.id)`); n != 0 {
		t.Error("the ledger does not add up to the shelf")
	}
	if n := b.count(t, `select count(*) from delivery_capacity c where reserved <> (select count(*) from orders o
			where (o.delivery_date, o.slot_id, o.zone_id) = (c.day, c.slot_id, c.zone_id) and status <> 'cancelled')`); n != 0 {
		t.Error("places in slots do not add up to the orders that hold them")
	}
}
