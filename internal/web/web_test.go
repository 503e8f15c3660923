package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/idempotency"
	"floresya/internal/web"
	"floresya/internal/web/guest"
)

type sessions map[string]*identity.Principal

func (s sessions) Resolve(_ context.Context, token string) (*identity.Principal, error) {
	if p := s[token]; p != nil {
		return p, nil
	}
	return nil, fault.New(fault.Unauthenticated, "unknown_session", "no such session")
}

type answer struct {
	*http.Response
	text string
	body struct {
		Success   bool          `json:"success"`
		Error     string        `json:"error"`
		Code      int           `json:"code"`
		Category  string        `json:"category"`
		Message   string        `json:"message"`
		Status    int           `json:"status"`
		Path      string        `json:"path"`
		RequestID string        `json:"requestId"`
		Type      string        `json:"type"`
		Data      any           `json:"data"`
		Errors    []fault.Field `json:"errors"`
	}
}

type way struct {
	t *testing.T
	h http.Handler
}

func newWay(t *testing.T, cfg web.Config, mounts []web.Mount, routes ...web.Route) way {
	t.Helper()
	s, err := web.New(web.Deps{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(),
		Sessions: sessions{"admin": {UserID: 3, Role: identity.RoleAdmin}, "user": {UserID: 7, Role: identity.RoleUser}},
		Ready:    func(context.Context) error { return errors.New("no database") },
		Secret:   []byte(strings.Repeat("s", 32)), Routes: routes, Mounts: mounts}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return way{t, s}
}

func (w way) send(method, path, body string, headers ...string) answer {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.1:999"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "RemoteAddr" {
			r.RemoteAddr = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	a := answer{Response: rec.Result(), text: rec.Body.String()}
	if strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal([]byte(a.text), &a.body); err != nil {
			w.t.Fatalf("%s %s answered no JSON: %v\n%s", method, path, err, a.text)
		}
	}
	return a
}

func route(method, pattern string, handle web.Handler) web.Route {
	return web.Route{Method: method, Pattern: pattern, Access: web.Public, Handle: handle}
}

func say(text string) web.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error { return web.JSON(w, http.StatusOK, text, "Said") }
}

func refuse(err error) web.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestLiteralSegmentsWinOverParameters(t *testing.T) {
	id := func(name string) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return web.JSON(w, http.StatusOK, name+":"+r.PathValue("id")+r.PathValue("sku"), "Found")
		}
	}
	w := newWay(t, web.Config{}, nil,
		route("GET", "/api/products/{id}", id("one")), route("GET", "/api/products/{id}/images", id("images")),
		route("GET", "/api/products/sku/{sku}", id("sku")), route("GET", "/api/products/carousel", id("carousel")),
		route("GET", "/api/products/{id}/images/primary", id("primary")))
	for path, want := range map[string]string{"/api/products/12": "one:12", "/api/products/carousel": "carousel:",
		"/api/products/sku/images": "sku:images", "/api/products/sku/a%2Fb": "sku:a/b", "/api/products/4/images": "images:4",
		"/api/products/sku": "one:sku", "/api/products/4/images/primary": "primary:4", "/api/products/12/": "one:12"} {
		if got := w.send("GET", path, ""); got.body.Data != want {
			t.Errorf("%s: got %v (%d), want %s", path, got.body.Data, got.StatusCode, want)
		}
	}
	for _, path := range []string{"/api/products", "/api/products/4/images/secondary", "/api", "/api/none", "/none",
		"/api/products//images", "/api" + strings.Repeat("/x", 40)} {
		a := w.send("GET", path, "")
		if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body.Message, "not found") {
			t.Errorf("%s: got %d %q, want the contract's 404", path, a.StatusCode, a.body.Message)
		}
	}
	if a := w.send("DELETE", "/api/products/12", ""); a.StatusCode != http.StatusNotFound ||
		a.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("wrong method: got %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
	}
}

