package delivery

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"floresya/internal/event"
	"floresya/internal/fault"
)

// naive says in the plainest words what Check must answer for a slot of Saturday 4 July 2026 at a Caracas wall-clock minute
// counted from the midnight that begins that Saturday.
func naive(s standing, minute, n int) string {
	starts := int(s.slot.Starts[0]-'0')*600 + int(s.slot.Starts[1]-'0')*60 + int(s.slot.Starts[3]-'0')*10 + int(s.slot.Starts[4]-'0')
	switch {
	case !s.zone.Active:
		return "zone_unknown"
	case minute >= 24*60:
		return "day_past"
	case minute < -90*24*60:
		return "day_too_far"
	case minute >= starts-int(s.slot.Cutoff/time.Minute):
		return "slot_past"
	case s.blackout != "":
		return "day_blackout"
	case s.closed, !s.slot.Active:
		return "slot_closed"
	case s.reserved+n > s.capacity:
		return "slot_full"
	}
	return ""
}

func anyStanding(t *rapid.T) standing {
	capacity := rapid.IntRange(0, 6).Draw(t, "capacity")
	rarely := rapid.Map(rapid.IntRange(0, 5), func(n int) bool { return n == 0 })
	s := standing{day: saturday, capacity: capacity, reserved: rapid.IntRange(0, capacity).Draw(t, "reserved"),
		zone:   Zone{ID: 1, Active: !rarely.Draw(t, "zone out of use")},
		closed: rarely.Draw(t, "closed"),
		slot: Slot{ID: 1, Weekday: time.Saturday, Active: !rarely.Draw(t, "slot out of use"), Ends: "23:59",
			Starts: fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 22).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")),
			Cutoff: time.Duration(rapid.IntRange(0, 2*24*60).Draw(t, "cut-off")) * time.Minute}}
	if rarely.Draw(t, "blackout") {
		s.blackout = "feriado"
	}
	return s
}

// loaded is a Load of one standing.
func loaded(s standing) *Load {
	l := newLoad()
	l.zones[s.zone.ID] = s.zone
	l.days[dayZone{s.day, s.zone.ID}] = []standing{s}
	return l
}

func TestCheckAgreesWithTheNaiveCalendar(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 7, 4, 4, 0, 0, 0, time.UTC) // in Caracas
	rapid.Check(t, func(t *rapid.T) {
		s := anyStanding(t)
		edge := clock(s.slot.Starts) - s.slot.Cutoff // near the cut-off as often as anywhere
		minute := rapid.OneOf(rapid.IntRange(-95*24*60, 2*24*60), rapid.IntRange(-2, 2),
			rapid.Map(rapid.IntRange(-2, 2), func(d int) int { return int(edge/time.Minute) + d }),
			rapid.Map(rapid.IntRange(-2, 2), func(d int) int { return -90*24*60 + d })).Draw(t, "now")
		now := midnight.Add(time.Duration(minute) * time.Minute)
		taken, n := rapid.IntRange(0, 3).Draw(t, "taken"), rapid.IntRange(1, 3).Draw(t, "n")
		l := loaded(s)
		l.Take(s.key(), taken)
		s.reserved += taken
		code := ""
		if err := l.Check(s.key(), n, now); err != nil {
			code = fault.Of(err).Code
		}
		if want := naive(s, minute, n); code != want {
			t.Fatalf("%+v at minute %d for %d: got %q, want %q", s, minute, n, code, want)
		}
	})
}

func TestAnOfferIsOpenExactlyWhenOneMoreIsAccepted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyStanding(t)
		now := friday.Add(time.Duration(rapid.IntRange(-95*24, 48).Draw(t, "hours")) * time.Hour)
		o := decideSlot(s, now)
		err := loaded(s).Check(s.key(), 1, now)
		if (o.State == Open) != (err == nil) || (o.Reason == "") != (err == nil) {
			t.Fatalf("offer %+v, check %v", o, err)
		}
		if o.Left < 0 || o.Left > o.Capacity {
			t.Fatalf("left %d of %d", o.Left, o.Capacity)
		}
	})
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	slot := Slot{ID: 1, Weekday: time.Saturday, Starts: "09:00", Ends: "12:00", Active: true}
	s := standing{day: saturday, zone: Zone{ID: 1, Active: true}, slot: slot, capacity: 1}
	for _, c := range []struct {
		key  CapacityKey
		code string
		says string
	}{
		{CapacityKey{saturday, 1, 2}, "zone_unknown", "Todavía no llegamos"},
		{CapacityKey{"2026-07-02", 1, 1}, "day_past", "ya pasó"},
		{CapacityKey{"2026-10-02", 1, 1}, "day_too_far", "jueves 1 de octubre"},
		{CapacityKey{"4/7/2026", 1, 1}, "day_invalid", "2026-07-04"},
		{CapacityKey{"", 1, 1}, "day_invalid", "2026-07-04"},
		{CapacityKey{saturday, 9, 1}, "slot_unknown", "Te queda 9 a 12."},
	} {
		f := fault.Of(loaded(s).Check(c.key, 1, friday))
		if f.Code != c.code || !strings.Contains(f.Msg, c.says) || len(f.Fields) != 1 {
			t.Errorf("%v: got %s %q %v", c.key, f.Code, f.Msg, f.Fields)
		}
	}
}

