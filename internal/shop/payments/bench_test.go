package payments_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/verify"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bench is a shop with products of $52.98, a rate of 40, a slot every day, the default methods, and no sagas running.
type bench struct {
	url string
	db  *postgres.DB
	log *event.Log
	*payments.Payments
	orders *orders.Service
}

func newBench(t *testing.T) *bench {
	t.Helper()
	url := pgtest.URL(t)
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url, GeneralConns: 8, OrdersConns: 24})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(payments.Events(), orders.Events(), delivery.Events(), customers.Events())
	if err != nil {
		t.Fatal(err)
	}
	log := event.NewLog(db, registry, time.Now)
	b := &bench{url: url, db: db, log: log, Payments: payments.New(db, log, payments.Config{}),
		orders: orders.New(db, log, orders.Config{}, slog.Default(), prometheus.NewRegistry(), func() {})}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { b.orders.Run(ctx, func() {}) })
	t.Cleanup(running.Wait)
	t.Cleanup(cancel)
	for _, sql := range []string{
		`insert into products (id, slug, name, price_usd, stock, version, created_at, updated_at)
			select n, 'p-' || n, 'Ramo ' || n, 52.98, 100, 1, now(), now() from generate_series(1, 3) n`,
		`insert into zones values (1, 'pickup', 'Taller', 'taller', 0, true, 1, 1)`,
		`insert into delivery_slots select d + 1, d, '09:00', '12:00', '1 hour', true, 1 from generate_series(0, 6) d`,
		`insert into slot_zones select d + 1, 1, 100 from generate_series(0, 6) d`,
		`insert into exchange_rates values (1, 40, 'seed', '2026-01-01', now(), false, null)`,
	} {
		b.exec(t, sql)
	}
	if err := b.EnsureDefaults(t.Context()); err != nil {
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

// place orders one bouquet of $52.98 (Bs 2119) to pick up in three days, and returns the order.
func (b *bench) place(t *testing.T, method string) int {
	t.Helper()
	day := delivery.DayOf(time.Now()).Add(3)
	receipt, err := b.orders.Place(t.Context(), orders.Place{
		Customer: orders.Contact{Name: "Ana Pérez", Email: "ana@example.com", Phone: "0414-1234567"}, Address: "Av. Libertador",
		Zone: 1, Day: day, Slot: int(day.Weekday()) + 1, PaymentMethod: method, Lines: []orders.Line{{ProductID: 1, Quantity: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return receipt.ID
}

func (b *bench) order(t *testing.T, id int) *orders.Order {
	t.Helper()
	o, err := b.orders.Order(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (b *bench) submit(t *testing.T, s payments.Submit) payments.Payment {
	t.Helper()
	y, err := b.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// agree proves that the tables of payments follow from the log.
func (b *bench) agree(t *testing.T) {
	t.Helper()
	report, err := verify.Run(t.Context(), b.url, b.log)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		switch d.Where { // what the bench filled without events
		case "payments", "payment_methods", "orders":
			t.Errorf("rebuilt from the log: %s", d)
		}
	}
	wrong, err := payments.Check(t.Context(), b.db.Reader())
	if err != nil || len(wrong) > 0 {
		t.Errorf("paid amounts: %v %v", wrong, err)
	}
}

func usd(minor int64) money.Money { return money.Money{Minor: minor, Currency: money.CurrencyUSD} }
func ves(minor int64) money.Money { return money.Money{Minor: minor, Currency: money.CurrencyVES} }

// movement is the bank's facts of a Pago Móvil of today.
func movement(reference string, amount money.Money) payments.Facts {
	return payments.Facts{BankAccount: "0102-4455", Reference: reference, ValueDate: delivery.DayOf(time.Now()), Amount: amount}
}
