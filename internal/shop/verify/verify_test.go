package verify_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/verify"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shop has two products, the default calendar, a rate, and orders in several states.
type shop struct {
	url    string
	db     *postgres.DB
	log    *event.Log
	orders *orders.Service
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{url: pgtest.URL(t)}
	var err error
	if s.db, err = postgres.Open(t.Context(), postgres.Config{URL: s.url}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.db.Close)
	registry, err := event.NewRegistry(orders.Events(), customers.Events(), delivery.Events(), catalog.Events(), rates.Events())
	if err != nil {
		t.Fatal(err)
	}
	s.log = event.NewLog(s.db, registry, time.Now)
	s.orders = orders.New(s.db, s.log, orders.Config{}, slog.Default(), prometheus.NewRegistry(), func() {})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.orders.Run(ctx, func() {}) })
	t.Cleanup(running.Wait)
	t.Cleanup(cancel)
	s.fill(t)
	return s
}

func (s *shop) fill(t *testing.T) {
	t.Helper()
	products := catalog.New(s.db, s.log, catalog.NewIds(s.db))
	_, err := products.CreateMany(t.Context(), []catalog.NewProduct{
		{Details: catalog.Details{Name: "Peonías coral", PriceUSD: 78_00}, Stock: 9},
		{Details: catalog.Details{Name: "Doce razones", PriceUSD: 42_00}, Stock: 9}})
	must(t, err)
	keeper, err := rates.New(s.db, s.log, rates.Config{})
	must(t, err)
	_, err = keeper.Record(t.Context(), rates.Answer{Value: 243_800_000, Source: rates.SourceSeed, ValueDate: delivery.DayOf(time.Now())})
	must(t, err)
	planner := delivery.New(s.db, s.log)
	must(t, planner.Defaults(t.Context()))
	day := delivery.DayOf(time.Now()).Add(2)
	zones, err := planner.Zones(t.Context())
	must(t, err)
	offers, err := planner.Calendar(t.Context(), zones[0].ID, day, 1, time.Now())
	must(t, err)
	for i, to := range []orders.Status{orders.Pending, orders.Verified, orders.Cancelled} {
		receipt, err := s.orders.Place(t.Context(), orders.Place{Zone: zones[0].ID, Slot: offers[0].Slot.ID, Day: day,
			Customer: orders.Contact{Name: "Ana Pérez", Email: "ana@example.com", Phone: "0414-1234567"}, Address: "Av. Libertador",
			Lines: []orders.Line{{ProductID: 1, Quantity: 1 + i}, {ProductID: 2, Quantity: 1}}})
		must(t, err)
		_, err = s.orders.SetStatus(t.Context(), receipt.ID, to, "", 0)
		must(t, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *shop) run(t *testing.T) *verify.Report {
	t.Helper()
	report, err := verify.Run(t.Context(), s.url, s.log)
	must(t, err)
	return report
}

func TestAHealthyShopVerifies(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	report := s.run(t)
	for _, d := range report.Differences {
		t.Error(d)
	}
	if report.Events < 20 || report.Rows < 40 {
		t.Errorf("looked at %d events and %d rows only", report.Events, report.Rows)
	}
}

func TestForgettingAPersonLeavesTheLogWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	n, err := customers.Forget(t.Context(), s.log, "Ana@Example.com")
	if err != nil || n != 3 {
		t.Fatalf("erased %d rows, %v; want 3", n, err)
	}
	var left int
	must(t, s.db.Reader().QueryRow(t.Context(),
		`select count(*) from personal p where p::text ilike '%ana%' or p::text like '%Libertador%'`).Scan(&left))
	if left != 0 {
		t.Errorf("%d rows still tell who it was", left)
	}
	for _, d := range s.run(t).Differences {
		t.Error(d)
	}
}

func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, want string }{
		"price":           {`update products set price_usd = 1 where id = 1`, "products 1"},
		"stock":           {`update products set stock = stock + 1 where id = 2`, "ledger adds up"},
		"ledger":          {`delete from stock_ledger where kind = 'sold'`, "stock_ledger"},
		"capacity":        {`update delivery_capacity set reserved = 0`, "reserved places"},
		"order gone":      {`delete from orders where id = (select min(id) from orders)`, "follows from the event log"},
		"order status":    {`update orders set status = 'delivered' where status = 'verified'`, "history ends"},
		"order total":     {`update orders set total_amount_usd = 1`, "total is its lines"},
		"bolívares":       {`update order_items set subtotal_ves = subtotal_ves + 1`, "rounded once"},
		"paid":            {`update orders set paid_usd = 5`, "counts as paid"},
		"event gone":      {`delete from events where type = 'orders.status_changed'`, "version of its stream"},
		"event rewritten": {`update events set data = jsonb_set(data, '{price_usd}', '3') where stream = 'product-1' and data ? 'price_usd'`, "products 1"},
		"saga gone":       {`delete from sagas`, "one saga"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			_, err := s.db.Pgx().Exec(t.Context(), c.sql)
			must(t, err)
			var all strings.Builder
			for _, d := range s.run(t).Differences {
				all.WriteString(d.String() + "\n")
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("differences do not speak of %q:\n%s", c.want, all.String())
			}
		})
	}
}
