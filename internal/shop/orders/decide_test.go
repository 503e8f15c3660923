package orders

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
)

// shelfWorld is a world without a calendar: products 1 ($10.00, 5 pieces), 2 ($45.99, 1 piece), 3 (inactive), 4 (sold out),
// 5 ($9,999.00), 6 ($0.40); the rate is 36.5 and a delivery costs $7.
func shelfWorld() *world {
	return &world{now: time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC), rate: 36_500000, deliveryCost: 7_00, hold: 24 * time.Hour,
		products: map[int]*shelf{
			1: {Name: "Rosas", Summary: "Doce rosas", Price: 10_00, Stock: 5, Active: true}, 2: {Name: "Lirios", Price: 45_99, Stock: 1, Active: true},
			3: {Name: "Tulipanes", Price: 10_00, Stock: 5}, 4: {Name: "Girasoles", Price: 10_00, Active: true},
			5: {Name: "Boda", Price: 9_999_00, Stock: 9, Active: true}, 6: {Name: "Lazo", Price: 40, Stock: 99, Active: true}}}
}

// asks is an intake of lines {product, quantity}.
func asks(lines ...[2]int) *intake {
	in := &intake{id: 9, items: make([]int, len(lines))}
	for _, l := range lines {
		in.Lines = append(in.Lines, Line{ProductID: l[0], Quantity: l[1]})
	}
	return in
}

func TestRefusedOrders(t *testing.T) {
	t.Parallel()
	stated := func(in *intake, unit, total *money.USD) *intake {
		in.Lines[0].StatedUnit, in.StatedTotal = unit, total
		return in
	}
	for what, c := range map[string]struct {
		in   *intake
		kind fault.Kind
		code string
		msg  string
	}{
		"unknown product":   {asks([2]int{1, 1}, [2]int{7, 1}), fault.NotFound, "not_found", "El producto 7 no existe (product not found)"},
		"inactive product":  {asks([2]int{3, 1}), fault.Invalid, "invalid", "Tulipanes ya no está a la venta"},
		"sold out":          {asks([2]int{4, 2}), fault.Conflict, "insufficient_stock", "Girasoles se agotó; pediste 2."},
		"one left":          {asks([2]int{2, 2}), fault.Conflict, "insufficient_stock", "Solo queda 1 unidad de Lirios; pediste 2."},
		"too few":           {asks([2]int{1, 6}), fault.Conflict, "insufficient_stock", "Solo quedan 5 unidades de Rosas; pediste 6."},
		"summed duplicates": {asks([2]int{1, 3}, [2]int{1, 3}), fault.Conflict, "insufficient_stock", "Solo quedan 5 unidades de Rosas; pediste 6."},
		"price went up":     {stated(asks([2]int{1, 1}), usd(9_98), nil), fault.Conflict, "price_changed", "El precio de Rosas cambió: ahora es $10.00. Revisa tu pedido."},
		"price went down":   {stated(asks([2]int{1, 1}), usd(10_02), nil), fault.Conflict, "price_changed", "El precio de Rosas cambió: ahora es $10.00. Revisa tu pedido."},
		"total of nothing":  {stated(asks([2]int{1, 1}), nil, usd(12_00)), fault.Invalid, "invalid", "El total no coincide: los productos suman $10.00 y el envío $7.00, en total $17.00"},
		"two cents short":   {stated(asks([2]int{1, 1}), nil, usd(16_98)), fault.Invalid, "invalid", "El total no coincide: los productos suman $10.00 y el envío $7.00, en total $17.00"},
		"beyond the most":   {asks([2]int{5, 1}), fault.Invalid, "invalid", "Monto total no puede exceder $10000"},
	} {
		w := shelfWorld()
		placed, err := w.place(c.in)
		f := fault.Of(err)
		if placed != nil || f.Kind != c.kind || f.Code != c.code || f.Msg != c.msg {
			t.Errorf("%s: %v, %v; want %v %s %q", what, placed, err, c.kind, c.code, c.msg)
		}
		for id, s := range shelfWorld().products {
			if w.products[id].Stock != s.Stock {
				t.Errorf("%s: the refused order took pieces of %d", what, id)
			}
		}
	}
	if f := fault.Of(second(shelfWorld().place(asks([2]int{1, 6})))); f.Facts["product_id"] != 1 || f.Facts["requested"] != 6 || f.Facts["available"] != 5 {
		t.Errorf("facts = %v", f.Facts)
	}
	cheap := asks([2]int{6, 2})
	cheap.Method = ByPickup
	if _, err := shelfWorld().place(cheap); fault.Of(err).Msg != "Monto total debe ser al menos $1" {
		t.Errorf("80 cents: %v", err)
	}
}

