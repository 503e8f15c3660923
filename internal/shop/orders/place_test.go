package orders_test

import (
	"fmt"
	"testing"

	"floresya/internal/fault"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/orders"
)

func TestPlacedOrderIsWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	receipt, err := s.Place(t.Context(), tomorrow(3))
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.ByToken(t.Context(), receipt.Token)
	if err != nil {
		t.Fatal(err)
	}
	if o.ID != receipt.ID || o.TotalUSD != 13_00 || o.TotalVES != 520_00 || o.Rate != 40_000_000 || o.TimeSlot != "09:00-12:00" {
		t.Errorf("order = %+v", o)
	}
	if o.HoldUntil == nil || len(o.Items) != 1 || o.Items[0].SubtotalVES != 400_00 {
		t.Errorf("hold = %v, items = %+v", o.HoldUntil, o.Items)
	}
	for what, sql := range map[string]string{
		"event":    `select count(*) from events where stream = 'order-' || $1::int and version = 1 and type = 'orders.placed'`,
		"saga":     `select count(*) from sagas where order_id = $1`,
		"history":  `select count(*) from order_status_history where order_id = $1 and old_status is null`,
		"stock":    `select count(*) from products where id = 3 and stock = 9 and reserved = 1 and $1 > 0`,
		"ledger":   `select count(*) from stock_ledger where order_id = $1 and kind = 'reserved' and quantity = 1`,
		"capacity": `select count(*) from delivery_capacity where capacity = 5 and reserved = 1 and $1 > 0`,
	} {
		if n := s.count(t, sql, receipt.ID); n != 1 {
			t.Errorf("%s: %d rows, want 1", what, n)
		}
	}
	if n := s.count(t, `select count(*) from events where data::text ilike '%ana@example%' or data::text like '%Pérez%'`); n != 0 {
		t.Error("the event log holds personal data")
	}
}

func TestLastPiecesAreSoldOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{BatchSize: 4})
	if _, err := s.Place(t.Context(), bouquet(1, 5)); err != nil { // 5 are left
		t.Fatal(err)
	}
	errs := race(20, func(int) error {
		_, err := s.Place(t.Context(), bouquet(1, 1))
		return err
	})
	if won := wins(t, errs, "insufficient_stock"); won != 5 {
		t.Errorf("%d orders won, want 5", won)
	}
	if n := s.count(t, `select stock from products where id = 1`); n != 0 {
		t.Errorf("stock = %d, want 0", n)
	}
}

func TestLastPlacesOfASlotAreSoldOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{BatchSize: 4})
	errs := race(20, func(i int) error {
		_, err := s.Place(t.Context(), tomorrow(i%10+1))
		return err
	})
	if won := wins(t, errs, "slot_full"); won != 5 {
		t.Errorf("%d orders won, want 5", won)
	}
	if n := s.count(t, `select reserved from delivery_capacity`); n != 5 {
		t.Errorf("reserved = %d, want 5", n)
	}
}

func TestOneKeyPlacesOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{BatchSize: 8})
	key := idempotency.Key{Scope: "new", Route: "POST /api/orders", Key: "k-1", Fingerprint: []byte("a"), Alias: "guest:1"}
	ids := make([]int, 50)
	errs := race(50, func(i int) error {
		r, err := s.Place(idempotency.WithKey(t.Context(), key), bouquet(2, 1))
		ids[i] = r.ID
		return err
	})
	for i, err := range errs {
		if err != nil || ids[i] != ids[0] {
			t.Errorf("call %d: order %d, error %v; want order %d", i, ids[i], err, ids[0])
		}
	}
	if n := s.count(t, `select count(*) from orders`); n != 1 {
		t.Errorf("%d orders, want 1", n)
	}
	if n := s.count(t, `select count(*) from idempotency_keys where answer = jsonb_build_object('order', $1::int)`, ids[0]); n != 2 {
		t.Errorf("%d keys answer with the order, want the caller's and the guest's", n)
	}
	other := key
	other.Fingerprint = []byte("b")
	if _, err := s.Place(idempotency.WithKey(t.Context(), other), bouquet(2, 2)); !fault.Is(err, "idempotency_key_reused") {
		t.Errorf("another request under the key: %v", err)
	}
	guest := key
	guest.Scope, guest.Alias = "guest:1", ""
	r, err := s.Place(idempotency.WithKey(t.Context(), guest), bouquet(2, 1))
	if err != nil || r.ID != ids[0] || !r.Repeated {
		t.Errorf("the guest's repeat: %+v, %v; want order %d", r, err, ids[0])
	}
}

func TestARefusedOrderLeavesNoKey(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	key := idempotency.Key{Scope: "guest:1", Route: "POST /api/orders", Key: "k", Fingerprint: []byte("a")}
	ctx := idempotency.WithKey(t.Context(), key)
	if _, err := s.Place(ctx, bouquet(1, 11)); !fault.Is(err, "insufficient_stock") {
		t.Fatalf("error = %v, want insufficient_stock", err)
	}
	if n := s.count(t, `select count(*) from idempotency_keys`); n != 0 {
		t.Errorf("%d keys, want 0", n)
	}
	key.Fingerprint = []byte("b")
	if _, err := s.Place(idempotency.WithKey(t.Context(), key), bouquet(1, 10)); err != nil {
		t.Errorf("a corrected request under the key: %v", err)
	}
}

func TestCancelGivesEverythingBackAndTakesItAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, orders.Config{})
	r, err := s.Place(t.Context(), tomorrow(4))
	if err != nil {
		t.Fatal(err)
	}
	held := func() string {
		return fmt.Sprint(s.count(t, `select stock from products where id = 4`), s.count(t, `select reserved from products where id = 4`),
			s.count(t, `select reserved from delivery_capacity`))
	}
	for _, want := range []struct {
		to   orders.Status
		held string
	}{{orders.Cancelled, "10 0 0"}, {orders.Pending, "9 1 1"}, {orders.Verified, "9 0 1"}, {orders.Shipped, "9 0 1"},
		{orders.Cancelled, "10 0 0"}, {orders.Preparing, "9 0 1"}} {
		if _, err := s.SetStatus(t.Context(), r.ID, want.to, "", 0); err != nil {
			t.Fatalf("to %s: %v", want.to, err)
		}
		if got := held(); got != want.held {
			t.Errorf("after %s: stock, reserved, places = %s, want %s", want.to, got, want.held)
		}
	}
	if n := s.count(t, `select sum(case kind when 'received' then quantity when 'released' then quantity when 'returned' then quantity
		when 'reserved' then -quantity else 0 end)::int from stock_ledger where product_id = 4`); n != 9 {
		t.Errorf("ledger says %d available, want 9", n)
	}
}
