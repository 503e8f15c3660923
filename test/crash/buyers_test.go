package crash

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestTwentyBuyersOfTheLastFive(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	admin := s.admin()
	for _, tt := range []struct {
		name    string
		product int
		at      *place
	}{{"pieces", 7, nil}, {"places in a slot", 8, tuesday()}} {
		stock := 5
		if tt.at != nil {
			stock = 100
			admin.must(t, 303, "POST", "/oficina/entregas/cupo", form{"zona": {"1"}, "desde": {tt.at.day},
				"horario": {fmt.Sprintf("%s/%d", tt.at.day, tt.at.slot)}, "cupo": {"5"}})
		}
		product := admin.must(t, 200, "PATCH", fmt.Sprintf("/api/products/%d/stock", tt.product), object{"quantity": stock})
		name := product.at("data.name").(string)
		won, lost := rush(t, s, bouquet(admin.price(t, tt.product), tt.product, 1, tt.at))
		if won != 5 || len(lost) != 15 {
			t.Errorf("%s: %d of 20 won, %d lost; want 5 and 15", tt.name, won, len(lost))
		}
		for _, a := range lost {
			a.refused(t, 409, tt.at == nil, name)
		}
		want := float64(stock - 5)
		if left := admin.must(t, 200, "GET", fmt.Sprintf("/api/products/%d", tt.product), nil).at("data.stock"); left != want {
			t.Errorf("%s: %v pieces are left, want %v", tt.name, left, want)
		}
	}
	s.verify()
}

// rush has twenty guests send the same order at once, each for himself.
func rush(t *testing.T, s *shop, order object) (won int, lost []*answer) {
	var (
		mu    sync.Mutex
		ready sync.WaitGroup
		done  sync.WaitGroup
		start = make(chan struct{})
	)
	for range 20 {
		c := s.guest()
		ready.Add(1)
		done.Go(func() {
			_, err := c.try("GET", "/healthz", nil) // the connection is open
			ready.Done()
			<-start
			a, orderErr := c.try("POST", "/api/orders", order)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil || orderErr != nil:
				t.Errorf("no answer: %v, %v", err, orderErr)
			case a.status == 201:
				won++
			default:
				lost = append(lost, a)
			}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return won, lost
}

// refused checks the contract's envelope of an order that found nothing left of what is named.
func (a *answer) refused(t *testing.T, status int, stock bool, name string) {
	t.Helper()
	message, _ := a.at("message").(string)
	if a.status != status || a.at("success") != false || a.at("category") != "business" || message == "" {
		t.Errorf("got %d %s, want the envelope of a %d", a.status, a.content, status)
	}
	if stock && (a.at("error") != "InsufficientStockError" || a.at("code") != 4001.0 || !strings.Contains(message, name) ||
		!strings.Contains(message, "agotó") || a.at("details.available") != 0.0) {
		t.Errorf("sold out: got %s", a.content)
	}
	if !stock && !strings.Contains(message, "qued") {
		t.Errorf("slot full: got %s", a.content)
	}
}
