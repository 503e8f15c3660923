package crash

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"floresya/internal/web/guest"
)

// TestNonsenseIsRefusedOnEveryRoute sends malformed and hostile requests to every route of the OpenAPI document, as a guest and
// as an administrator: each is answered, none with 5xx, and a refusal is the contract's envelope and names the field.
func TestNonsenseIsRefusedOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	admin := s.admin()
	doc := admin.must(t, 200, "GET", "/api/openapi.json", nil).body.(object)
	before := admin.orders(t)
	work := make(chan nonsense, 64)
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			c := s.guest()
			for n := range work {
				clear(c.cookies)
				if n.signedIn {
					maps.Copy(c.cookies, admin.cookies)
				}
				n.send(t, c)
			}
		})
	}
	sent := 0
	for path, methods := range doc["paths"].(object) {
		for method, op := range methods.(object) {
			for n := range nonsenseFor(doc, strings.ToUpper(method), path, op.(object)) {
				if !strings.HasPrefix(path, "/api/auth/") { // signing out would end the session
					n.signedIn = true
					work <- n
					sent++
				}
				n.signedIn = false
				work <- n
				sent++
			}
		}
	}
	close(work)
	senders.Wait()
	t.Logf("%d requests", sent)
	if sent < 2000 {
		t.Errorf("only %d requests: the document has lost routes", sent)
	}
	if after := admin.orders(t); len(after) != len(before) {
		t.Errorf("nonsense placed %d orders", len(after)-len(before))
	}
	if panics := strings.Count(s.process.Said.String(), "panic"); panics > 0 {
		t.Errorf("%d panics in the log", panics)
	}
	s.verify()
}

// nonsense is one request that nobody should send.
type nonsense struct {
	method, path string
	body         any
	headers      []string
	signedIn     bool
	malformed    bool // as JSON: whoever is let in is told which field
}

func (n nonsense) send(t *testing.T, c *caller) {
	a, err := c.try(n.method, n.path, n.body, n.headers...)
	what := fmt.Sprintf("%s %.80s signed in %v, %q, body %.80q", n.method, n.path, n.signedIn, clipped(n.headers), fmt.Sprint(n.body))
	if err != nil {
		t.Errorf("%s: no answer: %v", what, err)
		return
	}
	if a.status >= 500 {
		t.Errorf("%s: got %d %.500s", what, a.status, a.content)
		return
	}
	if a.status < 400 {
		return
	}
	if a.at("success") != false || a.at("message") == nil || a.at("code") == nil || a.at("requestId") == nil {
		t.Errorf("%s: %d without the contract's envelope: %.500s", what, a.status, a.content)
	}
	if n.malformed && a.status == 400 {
		if field, _ := a.at("errors.0.field").(string); field == "" {
			t.Errorf("%s: the refusal names no field: %.500s", what, a.content)
		}
	}
}

func clipped(texts []string) []string {
	out := slices.Clone(texts)
	for i := range out {
		out[i] = fmt.Sprintf("%.40s", out[i])
	}
	return out
}

// nonsenseFor is all that is sent to one route: in its path, its query, its headers and its body, one at a time.
func nonsenseFor(doc object, method, path string, op object) func(yield func(nonsense) bool) {
	return func(yield func(nonsense) bool) {
		good := strings.NewReplacer("{id}", "3", "{orderId}", "3", "{occasionId}", "2", "{userId}", "1", "{sku}", "none", "{slug}", "none",
			"{key}", "none").Replace(path)
		send := func(n nonsense) {
			n.method = method
			yield(n)
		}
		for _, bad := range badPaths() {
			if i := strings.Index(path, "{"); i >= 0 {
				send(nonsense{path: path[:i] + bad + strings.NewReplacer("{id}", bad, "{occasionId}", bad).Replace(path[i+strings.Index(path[i:], "}")+1:])})
			}
		}
		for _, name := range queryOf(op) {
			for _, bad := range badTexts() {
				send(nonsense{path: good + "?" + name + "=" + url.QueryEscape(bad)})
			}
			send(nonsense{path: good + "?" + name + "=%zz&" + name + "=1&" + name + "[]=2;" + name})
		}
		for _, h := range badHeaders() {
			send(nonsense{path: good, headers: h[:]})
		}
		if op["requestBody"] == nil {
			return
		}
		for _, body := range malformed() {
			send(nonsense{path: good, body: raw(body), malformed: true})
		}
		send(nonsense{path: good, body: raw(`{"items":"` + strings.Repeat("a", 10<<20) + `"}`)})
		for _, path := range fieldsOf(doc, op) {
			for _, bad := range badValues() {
				send(nonsense{path: good, body: nested(path, bad)})
			}
		}
	}
}

func badPaths() []string {
	return []string{"0", "-1", "99999999999999999999", "1e3", "1.5", "0x1", "%00", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..", "%ff%fe", "'%20or%201=1--",
		"%F0%9F%8C%B7", "null", "1%2F2", strings.Repeat("9", 3000), "%0d%0aSet-Cookie:a=b", "%3Cscript%3E"}
}

func badTexts() []string {
	return []string{"", "-1", "99999999999999999999", "1e309", "NaN", "\x00", "\xff\xfe", "' or 1=1--", "%", "_", `\`, strings.Repeat("a", 3000), "2030-02-31", "😀"}
}

func badHeaders() [][2]string {
	long := strings.Repeat("a", 9000)
	return [][2]string{
		{"Idempotency-Key", ""}, {"Idempotency-Key", long}, {"Idempotency-Key", "ñ\xff"}, {"Authorization", "Bearer " + long},
		{"Authorization", "Bearer \xff"}, {"Authorization", "Basic !!!"}, {"Authorization", "Bearer"}, {"Cookie", guest.Name + "=" + long},
		{"Cookie", guest.Name + "=AAAA; ;=;"}, {"Content-Type", "text/\xff;="}, {"Content-Type", "application/json; charset=utf-7"},
		{"Content-Type", "multipart/form-data; boundary="}, {"Content-Encoding", "gzip"}, {"Accept", "\xff"}, {"Accept-Language", long},
		{"X-Forwarded-For", "1.2.3.4, " + long}, {"X-Forwarded-Proto", "javascript"}, {"Traceparent", "00-zz-zz-zz"}, {"Range", "bytes=9-1"},
		{"If-None-Match", long}, {"X-Request-Id", "a\xffb"}, {"Origin", "null"}, {"Expect", "100-continue"},
	}
}

func malformed() []string {
	return []string{``, ` `, `{`, `nonsense`, `{"a":1,"a":2}`, "{\"a\":\"\xff\xfe\"}", "{\"a\":\"x\x00y\"}", `{"a":"x\u0000y"}`, `{"a":"\ud800"}`, `{}{}`,
		`{"a":01}`, `1e999`, `[]`, `"text"`, `7`, `true`, "\xef\xbb\xbf{}", `{"a":1,}`, `{a:1}`, "// a\n{}",
		strings.Repeat(`{"a":`, 200) + `1` + strings.Repeat(`}`, 200), strings.Repeat(`[`, 100_000), `{"a":` + strings.Repeat("9", 100_000) + `}x`,
		`{"items":[` + strings.Repeat(`{},`, 15_000) + `{}]}x`}
}

func badValues() []any {
	return []any{nil, true, -1, 0, 1.5, 1e300, raw(`99999999999999999999999999`), raw(`1e-400`), "", "x", "\u0007\u202e", strings.Repeat("ñ", 50_000), list{},
		list{list{}}, object{}, object{"a": object{}}, "2030-02-31", "<script>", list{1, "x", nil}}
}