func TestFaultsBecomeTheContractsEnvelope(t *testing.T) {
	tests := []struct {
		err      error
		status   int
		name     string
		code     int
		category string
	}{
		{fault.Invalidf("items.0.quantity", "Item 1: cantidad"), 400, "ValidationError", 1001, "validation"},
		{fault.New(fault.Invalid, "bad", "bad"), 400, "BadRequestError", 1002, "validation"},
		{fault.New(fault.Unauthenticated, "u", "u"), 401, "UnauthorizedError", 2001, "authentication"},
		{fault.New(fault.Denied, "d", "d"), 403, "ForbiddenError", 2004, "authentication"},
		{fault.NotFoundf("Producto 9 no existe"), 404, "NotFoundError", 3001, "not_found"},
		{fault.New(fault.Conflict, "c", "c"), 409, "ConflictError", 4006, "business"},
		{fault.New(fault.Conflict, "insufficient_stock", "c"), 409, "InsufficientStockError", 4001, "business"},
		{fault.New(fault.Conflict, "invalid_transition", "c"), 409, "InvalidStateTransitionError", 4004, "business"},
		{fault.New(fault.Unprocessable, "x", "x"), 422, "OrderNotProcessableError", 4003, "business"},
		{fault.New(fault.TooLarge, "x", "x"), 413, "PayloadTooLargeError", 1007, "validation"},
		{fault.New(fault.Limited, "x", "x"), 429, "RateLimitExceededError", 5006, "server"},
		{fault.New(fault.Unavailable, "x", "x"), 503, "ServiceUnavailableError", 5004, "server"},
		{&pgconn.PgError{Code: "57P01"}, 503, "DatabaseConnectionError", 5002, "server"},
		{&pgconn.PgError{Code: "23505"}, 409, "DatabaseConstraintError", 4006, "business"},
		{&pgconn.PgError{Code: "22003"}, 400, "BadRequestError", 1002, "validation"},
		{errors.New("secret cause"), 500, "InternalServerError", 5001, "server"},
	}
	for _, tt := range tests {
		a := newWay(t, web.Config{}, nil, route("GET", "/api/x", refuse(tt.err))).send("GET", "/api/x", "")
		b := a.body
		if a.StatusCode != tt.status || b.Status != tt.status || b.Error != tt.name || b.Code != tt.code ||
			b.Category != tt.category || b.Success || b.Message == "" || b.Path != "/api/x" || b.RequestID == "" {
			t.Errorf("%v: got %s", tt.err, a.text)
		}
		if strings.Contains(a.text, "secret cause") {
			t.Errorf("the cause is shown: %s", a.text)
		}
		if (tt.status == 503 || tt.status == 429) && a.Header.Get("Retry-After") == "" {
			t.Errorf("%v: no Retry-After", tt.err)
		}
	}
}

func TestPanicIsAnEnvelope(t *testing.T) {
	w := newWay(t, web.Config{}, nil, route("GET", "/api/x", func(http.ResponseWriter, *http.Request) error { panic("boom") }))
	if a := w.send("GET", "/api/x", ""); a.StatusCode != 500 || a.body.Code != 5001 || strings.Contains(a.text, "boom") {
		t.Errorf("got %d %s", a.StatusCode, a.text)
	}
}

func TestAccess(t *testing.T) {
	with := func(a web.Access) web.Route {
		r := route("GET", "/api/x", say("in"))
		r.Access = a
		return r
	}
	for _, tt := range []struct {
		access web.Access
		token  string
		status int
	}{{web.Admin, "", 401}, {web.Admin, "forged", 401}, {web.Admin, "user", 403}, {web.Admin, "admin", 200},
		{web.Owner, "", 401}, {web.Owner, "user", 200}, {web.GuestOrder, "", 200}, {web.Public, "forged", 200}} {
		w := newWay(t, web.Config{}, nil, with(tt.access))
		headers := map[string][]string{"bearer": {"Authorization", "Bearer " + tt.token},
			"cookie": {"Cookie", web.SessionName + "=" + tt.token}}
		for how, header := range headers {
			if a := w.send("GET", "/api/x", "", header...); a.StatusCode != tt.status {
				t.Errorf("%v as %q by %s: got %d, want %d", tt.access, tt.token, how, a.StatusCode, tt.status)
			}
		}
	}
}

