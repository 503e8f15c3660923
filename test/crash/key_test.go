package crash

import (
	"sync"
	"testing"

	"floresya/internal/web/guest"
)

// TestOneKeyIsOneOrder: whoever repeats a request under its key gets the first answer, also at once, also after a crash.
func TestOneKeyIsOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	admin := s.admin()
	before := admin.orders(t)
	order := bouquet(admin.price(t, 3), 3, 2, nil)
	const many = 50
	answers := make([]*answer, many)
	cookies := make([]string, many)
	var asking sync.WaitGroup
	start := make(chan struct{})
	for i := range many {
		c := s.guest()
		asking.Go(func() {
			<-start
			a, err := c.try("POST", "/api/orders", order, "Idempotency-Key", "one key")
			if err != nil {
				t.Error(err)
				return
			}
			answers[i], cookies[i] = a, c.cookies[guest.Name]
		})
	}
	close(start)
	asking.Wait()
	if t.Failed() {
		t.FailNow()
	}
	// The cookie's signature covers the second of its issue; whom it names does not change.
	first, who := answers[0], guestOf(t, cookies[0])
	same := func(what string, a *answer, cookie string) {
		t.Helper()
		if a.status != 201 || a.content != first.content {
			t.Errorf("%s: got %d %s\nwant %s", what, a.status, a.content, first.content)
		}
		if got := guestOf(t, cookie); got != who {
			t.Errorf("%s: the cookie names guest %x, want %x", what, got, who)
		}
	}
	for i := range answers {
		same("at once", answers[i], cookies[i])
	}
	if n := len(admin.orders(t)) - len(before); n != 1 {
		t.Errorf("%d orders were placed, want 1", n)
	}
	s.kill()
	s.start()
	for _, what := range []string{"after a crash", "after a stop"} {
		stranger := s.guest()
		a := stranger.must(t, 201, "POST", "/api/orders", order, "Idempotency-Key", "one key")
		same(what, a, stranger.cookies[guest.Name])
		known := s.guest()
		known.cookies[guest.Name] = cookies[0]
		a = known.must(t, 201, "POST", "/api/orders", order, "Idempotency-Key", "one key")
		same(what+", with the cookie", a, known.cookies[guest.Name])
		other := s.guest()
		other.cookies[guest.Name] = cookies[0]
		other.must(t, 422, "POST", "/api/orders", bouquet(admin.price(t, 3), 3, 1, nil), "Idempotency-Key", "one key")
		s.guest().must(t, 422, "POST", "/api/orders", bouquet(admin.price(t, 3), 3, 1, nil), "Idempotency-Key", "one key")
		s.stop()
		s.start()
	}
	if n := len(admin.orders(t)) - len(before); n != 1 {
		t.Errorf("%d orders were placed, want 1", n)
	}
	s.verify()
	s.stop()
	s.verify()
}
