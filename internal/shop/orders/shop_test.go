package orders_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shop is an orders service over a database of its own, with products 1 to 10 (10 pieces each, $10), zone 1 with a slot
// of 5 places every day, and a rate of 40.
type shop struct {
	*orders.Service
	url  string
	db   *postgres.DB
	pool *pgxpool.Pool
	log  *event.Log
}

func newShop(t testing.TB, cfg orders.Config) *shop {
	t.Helper()
	return newShopAt(t, cfg, time.Now)
}

// newShopAt is newShop by another clock.
func newShopAt(t testing.TB, cfg orders.Config, now func() time.Time) *shop {
	t.Helper()
	if cfg.Committers == 0 {
		cfg.Committers = 2 // so that transactions meet
	}
	url := pgtest.URL(t)
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(orders.Events(), customers.Events(), delivery.Events())
	if err != nil {
		t.Fatal(err)
	}
	log := event.NewLog(db, registry, now)
	s := &shop{url: url, db: db, pool: db.Pgx(), log: log,
		Service: orders.New(db, log, cfg, slog.Default(), prometheus.NewRegistry(), func() {})}
	s.seed(t)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx, func() {}) })
	t.Cleanup(running.Wait)
	t.Cleanup(cancel)
	return s
}

func (s *shop) seed(t testing.TB) {
	t.Helper()
	for _, sql := range []string{
		`insert into products (id, slug, name, price_usd, stock, version, created_at, updated_at)
			select n, 'p-' || n, 'Ramo ' || n, 10, 10, 1, now(), now() from generate_series(1, 10) n`,
		`insert into stock_ledger select gen_random_uuid(), 1, n, 'received', 10, null, now() from generate_series(1, 10) n`,
		`insert into zones values (1, 'delivery', 'Chacao', 'chacao', 3, true, 1, 1)`,
		`insert into delivery_slots select d + 1, d, '09:00', '12:00', '1 hour', true, 1 from generate_series(0, 6) d`,
		`insert into slot_zones select d + 1, 1, 5 from generate_series(0, 6) d`,
		`insert into payment_methods (id, code, name, type, currency, active, version, created_at, updated_at)
			select n, c, c, 'cash', 'USD', c <> 'card', 1, now(), now()
			from unnest(array['cash', 'zelle', 'mobile_payment', 'card']) with ordinality as m (c, n)`,
		`insert into exchange_rates values (1, 40, 'seed', '2026-01-01', now(), false, null)`,
	} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// count is one number from the database.
func (s *shop) count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := s.pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// bouquet is a valid order of pieces of one product, its date to be agreed.
func bouquet(product, pieces int) orders.Place {
	return orders.Place{
		Customer: orders.Contact{Name: "Ana Pérez", Email: "ana@example.com", Phone: "(+58)-414-1234567"},
		Address:  "Av. Francisco de Miranda, edificio 3", Method: orders.ByDelivery,
		Lines: []orders.Line{{ProductID: product, Quantity: pieces}},
	}
}

// tomorrow is an order for tomorrow's slot in zone 1.
func tomorrow(product int) orders.Place {
	p := bouquet(product, 1)
	day := delivery.DayOf(time.Now()).Add(1)
	p.Zone, p.Day, p.Slot = 1, day, int(day.Weekday())+1
	return p
}

// race runs n calls at once and returns their errors.
func race(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var callers sync.WaitGroup
	for i := range n {
		callers.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	callers.Wait()
	return errs
}

// wins counts the calls that succeeded; every other one must have failed with the code.
func wins(t *testing.T, errs []error, code string) int {
	t.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, code):
			t.Errorf("loser got %v, want %s", err, code)
		}
	}
	return won
}