func second(_ *Placed, err error) error { return err }

// TestTheDifferenceTellsTheMethod: legacy clients send only a total.
func TestTheDifferenceTellsTheMethod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method string
		total  *money.USD
		want   string
		sum    money.USD
	}{
		{"", usd(20_00), ByPickup, 20_00}, {"", usd(19_99), ByPickup, 20_00}, {"", usd(20_01), ByPickup, 20_00},
		{"", usd(27_00), ByDelivery, 27_00}, {"", usd(26_99), ByDelivery, 27_00}, {"", usd(27_01), ByDelivery, 27_00},
		{"", nil, ByDelivery, 27_00}, {ByPickup, nil, ByPickup, 20_00}, {ByDelivery, nil, ByDelivery, 27_00},
		{ByPickup, usd(20_00), ByPickup, 20_00}, {ByDelivery, usd(27_00), ByDelivery, 27_00},
		{ByDelivery, usd(20_00), "", 0}, {ByPickup, usd(27_00), "", 0},
	} {
		in := asks([2]int{1, 2})
		in.Method, in.StatedTotal = c.method, c.total
		p, err := shelfWorld().place(in)
		if c.want == "" {
			if f := fault.Of(err); f.Kind != fault.Invalid || f.Fields[0].Path != "total_amount_usd" {
				t.Errorf("%q with total %v: %v, want a wrong total", c.method, *c.total, err)
			}
		} else if err != nil || p.Method != c.want || p.TotalUSD != c.sum {
			t.Errorf("%+v: %+v, %v", c, p, err)
		}
	}
}

func TestAcceptedOrdersTakeTheirPieces(t *testing.T) {
	t.Parallel()
	w := shelfWorld()
	if _, err := w.place(asks([2]int{1, 2}, [2]int{1, 1})); err != nil || w.products[1].Stock != 2 {
		t.Fatalf("%v, %d left; want 2", err, w.products[1].Stock)
	}
	if _, err := w.place(asks([2]int{1, 3})); !fault.Is(err, "insufficient_stock") {
		t.Errorf("the next of the same transaction: %v, want insufficient_stock", err)
	}
	if _, err := w.place(asks([2]int{1, 2})); err != nil || w.products[1].Stock != 0 {
		t.Errorf("what is left: %v, %d", err, w.products[1].Stock)
	}
}

func TestAnOrderIsPaidInAWayTheShopTakes(t *testing.T) {
	t.Parallel()
	w := shelfWorld()
	w.methods = []string{"zelle", "cash"}
	for method, taken := range map[string]bool{"": true, "cash": true, "zelle": true, "card": false, "barter": false} {
		in := asks([2]int{1, 1})
		in.PaymentMethod = method
		if _, err := w.place(in); taken != (err == nil) || !taken && fault.Of(err).Fields[0].Path != "payment_method" {
			t.Errorf("%q: %v", method, err)
		}
	}
}

