package delivery

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"floresya/internal/fault"
)

func TestDefaultsSellTheWeekAndRunOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, friday)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := s.Defaults(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	zones, err := s.Zones(t.Context())
	if err != nil || len(zones) != 16 || zones[0].Name != "Chacao" || zones[0].ID != 1 || zones[15].Kind != Pickup {
		t.Fatalf("zones: %v, %v", zones, err)
	}
	for _, z := range zones {
		offers, err := s.Calendar(t.Context(), z.ID, saturday, 7, friday)
		if err != nil {
			t.Fatal(err)
		}
		perDay := map[Day]int{}
		for _, o := range offers {
			perDay[o.Day]++
			if o.State != Open || o.Left != 12 {
				t.Errorf("%s %s %s: %s, %d left", z.Name, o.Day, o.Slot.Label(), o.State, o.Left)
			}
		}
		if len(perDay) != 7 || perDay["2026-07-05"] != 1 {
			t.Errorf("%s sells on %v", z.Name, perDay)
		}
	}
}

func TestCapacityNeverGoesUnderWhatIsReserved(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	key := CapacityKey{saturday, 1, 1}
	if err := s.reserve(t.Context(), key, 2, friday); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCapacity(t.Context(), key, 1, false); !fault.Is(err, "capacity_reserved") {
		t.Errorf("capacity 1 under 2 reserved: got %v", err)
	}
	if err := s.SetCapacity(t.Context(), key, 3, false); err != nil {
		t.Fatal(err)
	}
	if err := s.reserve(t.Context(), key, 1, friday); err != nil {
		t.Errorf("third place: %v", err)
	}
	if err := s.SetCapacity(t.Context(), key, 5, true); err != nil {
		t.Fatal(err)
	}
	if err := s.reserve(t.Context(), key, 1, friday); !fault.Is(err, "slot_closed") {
		t.Errorf("closed with two left: got %v", err)
	}
}

func TestASlotKeepsItsPromises(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	if err := s.reserve(t.Context(), CapacityKey{saturday, 1, 1}, 1, friday); err != nil {
		t.Fatal(err)
	}
	plan, err := s.Plan(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Plan){
		"later":      func(p *Plan) { p.Starts = "10:00" },
		"other day":  func(p *Plan) { p.Weekday = time.Sunday },
		"out of use": func(p *Plan) { p.Active = false },
		"zone less":  func(p *Plan) { p.Zones = nil },
	} {
		changed := plan
		change(&changed)
		if _, err := s.SetSlot(t.Context(), changed); !fault.Is(err, "slot_reserved") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	plan.Cutoff, plan.Zones = time.Hour, []SlotInZone{{1, 0}}
	if plan, err = s.SetSlot(t.Context(), plan); err != nil || plan.Version != 2 || plan.Cutoff != time.Hour {
		t.Fatalf("cut-off and ordinary capacity: %+v, %v", plan, err)
	}
	offers, err := s.Calendar(t.Context(), 1, saturday, 8, friday)
	if err != nil || offers[0].Capacity != 2 || offers[3].Capacity != 0 || offers[3].State != Full {
		t.Errorf("the sold day keeps its capacity, the next takes the new one: %+v, %v", offers, err)
	}
	plan.Version = 1
	if _, err := s.SetSlot(t.Context(), plan); !fault.Is(err, "version_conflict") {
		t.Errorf("edit of an old version: got %v", err)
	}
}

func TestCommandsRefuseWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	zone := func(change func(*Zone)) error {
		z := Zone{Kind: Delivery, Name: "El Marqués", Slug: "el-marques", FeeUSD: 400, Active: true}
		change(&z)
		_, err := s.SetZone(t.Context(), z)
		return err
	}
	slot := func(change func(*Plan)) error {
		p := Plan{Slot{Weekday: 6, Starts: "18:00", Ends: "20:00", Active: true}, []SlotInZone{{1, 5}}}
		change(&p)
		_, err := s.SetSlot(t.Context(), p)
		return err
	}
	for _, c := range []struct {
		name, code string
		err        error
	}{
		{"zone of no kind", "invalid", zone(func(z *Zone) { z.Kind = "" })},
		{"zone without name", "invalid", zone(func(z *Zone) { z.Name = " " })},
		{"NUL in a name", "invalid", zone(func(z *Zone) { z.Name = "a\x00b" })},
		{"broken UTF-8", "invalid", zone(func(z *Zone) { z.Name = "\xff" })},
		{"slug with capitals", "invalid", zone(func(z *Zone) { z.Slug = "El" })},
		{"negative fee", "invalid", zone(func(z *Zone) { z.FeeUSD = -1 })},
		{"huge fee", "invalid", zone(func(z *Zone) { z.FeeUSD = 1 << 40 })},
		{"taken slug", "zone_slug_taken", zone(func(z *Zone) { z.Slug = "altamira" })},
		{"unknown zone", "zone_unknown", zone(func(z *Zone) { z.ID = 99 })},
		{"slot on day 7", "invalid", slot(func(p *Plan) { p.Weekday = 7 })},
		{"slot at 25", "invalid", slot(func(p *Plan) { p.Starts = "25:00" })},
		{"slot at 9", "invalid", slot(func(p *Plan) { p.Starts = "9:00" })},
		{"slot backwards", "invalid", slot(func(p *Plan) { p.Ends = "17:00" })},
		{"negative cut-off", "invalid", slot(func(p *Plan) { p.Cutoff = -time.Hour })},
		{"negative capacity", "invalid", slot(func(p *Plan) { p.Zones[0].Capacity = -1 })},
		{"zone twice", "invalid", slot(func(p *Plan) { p.Zones = append(p.Zones, p.Zones[0]) })},
		{"slot in no zone of ours", "zone_unknown", slot(func(p *Plan) { p.Zones[0].Zone = 99 })},
		{"slot there already", "slot_exists", slot(func(p *Plan) { p.Starts, p.Ends = "09:00", "12:00" })},
		{"unknown slot", "slot_unknown", slot(func(p *Plan) { p.ID = 99 })},
		{"capacity of the past", "day_past", s.SetCapacity(t.Context(), CapacityKey{"2026-06-27", 1, 1}, 1, false)},
		{"capacity of no day", "day_invalid", s.SetCapacity(t.Context(), CapacityKey{"2026-02-30", 1, 1}, 1, false)},
		{"capacity on another weekday", "slot_unknown", s.SetCapacity(t.Context(), CapacityKey{"2026-07-05", 1, 1}, 1, false)},
		{"negative day capacity", "invalid", s.SetCapacity(t.Context(), CapacityKey{saturday, 1, 1}, -1, false)},
		{"blackout of the past", "day_past", s.Blackout(t.Context(), "2026-07-02", "feriado")},
		{"blackout without reason", "invalid", s.Blackout(t.Context(), saturday, "  ")},
		{"long reason", "invalid", s.Blackout(t.Context(), saturday, strings.Repeat("a", 201))},
	} {
		if !fault.Is(c.err, c.code) {
			t.Errorf("%s: got %v, want %s", c.name, c.err, c.code)
		}
	}
	if n := s.events(t); n != 4 {
		t.Errorf("refused commands left events: %d, want the 4 before them", n)
	}
}

