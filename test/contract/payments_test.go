package contract

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

var paymentShape = shape{"id": "n", "order_id": "n", "payment_method_id": "n?", "user_id": "n?", "amount_usd": "n",
	"amount_ves": "n?", "currency_rate": "n?", "status": "s", "payment_method_name": "s", "transaction_id": "s?",
	"reference_number": "s?", "payment_details": "o?", "receipt_image_url": "s?", "admin_notes": "s?", "payment_date": "t?",
	"confirmed_date": "t?", "created_at": "t", "updated_at": "t"}

func payments(t *testing.T, s *shop) {
	c := s.guest(t)
	// The five forms of the payment page.
	for i, in := range []object{
		{"payment_method": "cash", "payment_details": "Pago en efectivo contra entrega"},
		{"payment_method": "mobile_payment", "payment_details": object{"phone": "0414-1234567", "bank": "Banesco"}},
		{"payment_method": "bank_transfer", "payment_details": object{"bank": "Mercantil", "account_number": "0105", "account_holder": "Ana"}},
		{"payment_method": "zelle", "payment_details": object{"email": "ana@example.com"}},
		{"payment_method": "crypto", "payment_details": object{"address": "0xabc"}},
		{"payment_method": "paypal", "payment_details": nil},
	} {
		order := c.post("/api/orders", c.bouquet(6, 1, true)).want(201)
		in["reference_number"] = fmt.Sprintf("FY-%09d", i)
		at := fmt.Sprintf("/api/payments/%d/confirm", order.id())
		a := c.post(at, in).want(200)
		a.has(a.field("data"), paymentShape)
		if a.field("data.status") != "pending" || a.field("data.order_id") != float64(order.id()) ||
			a.field("data.amount_usd") != order.field("data.total_amount_usd") {
			t.Errorf("%v: %s", in, a.content)
		}
		if in["payment_method"] == "cash" && a.field("data.payment_details.text") != in["payment_details"] {
			t.Errorf("cash: %s", a.content)
		}
		if again := c.post(at, in).want(200); again.id() != a.id() {
			t.Errorf("the same proof again made payment %d beside %d", again.id(), a.id())
		}
		if c.get(fmt.Sprintf("/api/orders/%d", order.id())).want(200).field("data.status") != "pending" {
			t.Error("a proof changed the order's state")
		}
	}
	order := c.post("/api/orders", c.bouquet(6, 1, false)).want(201).id()
	at := fmt.Sprintf("/api/payments/%d/confirm", order)
	good := object{"payment_method": "zelle", "reference_number": "FY-777777777", "payment_details": object{"email": "a@b.co"}}
	for field, values := range map[string][]any{"payment_method": {"gold", "", 7}, "reference_number": {"ab", strings.Repeat("r", 101), nil},
		"payment_details": {7, true, list{}, object{"x": strings.Repeat("y", 5000)}}, "receipt_image_url": {"ftp://x/y", "javascript:alert(1)", "no"},
		"currency": {"EUR"}, "amount": {-1, "5"}, "date": {"yesterday"}} {
		for _, value := range values {
			in := object{"amount": 5, "currency": "USD"}
			for k, v := range good {
				in[k] = v
			}
			in[field] = value
			c.post(at, in).names(field)
		}
	}
	c.post("/api/payments/999999/confirm", good).refused(404, "NotFoundError", 3001)
	c.post("/api/payments/x/confirm", good).names("orderId")
	s.guest(t).post(at, good).refused(401, "UnauthorizedError", 2001)
	part := c.post(at, object{"payment_method": "zelle", "reference_number": "Z-100", "amount": 3, "currency": "USD"}).want(200)
	if part.field("data.amount_usd") != 3.0 {
		t.Errorf("part: %s", part.content)
	}
	if n := len(c.get(fmt.Sprintf("/api/orders/%d/payments", order)).want(200).list()); n != 1 {
		t.Errorf("%d payments, want 1", n)
	}
	c.patch(fmt.Sprintf("/api/orders/%d/cancel", order), object{}).want(200)
	c.post(at, good).refused(409, "ConflictError", 4006)
}

