package crash

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"floresya/internal/web/guest"
	"floresya/test/program"
)

// Variables that repeat a storm, or make it longer.
const (
	envSeed  = "FLORESYA_TEST_SEED"
	envKills = "FLORESYA_TEST_KILLS"
)

// storm is many callers at once who do at random what customers and florists do, while server and database are killed.
type storm struct {
	*testing.T
	shop    *shop
	session map[string]string // the administrator's cookies
	prices  map[int]float64
	at      *place
	left    atomic.Int64 // operations that nobody has begun
	done    atomic.Int64
	key     atomic.Int64

	mu     sync.Mutex
	orders map[int]*placed // acknowledged
	proofs []proof
	counts map[string]int // of outcomes, for the log
}

// placed is an order that somebody was promised.
type placed struct {
	id       int
	tracking string // the path of its page
	total    float64
	cookie   string
	payments map[int]bool // acknowledged
}

type proof struct{ order, payment int }

// TestWhatWasPromisedSurvivesKillNine: 1,000 operations; whatever was acknowledged is there afterwards, and what was repeated
// because its answer was lost happened once.
func TestWhatWasPromisedSurvivesKillNine(t *testing.T) {
	t.Parallel()
	seed, kills := number(t, envSeed, uint64(time.Now().UnixNano())), number(t, envKills, 8)
	t.Logf("%s=%d %s=%d", envSeed, seed, envKills, kills)
	operations := max(1000, int(kills)*125)
	s := newShop(t)
	admin := s.admin()
	w := &storm{T: t, shop: s, session: admin.cookies, prices: map[int]float64{}, at: tuesday(), orders: map[int]*placed{}, counts: map[string]int{}}
	for product := 20; product < 28; product++ {
		w.prices[product] = admin.price(t, product)
	}
	before := admin.orders(t)
	w.left.Store(int64(operations))
	var callers sync.WaitGroup
	for i := range 12 {
		c, choice := s.guest(), rand.New(rand.NewPCG(seed, uint64(i)))
		callers.Go(func() { w.call(c, choice) })
	}
	choice := rand.New(rand.NewPCG(seed, 1000))
	moments := make([]int, kills)
	for i := range moments {
		moments[i] = min(operations*(i+1)/(len(moments)+1)*(90+choice.IntN(20))/100, operations*98/100)
	}
	for i, moment := range moments {
		program.Eventually(t, "the storm goes on", func() bool { return w.done.Load() >= int64(moment) })
		if i%2 == 0 {
			s.kill()
			s.start()
		} else {
			s.killPostgres()
		}
	}
	callers.Wait()
	s.ready()
	t.Logf("outcomes: %v", w.counts)
	w.check(admin, before)
	s.verify()
	s.stop()
	s.verify()
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// call does operations until none is left.
func (w *storm) call(c *caller, r *rand.Rand) {
	florist := w.shop.guest()
	maps.Copy(florist.cookies, w.session)
	for w.left.Add(-1) >= 0 {
		switch n := r.IntN(100); {
		case n < 45:
			w.place(c, r)
		case n < 60:
			w.prove(r)
		case n < 75:
			w.judge(florist, r)
		case n < 87:
			w.advance(florist, r)
		case n < 93:
			w.count(florist, r)
		default:
			w.cancel(r)
		}
		w.done.Add(1)
	}
}

// answered repeats a request until an answer comes, and says whether it is one of those wanted.
func (w *storm) answered(what string, want []int, ask func() (*answer, error)) *answer {
	w.Helper()
	over := time.After(program.Limit)
	for {
		a, err := ask()
		switch {
		case err == nil && a.status != 503:
			w.mu.Lock()
			w.counts[fmt.Sprintf("%s %d", what, a.status)]++
			w.mu.Unlock()
			if !slices.Contains(want, a.status) {
				w.Errorf("%s: got %d, want one of %v: %.700s", what, a.status, want, a.content)
			}
			return a
		case err == nil && a.header.Get("Retry-After") == "":
			w.Errorf("%s: a 503 without Retry-After: %.700s", what, a.content)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-over:
			w.Errorf("%s: no answer within %v: %v", what, program.Limit, err)
			return &answer{}
		}
	}
}

// place places an order under a key of its own, and now and then asks again.
func (w *storm) place(c *caller, r *rand.Rand) {
	var at *place
	if r.IntN(3) == 0 {
		at = &place{zone: w.at.zone, slot: w.at.slot + r.IntN(3), day: w.at.day, fee: w.at.fee}
	}
	product := 20 + r.IntN(8)
	body, key := bouquet(w.prices[product], product, 1+r.IntN(3), at), fmt.Sprintf("storm %d", w.key.Add(1))
	if r.IntN(4) == 0 {
		delete(c.cookies, guest.Name) // somebody new
	}
	ask := func() (*answer, error) {
		return c.try("POST", "/api/orders", body, "Idempotency-Key", key)
	}
	a := w.answered("place", []int{201, 409}, ask)
	if a.status != 201 {
		return
	}
	tracking, err := url.Parse(fmt.Sprint(a.at("data.tracking_url")))
	if err != nil || tracking.Path == "" || a.id() == 0 {
		w.Errorf("placed: %.300s", a.content)
		return
	}
	o := &placed{id: a.id(), tracking: tracking.Path, cookie: c.cookies[guest.Name], payments: map[int]bool{}}
	o.total, _ = a.at("data.total_amount_usd").(float64)
	w.mu.Lock()
	if w.orders[o.id] != nil {
		w.Errorf("order %d was promised twice", o.id)
	}
	w.orders[o.id] = o
	w.mu.Unlock()
	if r.IntN(5) == 0 {
		if again := w.answered("repeat", []int{201}, ask); again.content != a.content {
			w.Errorf("the same key: got %s\nwant %s", again.content, a.content)
		}
	}
}

// some picks an acknowledged order and acts as its customer.
func (w *storm) some(r *rand.Rand) (*placed, *caller) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.orders) == 0 {
		return nil, nil
	}
	ids := slices.Sorted(maps.Keys(w.orders))
	o := w.orders[ids[r.IntN(len(ids))]]
	c := w.shop.guest()
	c.cookies[guest.Name] = o.cookie
	return o, c
}

