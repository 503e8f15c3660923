package crash

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"floresya/test/program"
)

type (
	object = map[string]any
	list   = []any
)

// caller is one browser. Not for concurrent use.
type caller struct {
	shop    *shop
	client  *http.Client
	cookies map[string]string
}

// answer is a response that came whole.
type answer struct {
	status  int
	header  http.Header
	content string
	body    any // decoded, when it is JSON
}

// form is a body as a page sends it.
type form = url.Values

// raw is a body sent as it is.
type raw string

func (s *shop) guest() *caller {
	transport := &http.Transport{MaxIdleConnsPerHost: 2}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &caller{shop: s, cookies: map[string]string{}, client: &http.Client{Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// admin is a caller who has signed in.
func (s *shop) admin() *caller {
	s.t.Helper()
	c := s.guest()
	c.must(s.t, 200, "POST", "/api/auth/login", object{"email": program.AdminEmail, "password": program.AdminPassword})
	return c
}

// try makes a request; headers are names and values. An error means that no whole answer came.
func (c *caller) try(method, path string, body any, headers ...string) (*answer, error) {
	var (
		content io.Reader
		kind    = "application/json"
	)
	switch b := body.(type) {
	case nil:
	case raw:
		content = strings.NewReader(string(b))
	case form:
		content, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		encoded, err := json.Marshal(b, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, *c.shop.url.Load()+path, content)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w, err := c.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		return nil, err
	}
	a := &answer{status: w.StatusCode, header: w.Header, content: string(text)}
	if strings.Contains(w.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(text, &a.body); err != nil {
			return nil, fmt.Errorf("%s %s: %w: %.300s", method, path, err, text)
		}
	}
	for _, cookie := range w.Cookies() {
		c.cookies[cookie.Name] = cookie.Value
	}
	return a, nil
}

// must makes a request that has to be answered with status.
func (c *caller) must(t testing.TB, status int, method, path string, body any, headers ...string) *answer {
	t.Helper()
	a, err := c.try(method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if a.status != status {
		t.Fatalf("%s %s: got %d, want %d: %.700s", method, path, a.status, status, a.content)
	}
	return a
}

// at is the value at a path like "data.items.0.id", nil when there is none.
func (a *answer) at(path string) any {
	v := a.body
	for name := range strings.SplitSeq(path, ".") {
		switch of := v.(type) {
		case object:
			v = of[name]
		case list:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(of) {
				return nil
			}
			v = of[i]
		default:
			return nil
		}
	}
	return v
}

// id is the number at "data.id".
func (a *answer) id() int {
	n, _ := a.at("data.id").(float64)
	return int(n)
}

// bouquet is an order of some pieces for pick-up, as the legacy pages send it; with a place, for delivery then and there.
func bouquet(price float64, product, pieces int, at *place) object {
	total := price * float64(pieces)
	order := object{"customer_email": "ana@example.com", "customer_name": "Ana Pérez", "customer_phone": "0414-1234567",
		"delivery_address": "Av. Francisco de Miranda, torre 2", "payment_method": "zelle"}
	if at != nil {
		total += at.fee
		order["zone_id"], order["slot_id"], order["delivery_date"] = at.zone, at.slot, at.day
	}
	order["total_amount_usd"] = total
	return object{"order": order, "items": list{object{"product_id": product, "quantity": pieces}}}
}

// place is a slot on a day in a zone.
type place struct {
	zone, slot int
	day        string
	fee        float64
}

// tuesday is the slot of the demo shop's Chacao on a Tuesday morning at least a week ahead.
func tuesday() *place {
	caracas := time.FixedZone("VET", -4*3600)
	day := time.Now().In(caracas).AddDate(0, 0, 7)
	for day.Weekday() != time.Tuesday {
		day = day.AddDate(0, 0, 1)
	}
	return &place{zone: 1, slot: 5, day: day.Format(time.DateOnly), fee: 3}
}

func (c *caller) price(t testing.TB, product int) float64 {
	t.Helper()
	price, _ := c.must(t, 200, "GET", fmt.Sprintf("/api/products/%d", product), nil).at("data.price_usd").(float64)
	return price
}
