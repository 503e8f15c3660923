package rates

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

func TestDecideWhichAnswerIsCurrent(t *testing.T) {
	t.Parallel()
	const today = "2026-07-03"
	have := func(value, source, day string) *Rate {
		return &Rate{Value: rate(t, value), Source: source, ValueDate: delivery.Day(day)}
	}
	for _, c := range []struct {
		name    string
		current *Rate
		value   string
		source  string
		day     string
		want    Outcome
	}{
		{"the first", nil, "300", SourceBCV, today, Accepted},
		{"the first, of Monday", nil, "300", SourceBCV, "2026-07-06", Accepted},
		{"the same again", have("300", SourceBCV, today), "300", SourceBCV, today, Known},
		{"a newer day", have("300", SourceBCV, "2026-07-02"), "310", SourceBCV, today, Accepted},
		{"the same figure of a newer day", have("300", SourceBCV, "2026-07-02"), "300", SourceBCV, today, Accepted},
		{"an older day", have("300", SourceBCV, today), "310", SourceBCV, "2026-07-02", Known},
		{"tomorrow", have("300", SourceBCV, today), "310", SourceBCV, "2026-07-04", Early},
		{"the bank corrects itself", have("300", SourceBCV, today), "301", SourceBCV, today, Accepted},
		{"the bank corrects the service", have("300", SourceJSON, today), "301", SourceBCV, today, Accepted},
		{"the service does not correct the bank", have("300", SourceBCV, today), "301", SourceJSON, today, Known},
		{"nobody corrects a person", have("300", SourceManual, today), "301", SourceBCV, today, Known},
		{"a new day follows a person", have("300", SourceManual, "2026-07-02"), "301", SourceBCV, today, Accepted},
		{"anybody corrects the seed", have("36", SourceSeed, today), "301", SourceBCV, "2026-07-02", Accepted},
		{"no seed over a rate", have("300", SourceBCV, "2026-07-02"), "301", SourceSeed, today, Known},
		{"the upper edge", have("300", SourceBCV, "2026-07-02"), "360", SourceBCV, today, Accepted},
		{"above it", have("300", SourceBCV, "2026-07-02"), "360.000001", SourceBCV, today, OutOfBand},
		{"the lower edge", have("300", SourceBCV, "2026-07-02"), "240", SourceBCV, today, Accepted},
		{"below it", have("300", SourceBCV, "2026-07-02"), "239.999999", SourceBCV, today, OutOfBand},
	} {
		got := decide(c.current, Answer{rate(t, c.value), c.source, delivery.Day(c.day)}, today, 0.2)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestARefusedRateIsAWarningOnceUntilTheNextRate(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	k.must(t, Answer{rate(t, "300"), SourceBCV, "2026-07-02"}, Accepted)
	wild := Answer{rate(t, "3000.5"), SourceBCV, "2026-07-03"}
	for range 3 {
		k.must(t, wild, OutOfBand)
	}
	events, err := k.log.Stream(t.Context(), k.db.Reader(), stream)
	if err != nil || len(events) != 2 {
		t.Errorf("got %d events, %v; want the rate and one refusal", len(events), err)
	}
	w, err := k.Warning(t.Context())
	if err != nil || w == nil || w.Rate != wild.Value || w.Previous != rate(t, "300") {
		t.Fatalf("warning: %+v, %v", w, err)
	}
	if _, err := k.SetByHand(t.Context(), wild.Value, 0, false); !fault.Is(err, "rate_out_of_band") {
		t.Errorf("unconfirmed: got %v", err)
	}
	r, err := k.SetByHand(t.Context(), wild.Value, 0, true)
	if err != nil || r.Source != SourceManual || r.ValueDate != "2026-07-03" {
		t.Errorf("confirmed: %+v, %v", r, err)
	}
	if current, err := k.Current(t.Context()); err != nil || current != r {
		t.Errorf("current: %+v, %v; want %+v", current, err, r)
	}
	if w, err := k.Warning(t.Context()); w != nil || err != nil {
		t.Errorf("after a rate: %+v, %v", w, err)
	}
	for _, value := range []string{"0", "-1", "1000000.000001"} {
		if _, err := k.SetByHand(t.Context(), rate(t, value), 0, true); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: got %v", value, err)
		}
	}
}

func TestTheSameRateByHandAgainAddsNothing(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	set := func(value string, wantEvents int) Rate {
		t.Helper()
		r, err := k.SetByHand(t.Context(), rate(t, value), 0, true)
		if err != nil || r.Value != rate(t, value) {
			t.Fatalf("got %+v, %v", r, err)
		}
		events, err := k.log.Stream(t.Context(), k.db.Reader(), stream)
		if err != nil || len(events) != wantEvents {
			t.Fatalf("got %d events, %v; want %d", len(events), err, wantEvents)
		}
		return r
	}
	first := set("300", 1)
	if r := set("300", 1); r != first {
		t.Errorf("got %+v, want %+v", r, first)
	}
	set("301", 2)
	set("300", 3)
	k.must(t, Answer{rate(t, "3000"), SourceBCV, "2026-07-04"}, Early)
	now = friday.AddDate(0, 0, 1) // the same rate for another day
	set("300", 4)
	now = friday.AddDate(0, 0, 2)
	k.must(t, Answer{rate(t, "3000"), SourceBCV, "2026-07-05"}, OutOfBand)
	set("300", 6) // ends the warning
	if w, err := k.Warning(t.Context()); w != nil || err != nil {
		t.Errorf("after a rate: %+v, %v", w, err)
	}
	k.must(t, Answer{rate(t, "3000"), SourceBCV, "2026-07-06"}, Early)
	set("300", 6)
}

// TestTheLogRebuildsTheRates replays all events in one run and compares the tables, the setting's version included.
func TestTheLogRebuildsTheRates(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	for i, value := range []string{"300", "310", "320.5"} {
		now = friday.AddDate(0, 0, i)
		if _, err := k.SetByHand(t.Context(), rate(t, value), 0, false); err != nil {
			t.Fatal(err)
		}
	}
	tables := func(ctx context.Context, tx pgx.Tx) (s string) {
		err := tx.QueryRow(ctx, `select (select string_agg(r::text, ' ' order by id) from exchange_rates r) || ' ' ||
			(select string_agg(s::text, ' ') from settings s)`).Scan(&s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	undo := errors.New("compared")
	err := k.db.InTx(t.Context(), 0, func(ctx context.Context, tx pgx.Tx) error {
		before := tables(ctx, tx)
		if _, err := tx.Exec(ctx, `delete from exchange_rates; delete from settings`); err != nil {
			return err
		}
		err := k.log.Scan(ctx, tx, 0, 1000, func(events []*event.Recorded) error {
			b := &pgx.Batch{}
			k.log.Registry().Apply(b, events)
			return tx.SendBatch(ctx, b).Close()
		})
		if err != nil {
			return err
		}
		if after := tables(ctx, tx); after != before || !strings.Contains(after, "320.5") {
			t.Errorf("rebuilt:\n%s\nlive:\n%s", after, before)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
}

// TestTheNewestRateHasTheHighestID holds also when people set rates at once: Current goes by id.
func TestTheNewestRateHasTheHighestID(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	var wg sync.WaitGroup
	for i := range 5 { // of five at once, each loses at most four times
		wg.Go(func() {
			if _, err := k.SetByHand(t.Context(), rate(t, "300")+money.Rate(i), 0, false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	events, err := k.log.Stream(t.Context(), k.db.Reader(), stream)
	if err != nil || len(events) != 5 {
		t.Fatalf("got %d events, %v", len(events), err)
	}
	last := 0
	for _, e := range events {
		r := e.Payload.(*Recorded)
		if r.ID <= last || (r.Setting != 0) != (e.Version == 1) {
			t.Errorf("version %d after id %d: %+v", e.Version, last, r)
		}
		last = r.ID
	}
	if r, err := k.Current(t.Context()); err != nil || r.ID != last {
		t.Errorf("current: %+v, %v; want id %d", r, err, last)
	}
}
