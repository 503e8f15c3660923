package delivery

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// friday is 10:30 in Caracas on Friday 3 July 2026.
var friday = time.Date(2026, 7, 3, 14, 30, 0, 0, time.UTC)

const saturday = Day("2026-07-04")

// shop is a planner over an empty calendar whose clock stands at now.
type shop struct {
	*Planner
	db  *postgres.DB
	log *event.Log
}

func newShop(t testing.TB, now time.Time) *shop {
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
	log := event.NewLog(db, registry, func() time.Time { return now })
	return &shop{New(db, log), db, log}
}

// happened appends events as if commands had decided them.
func (s *shop) happened(t testing.TB, news ...event.New) {
	t.Helper()
	_, err := s.log.Execute(t.Context(), postgres.General, func(context.Context, *event.Tx) ([]event.New, error) { return news, nil })
	if err != nil {
		t.Fatal(err)
	}
}

// altamira is a zone with slots on Saturday: 1 is 9 to 12, 2 is 12 to 3, 3 is 3 to 6; each closes two hours before and takes
// two.
func altamira(t testing.TB) *shop {
	s := newShop(t, friday)
	news := []event.New{{Stream: "zone-1", Version: 1, Payload: &ZoneSet{ID: 1, Kind: Delivery, Name: "Altamira",
		Slug: "altamira", FeeUSD: 300, Active: true}}}
	for i := range 3 {
		news = append(news, event.New{Stream: fmt.Sprintf("slot-%d", i+1), Version: 1, Payload: &SlotSet{ID: i + 1, Weekday: 6,
			Starts: fmt.Sprintf("%02d:00", 9+3*i), Ends: fmt.Sprintf("%02d:00", 12+3*i), CutoffMinutes: 120, Active: true,
			Zones: []SlotInZone{{1, 2}}}})
	}
	s.happened(t, news...)
	return s
}

// reserve takes places as the apply of a placed order does, under the lock and after the check.
func (s *shop) reserve(ctx context.Context, key CapacityKey, n int, now time.Time) error {
	return s.db.InTx(ctx, postgres.Orders, func(ctx context.Context, tx pgx.Tx) error {
		b := &pgx.Batch{}
		QueueLock(b, []CapacityKey{key})
		l := QueueLoad(b, []CapacityKey{key})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := l.Check(key, n, now); err != nil {
			return err
		}
		o, _ := l.Offer(key, now)
		_, err := tx.Exec(ctx, `
			insert into delivery_capacity (day, slot_id, zone_id, capacity, reserved) values ($1::text::date, $2, $3, $4, $5)
			on conflict (day, slot_id, zone_id) do update set reserved = delivery_capacity.reserved + excluded.reserved`,
			string(key.Day), key.Slot, key.Zone, o.Capacity, n)
		return err
	})
}

func TestCalendarShowsEverySlotOfTheDay(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	if err := s.reserve(t.Context(), CapacityKey{saturday, 2, 1}, 2, friday); err != nil {
		t.Fatal(err)
	}
	offers, err := s.Calendar(t.Context(), 1, "2026-07-03", 9, friday)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range offers {
		got = append(got, fmt.Sprint(o.Day, " ", o.Slot.Label(), " ", o.State, " ", o.Left, "/", o.Capacity, " ", o.Closes.Format("15:04 MST")))
	}
	want := []string{
		"2026-07-04 9 a 12 open 2/2 07:00 -04", "2026-07-04 12 a 3 full 0/2 10:00 -04", "2026-07-04 3 a 6 open 2/2 13:00 -04",
		"2026-07-11 9 a 12 open 2/2 07:00 -04", "2026-07-11 12 a 3 open 2/2 10:00 -04", "2026-07-11 3 a 6 open 2/2 13:00 -04",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("calendar:\n got %q\nwant %q", got, want)
	}
}

func TestAFullSlotNamesWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	key := CapacityKey{saturday, 2, 1}
	if err := s.reserve(t.Context(), key, 2, friday); err != nil {
		t.Fatal(err)
	}
	err := s.reserve(t.Context(), key, 1, friday)
	if f := fault.Of(err); f.Code != "slot_full" || f.Msg != "Ese horario se acaba de llenar. Te quedan 9 a 12 y 3 a 6." {
		t.Errorf("got %v", err)
	}
}

func TestCalendarsAreTheCalendarsOfTheirZones(t *testing.T) {
	t.Parallel()
	s := altamira(t)
	s.happened(t, event.New{Stream: "zone-2", Version: 1, Payload: &ZoneSet{ID: 2, Kind: Delivery, Name: "Baruta", Slug: "baruta", Active: true}})
	if err := s.reserve(t.Context(), CapacityKey{saturday, 2, 1}, 2, friday); err != nil {
		t.Fatal(err)
	}
	want, err := s.Calendar(t.Context(), 1, "2026-07-03", 9, friday)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Calendars(t.Context(), []int{2, 1, 99}, "2026-07-03", 9, friday) // 2 has no slots, 99 does not exist
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, %v\nwant %v", got, err, want)
	}
}
