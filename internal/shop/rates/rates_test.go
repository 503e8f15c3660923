package rates

import (
	"testing"
	"time"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// friday is 10:30 in Caracas on Friday 3 July 2026.
var friday = time.Date(2026, 7, 3, 14, 30, 0, 0, time.UTC)

// newKeeper keeps rates in a database of its own; the clock reads *now.
func newKeeper(t testing.TB, now *time.Time) *Keeper {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(Events())
	if err != nil {
		t.Fatal(err)
	}
	k, err := New(db, event.NewLog(db, registry, func() time.Time { return *now }), Config{})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *Keeper) must(t testing.TB, a Answer, want Outcome) {
	t.Helper()
	got, err := k.Record(t.Context(), a)
	if err != nil || got != want {
		t.Fatalf("record %+v: got %s, %v; want %s", a, got, err, want)
	}
}

func rate(t testing.TB, s string) money.Rate {
	t.Helper()
	r, err := money.ParseRate(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheNewestRateIsCurrentAndTheSettingShowsIt(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	if _, err := k.Current(t.Context()); !fault.Is(err, "no_rate") {
		t.Fatalf("no rate yet: got %v", err)
	}
	k.must(t, Answer{rate(t, "243.8"), SourceSeed, "2026-07-01"}, Accepted)
	k.must(t, Answer{rate(t, "312.4567"), SourceBCV, "2026-07-03"}, Accepted)
	got, err := k.Current(t.Context())
	want := Rate{ID: 2, Value: rate(t, "312.4567"), Source: SourceBCV, ValueDate: "2026-07-03", FetchedAt: friday}
	if err != nil || got != want {
		t.Errorf("current: got %+v, %v; want %+v", got, err, want)
	}
	var value string
	var public bool
	var version int
	err = k.db.Reader().QueryRow(t.Context(), `select value, is_public, version from settings where key = 'bcv_usd_rate'`).
		Scan(&value, &public, &version)
	if err != nil || value != "312.4567" || !public || version != 2 {
		t.Errorf("setting: got %q public %v version %d, %v", value, public, version, err)
	}
}

func TestARateIsCarriedForwardThenStale(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	k.must(t, Answer{rate(t, "300"), SourceBCV, delivery.DayOf(friday)}, Accepted)
	for days, want := range [][2]bool{{false, false}, {true, false}, {true, false}, {true, false}, {true, true}} {
		now = friday.AddDate(0, 0, days)
		r, err := k.Current(t.Context())
		if err != nil || r.CarriedForward != want[0] || r.Stale != want[1] {
			t.Errorf("after %d days: carried forward %v, stale %v, %v; want %v", days, r.CarriedForward, r.Stale, err, want)
		}
	}
}