func TestASummaryComesFromTheShelfOnly(t *testing.T) {
	t.Parallel()
	in := asks([2]int{1, 1}, [2]int{2, 1})
	in.Lines[0].Summary, in.Lines[1].Summary = "de la página", "de la página"
	p, err := shelfWorld().place(in)
	if err != nil || p.Lines[0].Summary != "Doce rosas" || p.Lines[1].Summary != "" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestAHoldEndsWithItsSettingOrItsSlot(t *testing.T) {
	t.Parallel()
	w := shelfWorld()
	at := func(d time.Duration) time.Time { return w.now.Add(d) }
	for _, c := range []struct {
		method string
		closes time.Time
		want   time.Time // zero: none
	}{
		{"", time.Time{}, at(24 * time.Hour)}, {"zelle", time.Time{}, at(24 * time.Hour)}, {"zelle", at(time.Hour), at(time.Hour)},
		{"zelle", at(48 * time.Hour), at(24 * time.Hour)}, {"cash", time.Time{}, time.Time{}}, {"cash", at(time.Hour), time.Time{}},
	} {
		got := w.holdUntil(c.method, c.closes)
		if (got == nil) != c.want.IsZero() || got != nil && !got.Equal(c.want) {
			t.Errorf("%q closing at %v: %v, want %v", c.method, c.closes, got, c.want)
		}
	}
	for value, want := range map[string]time.Duration{"": time.Minute, "2": 2 * time.Hour, "0.5": 30 * time.Minute, "0": time.Minute, "-1": time.Minute,
		"NaN": time.Minute, "Inf": time.Minute, "8760": 8760 * time.Hour, "8761": time.Minute, "dos": time.Minute} {
		if got := holdOf(value, time.Minute); got != want {
			t.Errorf("setting %q: %v, want %v", value, got, want)
		}
	}
}

// TestBolivaresAreRoundedOnceEach compares every amount of an order with its own dollars through math/big.
func TestBolivaresAreRoundedOnceEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := shelfWorld()
		w.rate = money.Rate(rapid.Int64Range(1, 2_000_000000).Draw(t, "rate"))
		w.deliveryCost = money.USD(rapid.Int64Range(0, 50_00).Draw(t, "fee"))
		in := asks()
		sum := w.deliveryCost
		for id := 1; id <= rapid.IntRange(1, 6).Draw(t, "lines"); id++ {
			w.products[id] = &shelf{Name: "x", Price: money.USD(rapid.Int64Range(1, 15_00).Draw(t, "price")), Stock: 100, Active: true}
			n := rapid.IntRange(1, 100).Draw(t, "quantity")
			in.Lines, in.items = append(in.Lines, Line{ProductID: id, Quantity: n}), append(in.items, id)
			sum += w.products[id].Price * money.USD(n)
		}
		p, err := w.place(in)
		if sum < minTotal || sum > maxTotal {
			if fault.Of(err).Kind != fault.Invalid || !strings.HasPrefix(fault.Of(err).Msg, "Monto total") {
				t.Fatalf("total %v: %v, want it refused", sum, err)
			}
			return
		}
		if err != nil || p.TotalUSD != sum || p.Rate != w.rate {
			t.Fatalf("%+v, %v; want a total of %v", p, err, sum)
		}
		whole := func(ves money.VES, usd money.USD) {
			twice := new(big.Int).Mul(big.NewInt(2*int64(usd)), big.NewInt(int64(w.rate)))
			want := twice.Add(twice, big.NewInt(100_000_000))
			want.Quo(want, big.NewInt(200_000_000))
			if int64(ves)%100 != 0 || int64(ves)/100 != want.Int64() {
				t.Fatalf("%v at %v is %v, want %v", usd, w.rate, ves, want)
			}
		}
		whole(p.TotalVES, p.TotalUSD)
		whole(p.DeliveryCostVES, p.DeliveryCostUSD)
		for _, l := range p.Lines {
			whole(l.UnitVES, l.UnitUSD)
			whole(l.SubtotalVES, l.SubtotalUSD)
		}
	})
}

func TestWithoutARateThereAreNoBolivares(t *testing.T) {
	t.Parallel()
	w := shelfWorld()
	w.rate = 0
	if p, err := w.place(asks([2]int{1, 1})); err != nil || p.TotalVES != 0 || p.Rate != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestStockStepsKeepTheLedgerWhole: from wherever the pieces are to where they belong in a status.
func TestStockStepsKeepTheLedgerWhole(t *testing.T) {
	t.Parallel()
	after := map[string]string{"released": stockReleased, "returned": stockReleased, "reserved": stockReserved, "sold": stockSold}
	for _, state := range []string{stockReserved, stockSold, stockReleased} {
		for _, status := range Statuses {
			end := state
			for _, kind := range stockSteps(state, status) {
				end = after[kind]
			}
			switch {
			case status == Cancelled && end != stockReleased, status != Cancelled && end == stockReleased,
				status.rank() > 0 && status != Cancelled && end != stockSold, status == Pending && state == stockSold && end != stockSold:
				t.Errorf("%s pieces in a %s order end %s by %v", state, status, end, stockSteps(state, status))
			}
		}
	}
}

func TestNormalPathIsTheContracts(t *testing.T) {
	t.Parallel()
	normal := map[Status][]Status{Pending: {Verified, Cancelled}, Verified: {Preparing, Cancelled}, Preparing: {Shipped, Cancelled}, Shipped: {Delivered}}
	for _, from := range Statuses {
		for _, to := range Statuses {
			want := false
			for _, n := range normal[from] {
				want = want || n == to
			}
			if got := from.Normal(to); got != want {
				t.Errorf("%s → %s: normal %v, want %v", from, to, got, want)
			}
		}
	}
	if Status("shipping").Known() || Status("").Known() {
		t.Error("an unknown status is known")
	}
}