func TestBlackoutStopsTheDayUntilCleared(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	key := CapacityKey{saturday, 1, 1}
	for range 2 { // the second changes nothing
		if err := s.Blackout(t.Context(), saturday, "Inventario"); err != nil {
			t.Fatal(err)
		}
	}
	err := s.reserve(t.Context(), key, 1, friday)
	if f := fault.Of(err); f.Code != "day_blackout" || f.Msg != "El sábado 4 de julio no entregamos: Inventario. Elige otro día." {
		t.Errorf("got %v", err)
	}
	days, err := s.Blackouts(t.Context(), "2026-07-01")
	if err != nil || !slices.Equal(days, []BlackoutDay{{saturday, "Inventario"}}) {
		t.Errorf("blackouts: %v, %v", days, err)
	}
	for range 2 {
		if err := s.ClearBlackout(t.Context(), saturday); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.reserve(t.Context(), key, 1, friday); err != nil {
		t.Error(err)
	}
	if n := s.events(t); n != 6 {
		t.Errorf("got %d events, want 4 of the calendar, one blackout, one cleared", n)
	}
}

// events counts the log.
func (s *shop) events(t testing.TB) (n int) {
	t.Helper()
	if err := s.db.Reader().QueryRow(t.Context(), `select count(*) from events`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheLastPlacesGoToAsManyAsThereAre(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	key := CapacityKey{saturday, 1, 1}
	if err := s.SetCapacity(t.Context(), key, 5, false); err != nil {
		t.Fatal(err)
	}
	var (
		wg   sync.WaitGroup
		errs = make([]error, 20)
	)
	for i := range errs {
		wg.Go(func() { errs[i] = s.reserve(t.Context(), key, 1, friday) })
	}
	wg.Wait()
	count := map[string]int{}
	for _, err := range errs {
		switch {
		case err == nil:
			count["won"]++
		case fault.Is(err, "slot_full"):
			count["full"]++
		default:
			t.Error(err)
		}
	}
	if fmt.Sprint(count) != "map[full:15 won:5]" {
		t.Errorf("twenty for five places: %v", count)
	}
}