func (w *storm) prove(r *rand.Rand) {
	o, c := w.some(r)
	if o == nil {
		return
	}
	key := fmt.Sprintf("proof %d", w.key.Add(1))
	body := object{"payment_method": "zelle", "reference_number": key}
	if r.IntN(3) == 0 {
		body["amount"], body["currency"] = 10, "USD"
	}
	a := w.answered("prove", []int{200, 409}, func() (*answer, error) {
		return c.try("POST", fmt.Sprintf("/api/payments/%d/confirm", o.id), body, "Idempotency-Key", key)
	})
	if a.status == 200 {
		w.mu.Lock()
		defer w.mu.Unlock()
		if o.payments[a.id()] {
			w.Errorf("payment %d was acknowledged for two proofs", a.id())
		}
		o.payments[a.id()] = true
		w.proofs = append(w.proofs, proof{o.id, a.id()})
	}
}

// judge accepts or rejects a proof as the florist does, by the form.
func (w *storm) judge(c *caller, r *rand.Rand) {
	w.mu.Lock()
	if len(w.proofs) == 0 {
		w.mu.Unlock()
		return
	}
	p := w.proofs[r.IntN(len(w.proofs))]
	total := w.orders[p.order].total
	w.mu.Unlock()
	at := fmt.Sprintf("/oficina/pedidos/%d/pagos/%d/", p.order, p.payment)
	body := form{"cuenta": {"zelle"}, "referencia": {fmt.Sprintf("bank %d", p.payment)}, "fecha": {time.Now().Add(-4 * time.Hour).UTC().Format(time.DateOnly)},
		"monto": {fmt.Sprintf("%.2f", total)}}
	verdict := "aprobar"
	if r.IntN(4) == 0 {
		body, verdict = form{"motivo": {"no llegó"}}, "rechazar"
	}
	w.answered(verdict, []int{303, 422}, func() (*answer, error) { return c.try("POST", at+verdict, body) })
}

func (w *storm) advance(c *caller, r *rand.Rand) {
	o, _ := w.some(r)
	if o == nil {
		return
	}
	to := []string{"pending", "verified", "preparing", "shipped", "delivered", "cancelled"}[r.IntN(6)]
	w.answered("status", []int{200, 409}, func() (*answer, error) {
		return c.try("PATCH", fmt.Sprintf("/api/orders/%d/status", o.id), object{"status": to})
	})
}

func (w *storm) count(c *caller, r *rand.Rand) {
	product, pieces := 20+r.IntN(8), r.IntN(60)
	w.answered("count", []int{200}, func() (*answer, error) {
		return c.try("PATCH", fmt.Sprintf("/api/products/%d/stock", product), object{"quantity": pieces})
	})
}

func (w *storm) cancel(r *rand.Rand) {
	o, c := w.some(r)
	if o == nil {
		return
	}
	w.answered("cancel", []int{200, 409}, func() (*answer, error) {
		return c.try("PATCH", fmt.Sprintf("/api/orders/%d/cancel", o.id), nil)
	})
}

// check: the orders there are those that were promised, no more and no less, each with its payments.
func (w *storm) check(admin *caller, before map[int]object) {
	there := admin.orders(w)
	for id := range before {
		delete(there, id)
	}
	for id := range there {
		if w.orders[id] == nil {
			w.Errorf("order %d was placed and nobody was told", id)
		}
	}
	stranger := w.shop.guest()
	for id, o := range w.orders {
		if there[id] == nil {
			w.Errorf("order %d was promised and is gone", id)
			continue
		}
		stranger.must(w, 200, "GET", o.tracking, nil)
		if len(o.payments) == 0 {
			continue
		}
		rows, _ := admin.must(w, 200, "GET", fmt.Sprintf("/api/orders/%d/payments", id), nil).at("data").(list)
		for _, row := range rows {
			if payment := int(row.(object)["id"].(float64)); !o.payments[payment] {
				w.Errorf("payment %d of order %d was made and nobody was told", payment, id)
			}
		}
		if len(rows) != len(o.payments) {
			w.Errorf("order %d has %d payments, %d were acknowledged", id, len(rows), len(o.payments))
		}
	}
	if len(w.orders) < 50 {
		w.Errorf("only %d orders were placed: this proves little", len(w.orders))
	}
}
