package demo_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"floresya/internal/demo"
	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
	"floresya/internal/storage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func newDeps(t *testing.T, pictures string) (demo.Deps, *postgres.DB) {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	must(t, err)
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(catalog.Events(), settings.Events(), delivery.Events(), payments.Events(), rates.Events())
	must(t, err)
	log := event.NewLog(db, registry, time.Now)
	keeper, err := rates.New(db, log, rates.Config{})
	must(t, err)
	files, err := storage.New(storage.Config{Dir: pictures})
	must(t, err)
	return demo.Deps{Catalog: catalog.New(db, log, catalog.NewIds(db)), Settings: settings.New(db, log),
		Delivery: delivery.New(db, log), Payments: payments.New(db, log, payments.Config{}), Rates: keeper, Pictures: files, Now: log.Now}, db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func events(t *testing.T, db *postgres.DB) (n int) {
	t.Helper()
	must(t, db.Reader().QueryRow(t.Context(), `select count(*) from events`).Scan(&n))
	return n
}

func TestSeedFillsAnEmptyShopOnce(t *testing.T) {
	t.Parallel()
	d, db := newDeps(t, t.TempDir())
	_, err := d.Pictures.Sweep(t.Context())
	must(t, err)
	start := time.Now()
	must(t, demo.Seed(t.Context(), d))
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v, want at most 10s", took)
	}
	list, err := d.Catalog.List(t.Context(), catalog.Filter{})
	must(t, err)
	if len(list) != 48 {
		t.Fatalf("got %d products, want 48", len(list))
	}
	for i, p := range list {
		if p.ID != 48-i || p.PriceUSD <= 0 || p.Stock < 2 || p.Summary == "" || p.SummaryEN == "" || p.SKU == "" {
			t.Errorf("product %d: got %+v", 48-i, p)
		}
		for _, url := range []string{p.DrawingURL, p.Images.Thumb, p.Images.Small, p.Images.Medium, p.Images.Large} {
			w := httptest.NewRecorder()
			d.Pictures.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
			if w.Code != http.StatusOK || w.Body.Len() == 0 {
				t.Errorf("%s of %s: got %d", url, p.Slug, w.Code)
			}
		}
	}
	featured, err := d.Catalog.Carousel(t.Context())
	must(t, err)
	public, err := d.Settings.Public(t.Context())
	must(t, err)
	if len(featured) != 7 || len(public) != 42 {
		t.Errorf("got %d featured and %d settings, want 7 and 42", len(featured), len(public))
	}
	if rate, err := d.Rates.Current(t.Context()); err != nil || rate.Source != rates.SourceSeed {
		t.Errorf("rate: got %+v, %v", rate, err)
	}
	before := events(t, db)
	must(t, demo.Seed(t.Context(), d))
	if after := events(t, db); after != before {
		t.Errorf("the second seed appended %d events", after-before)
	}
	id, err := d.Catalog.Create(t.Context(), catalog.NewProduct{Details: catalog.Details{Name: "El siguiente", PriceUSD: 100}})
	if err != nil || id != 49 {
		t.Errorf("the next product: got id %d, %v; want 49", id, err)
	}
}

func TestInterruptedSeedIsCompleted(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(t.TempDir(), "pictures")
	must(t, os.WriteFile(blocked, nil, 0o600)) // a file where the folder should be
	d, _ := newDeps(t, blocked)
	if err := demo.Seed(t.Context(), d); err == nil {
		t.Fatal("a seed without pictures succeeded")
	}
	if n, err := d.Catalog.Count(t.Context(), catalog.Filter{IncludeInactive: true}); n != 0 || err != nil {
		t.Errorf("got %d products (%v) before their pictures", n, err)
	}
	must(t, os.Remove(blocked))
	_, err := d.Pictures.Sweep(t.Context())
	must(t, err)
	must(t, demo.Seed(t.Context(), d))
	p, err := d.Catalog.Product(t.Context(), 1, false)
	if err != nil || p.Stock < 2 || p.Slug != "amanecer-de-galipan" {
		t.Errorf("product 1: got %+v, %v", p, err)
	}
	if list, err := d.Catalog.Occasions(t.Context(), true); err != nil || len(list) != 10 {
		t.Errorf("got %d occasions (%v), want 10", len(list), err)
	}
}
