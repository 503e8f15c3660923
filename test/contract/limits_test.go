package contract

import (
	"testing"

	"floresya/test/program"
)

// TestShippedLimits runs with the limits as they are shipped.
func TestShippedLimits(t *testing.T) {
	t.Parallel()
	s := start(t, map[string]string{"FLORESYA_READS_PER_MINUTE": "1200", "FLORESYA_WRITES_PER_MINUTE": "120",
		"FLORESYA_ORDERS_PER_MINUTE": "20", "FLORESYA_LOGINS_PER_MINUTE": "10"})
	c := s.guest(t)
	for range 30 { // the legacy home page, opened thirty times in a minute
		for range 20 {
			c.get("/api/products/1/images?limit=1").want(200)
		}
	}
	order := c.bouquet(9, 1, false)
	placed := c.post("/api/orders", order, "Idempotency-Key", "one").want(201).id()
	for range 40 { // repeats are no orders
		if again := c.post("/api/orders", order, "Idempotency-Key", "one").want(201); again.id() != placed {
			t.Fatal("a repeat made another order")
		}
	}
	refused := 0
	for range 25 {
		a := c.post("/api/orders", change(order, "order", "customer_email", "nobody"))
		if a.status != 429 {
			a.want(400)
			continue
		}
		refused++
		a.refused(429, "RateLimitExceededError", 5006)
		if a.header.Get("Retry-After") == "" || a.header.Get("X-RateLimit-Type") != "order" || a.field("details.limit") != 20.0 {
			t.Errorf("429: %v %s", a.header, a.content)
		}
	}
	if refused < 3 || refused > 8 {
		t.Errorf("%d of 26 orders in a minute were refused, want about 6", refused)
	}
	// Another guest behind the same address is not concerned.
	other := s.guest(t)
	other.cookies["floresya-guest"] = "forged"
	other.post("/api/orders", order).want(201)

	robber := s.guest(t)
	for range 400 {
		if a := robber.post("/api/auth/login", object{"email": program.AdminEmail, "password": "guess"}); a.status == 429 {
			return
		}
	}
	t.Error("four hundred passwords were tried in a minute")
}
