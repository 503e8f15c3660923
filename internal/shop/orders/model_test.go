package orders_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
)

// fataler is a test, or a step of one under rapid.
type fataler interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// modelOrder is what the model knows of an order.
type modelOrder struct {
	id, product, pieces int
	status              orders.Status
	state               string // of its pieces
	day                 delivery.Day
	hold                time.Time // zero: none
}

// model is the shop in plain numbers: three products of ten pieces, two days of three places.
type model struct {
	stock, reserved map[int]int
	places          map[delivery.Day]int
	orders          []*modelOrder
}

var modelDays = []delivery.Day{"2026-05-11", "2026-05-12"}

const modelPlaces = 3

// TestOrdersFollowTheirModel runs random commands on a few orders of few products and places.
func TestOrdersFollowTheirModel(t *testing.T) {
	t.Parallel()
	c := newClock(noon)
	s := newShopAt(t, orders.Config{Committers: 1, Hold: time.Hour}, c.now)
	if _, err := s.pool.Exec(t.Context(), `update slot_zones set capacity = $1`, modelPlaces); err != nil {
		t.Fatal(err)
	}
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		for _, sql := range []string{`truncate events, delivery_capacity, stock_ledger`, `delete from sagas`, `delete from order_status_history`,
			`delete from order_items`, `delete from orders`,
			`update products set stock = 10, reserved = 0`,
			`insert into stock_ledger select gen_random_uuid(), 1, n, 'received', 10, null, now() from generate_series(1, 10) n`} {
			if _, err := s.pool.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		c.set(noon)
		m := &model{stock: map[int]int{1: 10, 2: 10, 3: 10}, reserved: map[int]int{}, places: map[delivery.Day]int{}}
		pick := func(t *rapid.T) *modelOrder {
			if len(m.orders) == 0 {
				return nil
			}
			return m.orders[rapid.IntRange(0, len(m.orders)-1).Draw(t, "order")]
		}
		t.Repeat(map[string]func(*rapid.T){
			"place": func(t *rapid.T) { m.place(t, s, c.now()) },
			"set status": func(t *rapid.T) {
				if o := pick(t); o != nil {
					m.setStatus(t, s, c.now(), o, rapid.SampledFrom(orders.Statuses[:]).Draw(t, "status"))
				}
			},
			"agree": func(t *rapid.T) {
				if o := pick(t); o != nil {
					m.agree(t, s, o, rapid.SampledFrom(modelDays).Draw(t, "day"))
				}
			},
			"expire": func(t *rapid.T) {
				o := pick(t)
				if o == nil {
					return
				}
				if err := s.Expire(t.Context(), o.id); err != nil {
					t.Fatal(err)
				}
				if o.status == orders.Pending && !o.hold.IsZero() && !c.now().Before(o.hold) {
					m.move(o, orders.Cancelled)
				}
			},
			"wait": func(*rapid.T) { c.set(c.now().Add(25 * time.Minute)) },
			"":     func(t *rapid.T) { m.same(t, s) },
		})
		s.adds(t)
		if runs++; runs%10 == 1 {
			s.replays(t)
		}
	})
}

func (m *model) place(t *rapid.T, s *shop, now time.Time) {
	o := &modelOrder{product: rapid.IntRange(1, 3).Draw(t, "product"), pieces: rapid.IntRange(1, 4).Draw(t, "pieces"),
		status: orders.Pending, state: "reserved", hold: now.Add(time.Hour)}
	p := bouquet(o.product, o.pieces)
	if rapid.Bool().Draw(t, "dated") {
		o.day = rapid.SampledFrom(modelDays).Draw(t, "day")
		p = on(o.product, o.day)
		p.Lines[0].Quantity = o.pieces
	}
	if rapid.Bool().Draw(t, "cash") {
		p.PaymentMethod, o.hold = "cash", time.Time{}
	}
	r, err := s.Place(t.Context(), p)
	switch {
	case o.pieces > m.stock[o.product]:
		want(t, err, "insufficient_stock")
	case o.day != "" && m.places[o.day] == modelPlaces:
		want(t, err, "slot_full")
	default:
		want(t, err, "")
		o.id = r.ID
		m.stock[o.product] -= o.pieces
		m.reserved[o.product] += o.pieces
		if o.day != "" {
			m.places[o.day]++
		}
		m.orders = append(m.orders, o)
	}
}

func want(t *rapid.T, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		t.Fatalf("error = %v, want %q", err, code)
	}
}

func (m *model) setStatus(t *rapid.T, s *shop, now time.Time, o *modelOrder, to orders.Status) {
	_, err := s.SetStatus(t.Context(), o.id, to, "", 0)
	if o.status == orders.Cancelled && to != orders.Cancelled {
		if o.day != "" && m.places[o.day] == modelPlaces {
			want(t, err, "slot_full")
			return
		}
		if o.pieces > m.stock[o.product] {
			want(t, err, "insufficient_stock")
			return
		}
	}
	want(t, err, "")
	if o.status == to {
		return
	}
	back, err := s.Order(t.Context(), o.id)
	if err != nil {
		t.Fatal(err)
	}
	reopened := o.status == orders.Cancelled && to == orders.Pending
	m.move(o, to)
	if reopened && back.PaymentMethod != "cash" {
		o.hold = now.Add(time.Hour)
	}
}