func TestCrossOriginWritesAreRefused(t *testing.T) {
	w := newWay(t, web.Config{PublicURL: "https://flores.example", AllowedOrigins: []string{"https://app.example"}}, nil,
		route("POST", "/api/x", say("done")), route("GET", "/api/x", say("read")))
	for _, tt := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Origin", "http://example.com"}, 200}, // httptest's own host
		{[]string{"Origin", "https://flores.example"}, 200},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Origin", "https://app.example", "Sec-Fetch-Site", "cross-site"}, 200},
		{[]string{"Origin", "null"}, 403},
	} {
		a := w.send("POST", "/api/x", "{}", tt.headers...)
		if a.StatusCode != tt.status {
			t.Errorf("%v: got %d, want %d", tt.headers, a.StatusCode, tt.status)
		}
	}
	a := w.send("GET", "/api/x", "", "Origin", "https://evil.example")
	if a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a foreign origin may read")
	}
	a = w.send("OPTIONS", "/api/x", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if a.StatusCode != 204 || a.Header.Get("Access-Control-Allow-Origin") != "https://app.example" {
		t.Errorf("preflight: got %d %v", a.StatusCode, a.Header)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	w := newWay(t, web.Config{}, nil, route("POST", "/api/x", say("done")), route("GET", "/api/x", say("done")))
	if a := w.send("POST", "/api/x", strings.Repeat("a", 10<<20)); a.StatusCode != 413 || a.body.Code != 1007 {
		t.Errorf("10 MB: got %d %s", a.StatusCode, a.text)
	}
	if a := w.send("POST", "/api/x", strings.Repeat("a", 1<<20)); a.StatusCode != 200 {
		t.Errorf("1 MiB: got %d", a.StatusCode)
	}
}

func TestLimitsCountActorsBeforeAddresses(t *testing.T) {
	order := route("POST", "/api/x", say("done"))
	order.Class = web.ClassOrder
	w := newWay(t, web.Config{Limits: web.Limits{Order: 3, Write: 5, Address: 10}}, nil, order)
	statuses := func(n int, headers ...string) (ok int, last answer) {
		for range n {
			if last = w.send("POST", "/api/x", "{}", headers...); last.StatusCode == 200 {
				ok++
			}
		}
		return ok, last
	}
	ok, last := statuses(5, "Authorization", "Bearer user")
	if ok != 3 || last.StatusCode != 429 || last.body.Code != 5006 || last.Header.Get("Retry-After") != "20" ||
		last.Header.Get("X-RateLimit-Limit") != "3" || last.Header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("one account: %d pass, then %d %v", ok, last.StatusCode, last.Header)
	}
	if ok, _ := statuses(6, "Authorization", "Bearer admin", "Idempotency-Key", "k"); ok != 6 {
		t.Errorf("repeats under one key: %d of 6 pass, want all (1 order, 5 writes)", ok)
	}
	if ok, _ := statuses(40, "RemoteAddr", "198.51.100.7:1"); ok != 30 {
		t.Errorf("one address: %d pass, want 30", ok)
	}
}

func TestForwardedAddressesCountFromTrustedProxiesOnly(t *testing.T) {
	var got string
	see := route("GET", "/api/x", func(w http.ResponseWriter, r *http.Request) error {
		got = web.Address(r.Context())
		return web.JSON(w, 200, "", "")
	})
	w := newWay(t, web.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, nil, see)
	for _, tt := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"},
		{"10.1.1.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.1.1.1:5", "1.1.1.1, 203.0.113.9, 10.2.2.2", "203.0.113.9"},
		{"10.1.1.1:5", "rubbish", "10.1.1.1"},
		{"[2001:db8::1]:5", "203.0.113.9", "2001:db8::1"},
	} {
		w.send("GET", "/api/x", "", "RemoteAddr", tt.peer, "X-Forwarded-For", tt.forwarded)
		if got != tt.want {
			t.Errorf("%+v: got %s", tt, got)
		}
	}
}