func idempotency(t *testing.T, s *shop) {
	c := s.guest(t)
	order := c.bouquet(7, 1, false)
	// The same key fifty times at once, from callers nobody knows yet.
	var (
		callers sync.WaitGroup
		mu      sync.Mutex
		ids     = map[int]bool{}
		cookies = map[string]bool{}
	)
	guests := make([]*caller, 50)
	for i := range guests {
		guests[i] = s.guest(t)
	}
	for _, g := range guests {
		callers.Go(func() {
			a := g.send("POST", "/api/orders", order, "Idempotency-Key", "fifty")
			mu.Lock()
			defer mu.Unlock()
			if n, ok := a.field("data.id").(float64); ok && a.status == 201 {
				ids[int(n)], cookies[guestID(g)] = true, true
			} else {
				t.Errorf("got %d %.300s", a.status, a.content)
			}
		})
	}
	callers.Wait()
	if len(ids) != 1 || len(cookies) != 1 {
		t.Fatalf("fifty requests under one key made the orders %v for %d guests", ids, len(cookies))
	}
	known := guests[0]
	for id := range ids {
		if again := known.post("/api/orders", order, "Idempotency-Key", "fifty").want(201); again.id() != id {
			t.Errorf("with the cookie the same request made order %d beside %d", again.id(), id)
		}
		known.get(fmt.Sprintf("/api/orders/%d", id)).want(200)
	}
	other := change(order, "order", "notes", "otra cosa")
	known.post("/api/orders", other, "Idempotency-Key", "fifty").refused(422, "OrderNotProcessableError", 4003)
	a := s.guest(t).send("POST", "/api/orders", other, "Idempotency-Key", "fifty").refused(422, "OrderNotProcessableError", 4003)
	if a.header.Get("Set-Cookie") != "" {
		t.Error("a refused request got a guest's cookie")
	}
	// A refused request leaves no key: mended, it may come again.
	bad := change(order, "order", "customer_email", "nobody")
	known.post("/api/orders", bad, "Idempotency-Key", "mended").want(400)
	known.post("/api/orders", order, "Idempotency-Key", "mended").want(201)
	if one, other := known.post("/api/orders", order).want(201).id(), known.post("/api/orders", order).want(201).id(); one == other {
		t.Error("two requests without a key made one order")
	}
	known.post("/api/orders", order, "Idempotency-Key", strings.Repeat("k", 256)).names("Idempotency-Key")
	everyCreation(t, s, known)
}

// everyCreation: a key holds on every route that creates, for guests and for accounts.
func everyCreation(t *testing.T, s *shop, guest *caller) {
	admin := s.admin(t)
	order := guest.post("/api/orders", guest.bouquet(7, 1, false)).want(201).id()
	for _, tt := range []struct {
		who           *caller
		path          string
		status        int
		body, another object
	}{
		{guest, fmt.Sprintf("/api/payments/%d/confirm", order), 200, object{"payment_method": "zelle", "reference_number": "K-1"},
			object{"payment_method": "zelle", "reference_number": "K-2"}},
		{admin, "/api/products", 201, object{"name": "Una vez", "price_usd": 9}, object{"name": "Otra vez", "price_usd": 9}},
		{admin, "/api/products/with-occasions", 201, object{"product": object{"name": "Una vez más", "price_usd": 9}},
			object{"product": object{"name": "Otra vez más", "price_usd": 9}}},
		{admin, "/api/occasions", 201, object{"name": "Una ocasión"}, object{"name": "Otra ocasión"}},
		{admin, "/api/settings", 201, object{"key": "once", "value": "1"}, object{"key": "twice", "value": "1"}},
	} {
		first := tt.who.post(tt.path, tt.body, "Idempotency-Key", "every").want(tt.status)
		if again := tt.who.post(tt.path, tt.body, "Idempotency-Key", "every").want(tt.status); again.id() != first.id() {
			t.Errorf("%s: the same request made %d beside %d", tt.path, again.id(), first.id())
		}
		tt.who.post(tt.path, tt.another, "Idempotency-Key", "every").refused(422, "OrderNotProcessableError", 4003)
	}
}

// guestID is the part of the cookie that names the guest; the rest is its time and signature.
func guestID(c *caller) string {
	v := c.cookies["floresya-guest"]
	return v[:min(len(v), 21)]
}