// move is a change of status with all that goes with it.
func (m *model) move(o *modelOrder, to orders.Status) {
	if o.state == "reserved" && to != orders.Pending {
		m.reserved[o.product] -= o.pieces
	}
	switch {
	case to == orders.Cancelled:
		m.stock[o.product] += o.pieces
		o.state = "released"
		if o.day != "" {
			m.places[o.day]--
		}
	case o.status == orders.Cancelled:
		m.stock[o.product] -= o.pieces
		if o.state = "sold"; to == orders.Pending {
			o.state = "reserved"
			m.reserved[o.product] += o.pieces
		}
		if o.day != "" {
			m.places[o.day]++
		}
	case to != orders.Pending:
		o.state = "sold"
	}
	if o.status = to; to != orders.Pending {
		o.hold = time.Time{}
	}
}

func (m *model) agree(t *rapid.T, s *shop, o *modelOrder, day delivery.Day) {
	_, err := s.Agree(t.Context(), o.id, delivery.CapacityKey{Day: day, Slot: int(day.Weekday()) + 1, Zone: 1}, 0)
	switch {
	case o.status.Final():
		want(t, err, "invalid_transition")
	case o.day == day:
		want(t, err, "")
	case m.places[day] == modelPlaces:
		want(t, err, "slot_full")
	default:
		want(t, err, "")
		if o.day != "" {
			m.places[o.day]--
		}
		m.places[day]++
		o.day = day
	}
}

// same compares the tables with the model.
func (m *model) same(t *rapid.T, s *shop) {
	var got, expected string
	if err := s.pool.QueryRow(t.Context(), `
		select (select string_agg(format('%s:%s/%s', id, stock, reserved), ' ' order by id) from products where id <= 3) || ' | '
			|| (select coalesce(sum(reserved) filter (where day = '2026-05-11'), 0) || ' ' || coalesce(sum(reserved) filter (where day = '2026-05-12'), 0)
				from delivery_capacity) || ' | '
			|| coalesce((select string_agg(format('%s %s %s', status, stock_state, coalesce(hold_until::text, '')), ', ' order by id) from orders), '')`).
		Scan(&got); err != nil {
		t.Fatal(err)
	}
	expected = fmt.Sprintf("1:%d/%d 2:%d/%d 3:%d/%d | %d %d | ", m.stock[1], m.reserved[1], m.stock[2], m.reserved[2], m.stock[3], m.reserved[3],
		m.places[modelDays[0]], m.places[modelDays[1]])
	for i, o := range m.orders {
		if i > 0 {
			expected += ", "
		}
		hold := ""
		if !o.hold.IsZero() {
			hold = o.hold.In(delivery.Location()).Format("2006-01-02 15:04:05-07")
		}
		expected += fmt.Sprintf("%s %s %s", o.status, o.state, hold)
	}
	if got != expected {
		t.Fatalf("tables: %s\nmodel:  %s", got, expected)
	}
}

// replays rebuilds what orders change from the log, all at once and event by event, and compares it with the live tables.
func (s *shop) replays(t fataler) {
	t.Helper()
	tables := map[string]string{"orders": "*", "order_items": "*", "order_status_history": "*", "delivery_capacity": "*", "products": "id, stock, reserved"}
	done := errors.New("rolled back")
	for _, size := range []int{1, 1000} {
		err := s.db.InTx(t.Context(), postgres.General, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `create schema scratch`); err != nil {
				return err
			}
			for table := range tables {
				if _, err := tx.Exec(ctx, `create table scratch.`+table+` (like public.`+table+` including all)`); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `create table scratch.stock_ledger (like public.stock_ledger including all);
				insert into scratch.products select * from public.products; update scratch.products set stock = 10, reserved = 0;
				set local search_path = scratch, public`); err != nil {
				return err
			}
			if err := s.log.Scan(ctx, tx, 0, size, func(events []*event.Recorded) error {
				b := &pgx.Batch{}
				s.log.Registry().Apply(b, events)
				return tx.SendBatch(ctx, b).Close()
			}); err != nil {
				return fmt.Errorf("in batches of %d: %w", size, err)
			}
			for table, columns := range tables {
				var n int
				if err := tx.QueryRow(ctx, fmt.Sprintf(`select count(*) from ((select %[1]s from public.%[2]s except all select %[1]s from scratch.%[2]s)
					union all (select %[1]s from scratch.%[2]s except all select %[1]s from public.%[2]s)) d`, columns, table)).Scan(&n); err != nil {
					return err
				}
				if n != 0 {
					t.Errorf("replay in batches of %d: %s differs in %d rows", size, table, n)
				}
			}
			return done
		})
		if !errors.Is(err, done) {
			t.Fatal(err)
		}
	}
}