func TestARepeatMakesTheSameGuest(t *testing.T) {
	var keys []idempotency.Key
	var guests []uuid.UUID
	var metas []event.Meta
	create := route("POST", "/api/x", func(w http.ResponseWriter, r *http.Request) error {
		keys = append(keys, idempotency.FromContext(r.Context()))
		guests = append(guests, guest.FromContext(r.Context()))
		metas = append(metas, event.MetaOf(r.Context()))
		return web.JSON(w, 201, "", "")
	})
	create.Creates = true
	w := newWay(t, web.Config{}, nil, create)
	first := w.send("POST", "/api/x", "{}", "Idempotency-Key", "k")
	w.send("POST", "/api/x", "{}", "Idempotency-Key", "k")
	other := w.send("POST", "/api/x", `{"a":1}`, "Idempotency-Key", "k")
	cookie, _, _ := strings.Cut(first.Header.Get("Set-Cookie"), ";")
	w.send("POST", "/api/x", "{}", "Idempotency-Key", "k", "Cookie", cookie)
	if guests[0] == uuid.Nil || guests[0] != guests[1] || guests[0] == guests[2] || guests[0] != guests[3] {
		t.Errorf("guests %v: want 1, 2 and 4 the same, 3 another", guests)
	}
	if keys[0].Scope != "new" || keys[0].Alias != "guest:"+guests[0].String() || keys[3].Scope != keys[0].Alias {
		t.Errorf("keys %+v: the cookie's scope must be the alias of the first", keys)
	}
	if string(keys[0].Fingerprint) != string(keys[3].Fingerprint) || string(keys[0].Fingerprint) == string(keys[2].Fingerprint) {
		t.Error("fingerprints do not tell requests apart")
	}
	if other.Header.Get("Set-Cookie") == "" || metas[0].Actor != "guest:"+guests[0].String() || metas[0].Trace == "" {
		t.Errorf("meta %+v", metas[0])
	}
	w.send("POST", "/api/x", "{}", "Authorization", "Bearer user")
	if last := keys[4]; last.Scope != "user:7" || !last.Made || last.Key == "" {
		t.Errorf("an account without a key: %+v", last)
	}
	for _, bad := range []string{"", strings.Repeat("k", 256), "ñ", "a\tb"} {
		if a := w.send("POST", "/api/x", "{}", "Idempotency-Key", bad); a.StatusCode != 400 || a.body.Errors[0].Path != "Idempotency-Key" {
			t.Errorf("key %q: got %d", bad, a.StatusCode)
		}
	}
}

// TestAnotherBoundaryIsTheSameRequest: browsers draw one for each attempt.
func TestAnotherBoundaryIsTheSameRequest(t *testing.T) {
	var prints []string
	create := route("POST", "/api/x", func(w http.ResponseWriter, r *http.Request) error {
		prints = append(prints, string(idempotency.FromContext(r.Context()).Fingerprint))
		return web.JSON(w, 201, "", "")
	})
	create.Creates = true
	w := newWay(t, web.Config{}, nil, create)
	send := func(boundary, field, file, content string, cut int) string {
		body := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"image_index\"\r\n\r\n1\r\n--" + boundary +
			"\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + file +
			"\"\r\nContent-Type: image/png\r\n\r\n" + content + "\r\n--" + boundary + "--\r\n"
		w.send("POST", "/api/x", body[:len(body)-cut], "Idempotency-Key", "k", "Content-Type", "multipart/form-data; boundary="+boundary)
		return prints[len(prints)-1]
	}
	first := send("one", "image", "a.png", "rosa", 0)
	if send("another", "image", "a.png", "rosa", 0) != first {
		t.Error("another boundary made another request")
	}
	for _, other := range []string{send("one", "image", "a.png", "rose", 0), send("one", "photo", "a.png", "rosa", 0),
		send("one", "image", "b.png", "rosa", 0), send("one", "image", "a.png", "rosa", 8)} {
		if other == first {
			t.Error("another form counts as a repeat")
		}
	}
}

func TestRefusedRequestsGiveNoCookie(t *testing.T) {
	create := route("POST", "/api/x", refuse(fault.New(fault.Unprocessable, "idempotency_key_reused", "used")))
	create.Creates = true
	a := newWay(t, web.Config{}, nil, create).send("POST", "/api/x", "{}", "Idempotency-Key", "k")
	if a.StatusCode != 422 || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("got %d with cookie %q", a.StatusCode, a.Header.Get("Set-Cookie"))
	}
}

