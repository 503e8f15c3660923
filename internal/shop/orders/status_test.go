package orders_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
)

// noon is a Sunday noon in Caracas; slots are 09:00 to 12:00 and close an hour before.
var noon = time.Date(2026, 5, 10, 16, 0, 0, 0, time.UTC)

// clock is a shop's clock that a test can turn.
type clock struct{ at atomic.Int64 }

func newClock(at time.Time) *clock {
	c := &clock{}
	c.set(at)
	return c
}

func (c *clock) set(at time.Time) { c.at.Store(at.UnixMicro()) }
func (c *clock) now() time.Time   { return time.UnixMicro(c.at.Load()) }

// on is a bouquet for a day's slot in zone 1.
func on(product int, day delivery.Day) orders.Place {
	p := bouquet(product, 1)
	p.Zone, p.Day, p.Slot = 1, day, int(day.Weekday())+1
	return p
}

// must places an order and returns it.
func (s *shop) must(t testing.TB, p orders.Place) *orders.Order {
	t.Helper()
	r, err := s.Place(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Order(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSlotsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	s := newShopAt(t, orders.Config{}, newClock(noon).now)
	for _, sql := range []string{
		`insert into zones values (2, 'delivery', 'Lejos', 'lejos', 3, false, 1, 1), (3, 'pickup', 'Tienda', 'tienda', 0, true, 1, 1)`,
		`insert into slot_zones select d + 1, 3, 5 from generate_series(0, 6) d`,
		`insert into blackout_days values ('2026-05-12', 'Inventario')`,
		`insert into delivery_capacity values ('2026-05-13', 4, 1, 5, 0, true), ('2026-05-14', 5, 1, 0, 0, false)`,
	} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	at := func(day delivery.Day, slot, zone int) orders.Place {
		p := bouquet(1, 1)
		p.Method, p.Day, p.Slot, p.Zone = "", day, slot, zone
		return p
	}
	byHand := at("2026-05-11", 2, 3)
	byHand.Method = orders.ByDelivery
	for what, c := range map[string]struct {
		place orders.Place
		kind  fault.Kind
		code  string
	}{
		"closed an hour before":  {at("2026-05-10", 1, 1), fault.Conflict, "slot_past"},
		"yesterday":              {at("2026-05-09", 7, 1), fault.Invalid, "invalid"},
		"a blackout":             {at("2026-05-12", 3, 1), fault.Conflict, "day_blackout"},
		"closed by the florist":  {at("2026-05-13", 4, 1), fault.Conflict, "slot_closed"},
		"full":                   {at("2026-05-14", 5, 1), fault.Conflict, "slot_full"},
		"another weekday's slot": {at("2026-05-11", 5, 1), fault.Invalid, "slot_unknown"},
		"no such slot":           {at("2026-05-11", 99, 1), fault.Invalid, "slot_unknown"},
		"no such zone":           {at("2026-05-11", 2, 99), fault.Invalid, "zone_unknown"},
		"a zone out of use":      {at("2026-05-11", 2, 2), fault.Invalid, "zone_unknown"},
		"too far ahead":          {at("2026-12-24", 5, 1), fault.Invalid, "day_too_far"},
		"delivery to the shop":   {byHand, fault.Invalid, "invalid"},
		"a zone without a slot":  {at("", 0, 99), fault.Invalid, "zone_unknown"},
	} {
		_, err := s.Place(t.Context(), c.place)
		if f := fault.Of(err); f.Code != c.code || f.Kind != c.kind && c.code != "zone_unknown" || f.Msg == "" {
			t.Errorf("%s: %v, want %v %s", what, err, c.kind, c.code)
		}
	}
	if n := s.count(t, `select count(*) from orders`) + s.count(t, `select count(*) from events`) + s.count(t, `select count(*) from personal`) +
		s.count(t, `select count(*) from sagas`) + s.count(t, `select sum(reserved)::int from products`); n != 0 {
		t.Errorf("refused orders left %d traces", n)
	}
	fetched := s.must(t, at("2026-05-11", 2, 3))
	if fetched.Method != orders.ByPickup || fetched.TotalUSD != 10_00 {
		t.Errorf("picked up: %s, %v", fetched.Method, fetched.TotalUSD)
	}
}

func TestAHoldIsCutByItsSlotAndNoneForCash(t *testing.T) {
	t.Parallel()
	c := newClock(noon)
	s := newShopAt(t, orders.Config{Hold: 24 * time.Hour}, c.now)
	monday := time.Date(2026, 5, 11, 12, 0, 0, 0, time.UTC) // 08:00 in Caracas
	cash := on(1, "2026-05-11")
	cash.PaymentMethod = "cash"
	holds := map[string]struct {
		order *orders.Order
		want  *time.Time
	}{
		"tomorrow's slot closes first": {s.must(t, on(1, "2026-05-11")), &monday},
		"a slot in days":               {s.must(t, on(1, "2026-05-14")), new(noon.Add(24 * time.Hour))},
		"no date yet":                  {s.must(t, bouquet(1, 1)), new(noon.Add(24 * time.Hour))},
		"cash":                         {s.must(t, cash), nil},
	}
	same := func(what string, got, want *time.Time) {
		t.Helper()
		if (got == nil) != (want == nil) || got != nil && !got.Equal(*want) {
			t.Errorf("%s: hold until %v, want %v", what, got, want)
		}
	}
	for what, h := range holds {
		same(what, h.order.HoldUntil, h.want)
	}
	// Back from cancelled a hold is a new one, under the same rules.
	if _, err := s.pool.Exec(t.Context(), `insert into settings values (1, 'payment_hold_hours', '2', null, 'string', false, true, 1, now(), now())`); err != nil {
		t.Fatal(err)
	}
	c.set(monday.Add(-time.Hour))
	for what, h := range holds {
		for _, to := range []orders.Status{orders.Cancelled, orders.Pending} {
			o, err := s.SetStatus(t.Context(), h.order.ID, to, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			want := h.want
			if to == orders.Cancelled {
				want = nil
			} else if want != nil && !want.Equal(monday) {
				want = new(c.now().Add(2 * time.Hour))
			}
			same(what+" "+string(to), o.HoldUntil, want)
		}
	}
}

func TestStatusChangesAreRecordedOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	o := s.must(t, bouquet(1, 2))
	events := func() int { return s.count(t, `select count(*) from events where stream = 'order-' || $1::int`, o.ID) }
	for _, refused := range []struct {
		to    orders.Status
		notes string
		field string
	}{{"shipping", "", "status"}, {"", "", "status"}, {orders.Verified, strings.Repeat("ñ", 1001), "notes"}, {orders.Verified, "a\x00b", "notes"}} {
		_, err := s.SetStatus(t.Context(), o.ID, refused.to, refused.notes, 0)
		if f := fault.Of(err); f.Kind != fault.Invalid || f.Fields[0].Path != refused.field {
			t.Errorf("to %q with %.10q: %v, want %s refused", refused.to, refused.notes, err, refused.field)
		}
	}
	if _, err := s.SetStatus(t.Context(), 1<<30, orders.Verified, "", 0); fault.Of(err).Kind != fault.NotFound || !strings.Contains(fault.Of(err).Msg, "not found") {
		t.Errorf("no such order: %v", err)
	}
	if _, err := s.SetStatus(t.Context(), o.ID, orders.Pending, "again", 0); err != nil || events() != 1 {
		t.Errorf("the same status: %v, %d events; want nothing to happen", err, events())
	}
	for _, to := range []orders.Status{orders.Verified, orders.Shipped, orders.Shipped} {
		if _, err := s.SetStatus(t.Context(), o.ID, to, "Listo", 0); err != nil {
			t.Fatal(err)
		}
	}
	history, err := s.History(t.Context(), o.ID)
	if err != nil || len(history) != 3 || events() != 3 {
		t.Fatalf("history = %+v, %v, %d events; want 3 and 3", history, err, events())
	}
	if h := history[1]; h.From != orders.Pending || h.To != orders.Verified || h.Notes != "Listo" {
		t.Errorf("history = %+v", h)
	}
	if h := history[2]; h.From != orders.Verified || h.To != orders.Shipped || h.Notes != "Listo (fuera del camino usual: de verified a shipped)" {
		t.Errorf("history = %+v, want the unusual step flagged", h)
	}
	long, err := s.SetStatus(t.Context(), o.ID, orders.Pending, strings.Repeat("ñ", 1000), 0)
	if err != nil || long.Status != orders.Pending || long.HoldUntil != nil {
		t.Errorf("back to pending with long notes: %+v, %v", long, err)
	}
}

func TestCancelRules(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	for _, c := range []struct {
		from  orders.Status
		admin bool
		code  string // "": works
	}{{orders.Pending, false, ""}, {orders.Pending, true, ""}, {orders.Verified, true, ""}, {orders.Shipped, true, ""},
		{orders.Verified, false, "invalid_transition"}, {orders.Shipped, false, "invalid_transition"},
		{orders.Delivered, true, "invalid_transition"}, {orders.Cancelled, true, "already_cancelled"}, {orders.Cancelled, false, "already_cancelled"}} {
		o := s.must(t, bouquet(2, 1))
		if _, err := s.SetStatus(t.Context(), o.ID, c.from, "", 0); err != nil {
			t.Fatal(err)
		}
		before := s.count(t, `select count(*) from events`)
		after, err := s.Cancel(t.Context(), o.ID, "", 0, c.admin)
		switch {
		case c.code == "" && (err != nil || after.Status != orders.Cancelled || after.StockState != "released"):
			t.Errorf("from %s (admin %v): %+v, %v", c.from, c.admin, after, err)
		case c.code != "" && (!fault.Is(err, c.code) || fault.Of(err).Kind != fault.Conflict || s.count(t, `select count(*) from events`) != before):
			t.Errorf("from %s (admin %v): %v, want %s and no event", c.from, c.admin, err, c.code)
		}
		// What is not cancelled keeps its piece; give it back for the next case.
		if _, err := s.SetStatus(t.Context(), o.ID, orders.Cancelled, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.count(t, `select stock * 100 + reserved from products where id = 2`); n != 1000 {
		t.Errorf("stock and reserved = %d, want 10 and 0", n)
	}
	if _, err := s.Cancel(t.Context(), 1, strings.Repeat("x", 1001), 0, true); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("long notes: %v", err)
	}
}

func TestWhatTheSagaAsksTooLateOrTooEarlyDoesNothing(t *testing.T) {
	t.Parallel()
	c := newClock(noon)
	s := newShopAt(t, orders.Config{Hold: time.Hour}, c.now)
	o := s.must(t, bouquet(1, 1))
	events := func() int { return s.count(t, `select count(*) from events`) }
	quiet := func(what string, err error, want int) {
		t.Helper()
		if err != nil || events() != want {
			t.Errorf("%s: %v, %d events; want %d", what, err, events(), want)
		}
	}
	quiet("confirm unpaid", s.Confirm(t.Context(), o.ID), 1)
	quiet("expire before its end", s.Expire(t.Context(), o.ID), 1)
	if _, err := s.pool.Exec(t.Context(), `update orders set hold_until = null where id = $1`, o.ID); err != nil { // a proof was submitted
		t.Fatal(err)
	}
	c.set(noon.Add(2 * time.Hour))
	quiet("expire after a proof", s.Expire(t.Context(), o.ID), 1)
	if _, err := s.pool.Exec(t.Context(), `update orders set paid_usd = total_amount_usd where id = $1`, o.ID); err != nil {
		t.Fatal(err)
	}
	quiet("confirm", s.Confirm(t.Context(), o.ID), 2)
	quiet("confirm again", s.Confirm(t.Context(), o.ID), 2)
	quiet("expire a verified one", s.Expire(t.Context(), o.ID), 2)
	quiet("release", s.Release(t.Context(), o.ID, "no se pudo"), 3)
	quiet("release again", s.Release(t.Context(), o.ID, "no se pudo"), 3)
	other := s.must(t, bouquet(1, 1))
	c.set(c.now().Add(time.Hour)) // exactly its end
	quiet("expire", s.Expire(t.Context(), other.ID), 5)
	quiet("expire again", s.Expire(t.Context(), other.ID), 5)
	if err := s.Expire(t.Context(), 1<<30); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("expire nothing: %v", err)
	}
	if n := s.count(t, `select stock * 100 + reserved from products where id = 1`); n != 1000 {
		t.Errorf("stock and reserved = %d, want 10 and 0", n)
	}
	caused := s.count(t, `select count(*) from events e join events c on c.id = e.causation and c.stream = e.stream
		where c.version = e.version - 1 and e.correlation = c.correlation and e.actor = 'saga:' || e.stream`)
	if caused != 3 {
		t.Errorf("%d steps of sagas name the event that led to them, want 3", caused)
	}
}

func TestTwentyStatusChangesAtOnceEachSeeTheOneBefore(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	o := s.must(t, tomorrow(1))
	errs := race(20, func(i int) error {
		_, err := s.SetStatus(t.Context(), o.ID, orders.Statuses[i%6], fmt.Sprint("n", i), 0)
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	history, err := s.History(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := s.log.Stream(t.Context(), s.pool, fmt.Sprint("order-", o.ID))
	if err != nil || len(stream) != len(history) {
		t.Fatalf("%d events for %d rows of history, %v", len(stream), len(history), err)
	}
	at := orders.Pending
	for _, e := range stream[1:] {
		d := e.Payload.(*orders.StatusChanged)
		if d.From != at || d.To == at || strings.Count(d.Notes, "n") > 1+strings.Count(d.Notes, "camino")*20 {
			t.Errorf("version %d: from %s to %s after %s: %q", e.Version, d.From, d.To, at, d.Notes)
		}
		at = d.To
	}
	now, err := s.Order(t.Context(), o.ID)
	if err != nil || now.Status != at || now.Version != len(stream) {
		t.Errorf("order is %s of version %d, %v; want %s of %d", now.Status, now.Version, err, at, len(stream))
	}
	s.adds(t)
}

func TestCancellingAndPlacingTakeTheirLocksInOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	var placed []int
	for range 2 { // a slot takes five
		placed = append(placed, s.must(t, tomorrow(1)).ID)
	}
	for range 40 { // all of one product and one slot: whoever has one of them waits for the other
		fresh := make([]int, len(placed))
		errs := race(2*len(placed), func(i int) error {
			if i < len(placed) {
				_, err := s.SetStatus(t.Context(), placed[i], orders.Cancelled, "", 0)
				return err
			}
			r, err := s.Place(t.Context(), tomorrow(1))
			fresh[i-len(placed)] = r.ID
			return err
		})
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		placed = fresh
	}
	if n := s.count(t, `select deadlocks from pg_stat_database where datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
	s.adds(t)
}

func TestCancelAgainstConfirmHasOneWinner(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	for range 8 {
		o := s.must(t, tomorrow(1))
		if _, err := s.pool.Exec(t.Context(), `update orders set paid_usd = total_amount_usd where id = $1`, o.ID); err != nil {
			t.Fatal(err)
		}
		errs := race(2, func(i int) error {
			if i == 0 {
				return s.Confirm(t.Context(), o.ID)
			}
			_, err := s.Cancel(t.Context(), o.ID, "", 0, false)
			return err
		})
		now, err := s.Order(t.Context(), o.ID)
		if err != nil || errs[0] != nil {
			t.Fatal(err, errs[0])
		}
		confirmed := now.Status == orders.Verified && now.StockState == "sold" && fault.Is(errs[1], "invalid_transition")
		cancelled := now.Status == orders.Cancelled && now.StockState == "released" && errs[1] == nil
		if !confirmed && !cancelled || now.Version != 2 {
			t.Errorf("order is %s, %s, version %d; cancel said %v", now.Status, now.StockState, now.Version, errs[1])
		}
		if _, err := s.SetStatus(t.Context(), o.ID, orders.Cancelled, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	s.adds(t)
}

func TestAgreeSettlesAndMovesTheDay(t *testing.T) {
	t.Parallel()
	s := newShopAt(t, orders.Config{Hold: 96 * time.Hour}, newClock(noon).now)
	o := s.must(t, bouquet(1, 1))
	monday, thursday := delivery.CapacityKey{Day: "2026-05-11", Slot: 2, Zone: 1}, delivery.CapacityKey{Day: "2026-05-14", Slot: 5, Zone: 1}
	places := func() string {
		return fmt.Sprint(s.count(t, `select coalesce(sum(reserved), 0)::int from delivery_capacity where slot_id = 2`),
			s.count(t, `select coalesce(sum(reserved), 0)::int from delivery_capacity where slot_id = 5`))
	}
	for _, c := range []struct {
		key    delivery.CapacityKey
		places string
		hold   time.Time
		events int
	}{{thursday, "0 1", time.Date(2026, 5, 14, 12, 0, 0, 0, time.UTC), 2}, {thursday, "0 1", time.Date(2026, 5, 14, 12, 0, 0, 0, time.UTC), 2},
		{monday, "1 0", time.Date(2026, 5, 11, 12, 0, 0, 0, time.UTC), 3}, {thursday, "0 1", time.Date(2026, 5, 11, 12, 0, 0, 0, time.UTC), 4}} {
		got, err := s.Agree(t.Context(), o.ID, c.key, 0)
		if err != nil || got.Day != c.key.Day || got.Slot != c.key.Slot || got.TimeSlot != "09:00-12:00" || !got.HoldUntil.Equal(c.hold) {
			t.Errorf("agree on %v: %+v, %v; want a hold until %v", c.key, got, err, c.hold)
		}
		if places() != c.places || s.count(t, `select count(*) from events`) != c.events {
			t.Errorf("agree on %v: places %s, %d events; want %s, %d", c.key, places(), s.count(t, `select count(*) from events`), c.places, c.events)
		}
	}
	for _, key := range []delivery.CapacityKey{{}, {Day: "garbage", Slot: 2, Zone: 1}, {Day: "2026-05-11", Slot: 99, Zone: 1}, {Day: "2026-05-11", Slot: 2, Zone: 99},
		{Day: "2026-05-10", Slot: 1, Zone: 1}, {Day: "2026-05-11", Slot: 1 << 40, Zone: 1}, {Day: "2026-05-11", Slot: 2, Zone: 1 << 40}} {
		if _, err := s.Agree(t.Context(), o.ID, key, 0); fault.Of(err).Kind == fault.Internal {
			t.Errorf("agree on %+v: %v, want a fault of the caller", key, err)
		}
	}
	for i := range 5 {
		s.must(t, on(i+2, monday.Day))
	}
	if _, err := s.Agree(t.Context(), o.ID, monday, 0); !fault.Is(err, "slot_full") || places() != "5 1" {
		t.Errorf("agree on a full slot: %v, places %s; want slot_full and the old place kept", err, places())
	}
	if _, err := s.Cancel(t.Context(), o.ID, "", 0, true); err != nil || places() != "5 0" {
		t.Errorf("cancel: %v, places %s", err, places())
	}
	if _, err := s.Agree(t.Context(), o.ID, thursday, 0); !fault.Is(err, "invalid_transition") {
		t.Errorf("agree on a closed order: %v", err)
	}
	s.adds(t)
}

// adds checks stock, reservations and places against ledger, orders and items: the invariants that any order of changes keeps.
func (s *shop) adds(t fataler) {
	t.Helper()
	for what, sql := range map[string]string{
		"stock is not the ledger's": `select count(*) from products p where stock <> (select coalesce(sum(case kind when 'received' then quantity
			when 'corrected' then quantity when 'released' then quantity when 'returned' then quantity when 'sold' then 0 else -quantity end), 0)
			from stock_ledger l where l.product_id = p.id)`,
		"reserved is not what open orders hold": `select count(*) from products p where reserved <> (select coalesce(sum(i.quantity), 0)
			from order_items i join orders o on o.id = i.order_id where i.product_id = p.id and o.stock_state = 'reserved')`,
		"places are not those of orders": `select count(*) from delivery_capacity c where reserved <> (select count(*) from orders o
			where (o.delivery_date, o.slot_id, o.zone_id) = (c.day, c.slot_id, c.zone_id) and o.status <> 'cancelled')`,
		"an order's pieces are not where its status says": `select count(*) from orders where (status = 'cancelled') <> (stock_state = 'released')
			or stock_state = 'reserved' and status <> 'pending' or hold_until is not null and status <> 'pending'`,
		"a version is not the stream's": `select count(*) from orders o where version <> (select count(*) from events where stream = 'order-' || o.id)
			or version <> (select max(version) from events where stream = 'order-' || o.id)`,
		"a total does not add up": `select count(*) from orders o where total_amount_usd <> delivery_cost_usd
			+ (select sum(subtotal_usd) from order_items where order_id = o.id)`,
	} {
		var n int
		if err := s.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != 0 {
			t.Errorf("%s: %d rows", what, n)
		}
	}
}
