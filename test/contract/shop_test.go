// Package contract tests the HTTP contract against the whole program over a real connection: each implemented endpoint,
// its success shape, its errors and bounds, and what the pages of the legacy front end rely on.
package contract

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"floresya/internal/postgres/pgtest"
	"floresya/test/program"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shop is the program serving the demo shop on an address of its own.
type shop struct {
	url string
}

// start runs the program until the test ends.
func start(t testing.TB, settings map[string]string) *shop {
	t.Helper()
	return &shop{program.Start(t, settings)}
}

// caller is one browser: it keeps cookies, and sends no header but Content-Type unless told.
type caller struct {
	t       testing.TB
	shop    *shop
	client  *http.Client
	cookies map[string]string
	token   string
}

func (s *shop) guest(t testing.TB) *caller {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{t: t, shop: s, client: &http.Client{Transport: transport, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, cookies: map[string]string{}}
}

func (s *shop) admin(t testing.TB) *caller {
	t.Helper()
	c := s.guest(t)
	a := c.post("/api/auth/login", object{"email": program.AdminEmail, "password": program.AdminPassword}).want(200)
	c.token = a.field("data.token").(string)
	clear(c.cookies)
	return c
}

type (
	object = map[string]any
	list   = []any
)

// answer is a response with its body decoded.
type answer struct {
	t       testing.TB
	what    string
	status  int
	header  http.Header
	body    any
	content string
}

func (c *caller) get(path string) *answer { return c.send("GET", path, nil) }
func (c *caller) post(path string, body any, h ...string) *answer {
	return c.send("POST", path, body, h...)
}
func (c *caller) put(path string, body any) *answer   { return c.send("PUT", path, body) }
func (c *caller) patch(path string, body any) *answer { return c.send("PATCH", path, body) }

// send sends body as JSON; a raw one goes as it is. headers are names and values.
func (c *caller) send(method, path string, body any, headers ...string) *answer {
	c.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case raw:
		content = strings.NewReader(string(b))
	default:
		encoded, err := json.Marshal(b, json.Deterministic(true))
		if err != nil {
			c.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.shop.url+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w, err := c.client.Do(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer w.Body.Close()
	for _, cookie := range w.Cookies() {
		c.cookies[cookie.Name] = cookie.Value
	}
	text, err := io.ReadAll(w.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	a := &answer{t: c.t, what: method + " " + path, status: w.StatusCode, header: w.Header, content: string(text)}
	if strings.Contains(w.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(text, &a.body); err != nil {
			c.t.Fatalf("%s: no JSON: %v\n%.500s", a.what, err, text)
		}
	}
	return a
}

// raw is a body sent as it is.
type raw string

// want checks the status, and that an error has the whole envelope of the contract.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: got %d, want %d\n%.700s", a.what, a.status, status, a.content)
	}
	o, ok := a.body.(object)
	if !ok {
		return a
	}
	if status < 300 {
		if o["success"] != true {
			a.t.Errorf("%s: success is %v", a.what, o["success"])
		}
		if !strings.Contains(a.header.Get("Content-Type"), "application/json") {
			a.t.Errorf("%s: Content-Type %s", a.what, a.header.Get("Content-Type"))
		}
		return a
	}
	for _, key := range []string{"error", "code", "category", "message", "type", "title", "status", "detail", "instance", "timestamp", "path", "requestId"} {
		if o[key] == nil || o[key] == "" {
			a.t.Errorf("%s: the error lacks %s: %s", a.what, key, a.content)
		}
	}
	if o["success"] != false || o["status"] != float64(status) || o["detail"] != o["message"] {
		a.t.Errorf("%s: envelope %s", a.what, a.content)
	}
	if status == 404 && !strings.Contains(o["message"].(string), "not found") {
		a.t.Errorf("%s: a 404 must say not found: %s", a.what, o["message"])
	}
	return a
}

// refused checks the class and code of an error.
func (a *answer) refused(status int, class string, code int) *answer {
	a.t.Helper()
	a.want(status)
	if got := a.field("error"); got != class || a.field("code") != float64(code) {
		a.t.Errorf("%s: got %v %v, want %s %d\n%s", a.what, got, a.field("code"), class, code, a.content)
	}
	return a
}

// names checks that a validation error names exactly this field, in both places of the contract.
func (a *answer) names(field string) *answer {
	a.t.Helper()
	a.want(400)
	if got := a.field("errors.0.field"); got != field || a.field("validationErrors.errors.0.field") != field {
		a.t.Errorf("%s: names %v, want %s\n%s", a.what, got, field, a.content)
	}
	return a
}

// field walks a dotted path; what is not there is nil.
func (a *answer) field(path string) any {
	v := a.body
	for name := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case object:
			v = at[name]
		case list:
			i := 0
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

func (a *answer) list() list {
	a.t.Helper()
	l, ok := a.field("data").(list)
	if !ok {
		a.t.Fatalf("%s: data is no list: %.300s", a.what, a.content)
	}
	return l
}

func (a *answer) id() int {
	a.t.Helper()
	n, ok := a.field("data.id").(float64)
	if !ok {
		a.t.Fatalf("%s: no id: %.300s", a.what, a.content)
	}
	return int(n)
}

// shape is the kind of each field: n number, s string, b boolean, l list, o object, t instant; a ? may be null.
type shape map[string]string

// has checks that v has exactly the kinds of want; fields that want does not name are fine.
func (a *answer) has(v any, want shape) {
	a.t.Helper()
	o, ok := v.(object)
	if !ok {
		a.t.Fatalf("%s: %v is no object", a.what, v)
	}
	for name, kind := range want {
		value, there := o[name]
		if !there {
			a.t.Errorf("%s: %s is missing", a.what, name)
			continue
		}
		if value == nil && strings.HasSuffix(kind, "?") {
			continue
		}
		ok := false
		switch strings.TrimSuffix(kind, "?") {
		case "n":
			_, ok = value.(float64)
		case "s":
			_, ok = value.(string)
		case "b":
			_, ok = value.(bool)
		case "l":
			_, ok = value.(list)
		case "o":
			_, ok = value.(object)
		case "t":
			text, _ := value.(string)
			_, err := time.Parse(time.RFC3339Nano, text)
			ok = err == nil
		}
		if !ok {
			a.t.Errorf("%s: %s is %v, want %s", a.what, name, value, kind)
		}
	}
}