func TestMountsOwnTheirPrefix(t *testing.T) {
	page := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
	}
	w := newWay(t, web.Config{PublicURL: "https://flores.example"}, []web.Mount{
		{Name: "store", Prefix: "/", Handler: page("store"), Pages: true}, {Name: "office", Prefix: "/oficina", Handler: page("office")}},
		route("GET", "/api/x", say("api")))
	for path, want := range map[string]string{"/": "store", "/oficina": "office", "/oficina/pedidos": "office", "/oficinal": "store"} {
		if a := w.send("GET", path, ""); a.text != want {
			t.Errorf("%s: got %q, want %s", path, a.text, want)
		}
	}
	a := w.send("GET", "/", "", "Accept", "text/html")
	if c := a.Header.Get("Set-Cookie"); !strings.HasPrefix(c, guest.Name) || !strings.Contains(c, "Secure") {
		t.Errorf("a visitor got the cookie %q", c)
	}
	if a := w.send("POST", "/", "", "Origin", "https://evil.example"); a.StatusCode != 403 ||
		!strings.Contains(a.text, "<html") {
		t.Errorf("refusal of a page: %d %s", a.StatusCode, a.text)
	}
}

func TestFilesDoNotCount(t *testing.T) {
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	w := newWay(t, web.Config{Limits: web.Limits{Read: 1, Write: 1, Address: 1}}, []web.Mount{{Name: "media", Prefix: "/media", Handler: ok, Files: true},
		{Name: "store", Prefix: "/", Handler: ok}})
	for range 50 {
		if a := w.send("GET", "/media/a.webp", ""); a.StatusCode != 200 {
			t.Fatalf("a picture: %d", a.StatusCode)
		}
	}
	if first, second := w.send("GET", "/", ""), w.send("GET", "/", ""); first.StatusCode != 200 || second.StatusCode != 429 {
		t.Errorf("pages: %d, %d", first.StatusCode, second.StatusCode)
	}
}

func TestProbes(t *testing.T) {
	w := newWay(t, web.Config{}, nil, route("GET", "/api/x", say("api")))
	w.send("GET", "/api/x", "")
	if a := w.send("GET", "/healthz", ""); a.StatusCode != 200 {
		t.Errorf("healthz: %d", a.StatusCode)
	}
	if a := w.send("GET", "/readyz", ""); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" {
		t.Errorf("readyz without a database: %d", a.StatusCode)
	}
	if a := w.send("GET", "/health", ""); a.StatusCode != 200 || !a.body.Success || a.body.Message != "Service is running" {
		t.Errorf("health: %s", a.text)
	}
	if a := w.send("GET", "/metrics", "", "RemoteAddr", "127.0.0.1:9"); !strings.Contains(a.text,
		`floresya_http_request_seconds_count{method="GET",route="/api/x",status="2xx"} 1`) {
		t.Errorf("metrics: %s", a.text)
	}
}

func TestMetricsAreForNeighboursOnly(t *testing.T) {
	w := newWay(t, web.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		MetricsFrom: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}}, nil, route("GET", "/api/x", say("api")))
	w.send("GET", "/api/x", "")
	for _, tt := range []struct {
		from, forwarded string
		want            int
	}{
		{"127.0.0.1:9", "", 200}, {"[::1]:9", "", 200}, {"198.51.100.7:9", "", 200}, {"[::ffff:198.51.100.7]:9", "", 200},
		{"192.0.2.1:9", "", 404}, {"192.0.2.1:9", "127.0.0.1", 404}, {"192.0.2.1:9", "198.51.100.7", 404},
		{"10.0.0.1:9", "198.51.100.7", 200}, {"10.0.0.1:9", "198.51.100.7, 192.0.2.1", 404}, {"10.0.0.1:9", "", 404},
		{"127.0.0.1:9", "192.0.2.1", 404}, // through a proxy nobody told us of
	} {
		headers := []string{"RemoteAddr", tt.from}
		if tt.forwarded != "" {
			headers = append(headers, "X-Forwarded-For", tt.forwarded)
		}
		a := w.send("GET", "/metrics", "", headers...)
		if a.StatusCode != tt.want || strings.Contains(a.text, "floresya_") != (tt.want == 200) {
			t.Errorf("from %s for %q: got %d, want %d", tt.from, tt.forwarded, a.StatusCode, tt.want)
		}
	}
	if a := w.send("GET", "/healthz", ""); a.StatusCode != 200 {
		t.Errorf("healthz for a stranger: %d", a.StatusCode)
	}
}