func TestAPastCutoffSaysWhenItWas(t *testing.T) {
	t.Parallel()
	s := standing{day: saturday, zone: Zone{ID: 1, Active: true}, capacity: 1, slot: Slot{ID: 1, Weekday: time.Saturday,
		Starts: "09:00", Ends: "12:00", Cutoff: 13 * time.Hour, Active: true}}
	for now, want := range map[string]string{
		"2026-07-04T00:00:00Z": "Ese horario cerró a las 8:00 p. m. Ese día ya no queda otro: elige otro día.",
		"2026-07-04T12:00:00Z": "Ese horario cerró el viernes 3 de julio a las 8:00 p. m. Ese día ya no queda otro: elige otro día.",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if f := fault.Of(loaded(s).Check(s.key(), 1, at)); f.Code != "slot_past" || f.Msg != want {
			t.Errorf("at %s: got %s %q, want %q", now, f.Code, f.Msg, want)
		}
	}
}

func TestOrdersOfOneBatchSeeEachOther(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	key := CapacityKey{saturday, 1, 1}
	err := s.db.InTx(t.Context(), 0, func(ctx context.Context, tx pgx.Tx) error {
		b := &pgx.Batch{}
		keys := []CapacityKey{key, key, {Zone: 1}, {Zone: 7}, {Day: "2026-02-30", Slot: 1, Zone: 1}}
		QueueLock(b, keys)
		l := QueueLoad(b, keys)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		var codes []string
		for range 3 {
			err := l.Check(key, 1, friday)
			if err == nil {
				l.Take(key, 1)
				codes = append(codes, "won")
				continue
			}
			codes = append(codes, fault.Of(err).Code)
		}
		if fmt.Sprint(codes) != "[won won slot_full]" {
			t.Errorf("three orders for two places: %v", codes)
		}
		if z, err := l.Zone(1); err != nil || z.FeeUSD != 300 {
			t.Errorf("zone of an order without day: %+v, %v", z, err)
		}
		if _, err := l.Zone(7); !fault.Is(err, "zone_unknown") {
			t.Errorf("zone 7: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheLogRebuildsTheCalendar replays all events in runs, as verify does, and compares the tables.
func TestTheLogRebuildsTheCalendar(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	swap := func(slot int, starts, ends string) {
		plan, err := s.Plan(t.Context(), slot)
		if err != nil {
			t.Fatal(err)
		}
		plan.Starts, plan.Ends = starts, ends
		if _, err := s.SetSlot(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
	}
	swap(1, "20:00", "22:00") // 1 and 2 change places: a rebuild that skipped the middle would collide
	swap(2, "09:00", "12:00")
	swap(1, "12:00", "15:00")
	for capacity := range 3 {
		if err := s.SetCapacity(t.Context(), CapacityKey{saturday, 1, 1}, capacity+3, capacity == 1); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{s.Blackout(t.Context(), saturday, "a"), s.Blackout(t.Context(), saturday, "b"),
		s.Blackout(t.Context(), "2026-07-05", "c"), s.ClearBlackout(t.Context(), saturday)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := s.tables(t)
	err := s.db.InTx(t.Context(), 0, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `delete from delivery_capacity; delete from blackout_days; delete from slot_zones;
			delete from delivery_slots; delete from zones`); err != nil {
			return err
		}
		return s.log.Scan(ctx, tx, 0, 1000, func(events []*event.Recorded) error {
			b := &pgx.Batch{}
			s.log.Registry().Apply(b, events)
			return tx.SendBatch(ctx, b).Close()
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := s.tables(t); after != before {
		t.Errorf("rebuilt:\n%s\nlive:\n%s", after, before)
	}
}

// tables are all rows of the calendar as text.
func (s *shop) tables(t testing.TB) string {
	t.Helper()
	var all []string
	for _, table := range []string{"zones", "delivery_slots", "slot_zones", "blackout_days", "delivery_capacity"} {
		var rows string
		err := s.db.Reader().QueryRow(t.Context(),
			`select coalesce(string_agg(t::text, ' ' order by t::text), '') from `+table+` t`).Scan(&rows)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, table+": "+rows)
	}
	return strings.Join(all, "\n")
}
