package contract

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// everyRoute: the OpenAPI document is well formed, and each route in it answers as one that exists.
func everyRoute(t *testing.T, s *shop) {
	c := s.guest(t)
	a := c.get("/api/openapi.json")
	doc, ok := a.body.(object)
	if a.status != 200 || !ok || !strings.HasPrefix(fmt.Sprint(doc["openapi"]), "3.1") {
		t.Fatalf("openapi.json: %d %.200s", a.status, a.content)
	}
	references(t, doc, doc)
	ids := map[any]bool{}
	paths := doc["paths"].(object)
	for path, v := range paths {
		for method, v := range v.(object) {
			op := v.(object)
			if ids[op["operationId"]] || op["responses"].(object)["default"] == nil && op["responses"].(object)["200"] == nil {
				t.Errorf("%s %s: operationId %v, responses %v", method, path, op["operationId"], op["responses"])
			}
			ids[op["operationId"]] = true
			parameters(t, path, op)
			concrete := strings.NewReplacer("{id}", "999998", "{orderId}", "999998", "{occasionId}", "999998", "{userId}", "999998", "{imageIndex}", "1",
				"{sku}", "none", "{slug}", "none", "{key}", "none").Replace(path)
			if answer := c.send(strings.ToUpper(method), concrete, nil); strings.HasPrefix(fmt.Sprint(answer.field("message")), "Route not found") {
				t.Errorf("%s %s is described and does not exist", method, path)
			}
		}
	}
	for _, path := range []string{"/api/products", "/api/products/{id}", "/api/orders", "/api/payments/{orderId}/confirm", "/api/auth/login"} {
		if paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	if docs := c.get("/api/docs"); docs.status != 200 || !strings.Contains(docs.content, "/api/payments/{orderId}/confirm") {
		t.Errorf("docs: %d", docs.status)
	}
	for _, path := range []string{"/api", "/api/nothing", "/api/users", "/api/products/1/nothing", "/api/accounting/expenses"} {
		c.get(path).refused(404, "NotFoundError", 3001)
	}
	c.send("DELETE", "/api/products", nil).refused(404, "NotFoundError", 3001)
}

// references: each $ref leads to a schema.
func references(t *testing.T, doc object, v any) {
	switch v := v.(type) {
	case object:
		if ref, ok := v["$ref"].(string); ok {
			name, local := strings.CutPrefix(ref, "#/components/schemas/")
			if schemas := doc["components"].(object)["schemas"].(object); !local || schemas[name] == nil {
				t.Errorf("$ref %s leads nowhere", ref)
			}
		}
		for _, value := range v {
			references(t, doc, value)
		}
	case list:
		for _, value := range v {
			references(t, doc, value)
		}
	}
}

// parameters: those in the path are all described, and only those.
func parameters(t *testing.T, path string, op object) {
	described := 0
	params, _ := op["parameters"].(list)
	for _, v := range params {
		p := v.(object)
		if p["in"] == "path" {
			described++
			if !strings.Contains(path, fmt.Sprintf("{%v}", p["name"])) || p["required"] != true {
				t.Errorf("%s: path parameter %v", path, p)
			}
		}
	}
	if described != strings.Count(path, "{") {
		t.Errorf("%s: %d path parameters are described", path, described)
	}
}

func badBodies(t *testing.T, s *shop) {
	admin := s.admin(t)
	routes := map[string]string{"/api/orders": "POST", "/api/products": "POST", "/api/products/1": "PUT", "/api/products/1/stock": "PATCH",
		"/api/occasions": "POST", "/api/settings/contact_phone_primary": "PUT", "/api/orders/1/status": "PATCH",
		"/api/payments/1/confirm": "POST", "/api/admin/settings/bcv-price": "POST", "/api/auth/login": "POST"}
	for path, method := range routes {
		for _, body := range []raw{``, `{`, `nonsense`, `{"a":1,"a":2}`, "{\"a\":\"\xff\xfe\"}", `{"a":"x\u0000y"}`, "{\"a\":\"x\x00y\"}",
			raw(strings.Repeat(`{"a":`, 200) + `1` + strings.Repeat(`}`, 200)), raw(`[` + strings.Repeat(`[],`, 30000) + `[]]`),
			`{"a":"\ud800"}`, `{}{}`, `{"a":01}`, `1e999`, `[]`} {
			a := admin.send(method, path, body)
			if path == "/api/auth/login" && len(body) > 16<<10 {
				a.refused(413, "PayloadTooLargeError", 1007)
				continue
			}
			if a.status != 400 {
				t.Errorf("%s %s with %.40q: got %d %.200s", method, path, body, a.status, a.content)
				continue
			}
			a.want(400)
			if a.field("errors.0.field") == nil {
				t.Errorf("%s %s with %.40q names no field: %s", method, path, body, a.content)
			}
		}
		huge := admin.send(method, path, raw(`"`+strings.Repeat("a", 10<<20)+`"`))
		huge.refused(413, "PayloadTooLargeError", 1007)
	}
	multipart := admin.post("/api/products", raw("--x\r\n\r\n--x--"), "Content-Type", "multipart/form-data; boundary=x")
	multipart.refused(400, "BadRequestError", 1002)
	for _, path := range []string{"/api/products?search=" + strings.Repeat("a", 9000), "/api/products/" + strings.Repeat("9", 5000)} {
		if a := admin.get(path); a.status != 400 {
			t.Errorf("long address: %d", a.status)
		}
	}
}

func headers(t *testing.T, s *shop) {
	c := s.guest(t)
	a := c.get("/api/products?limit=1").want(200)
	for name, want := range map[string]string{"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "strict-origin-when-cross-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "cross-origin", "X-Ratelimit-Type": "read"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"X-Request-Id", "Permissions-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		if a.header.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
	order := c.bouquet(8, 1, false)
	c.post("/api/orders", order, "Origin", "https://evil.example").refused(403, "ForbiddenError", 2004)
	c.post("/api/orders", order, "Sec-Fetch-Site", "cross-site").refused(403, "ForbiddenError", 2004)
	c.post("/api/orders", order, "Origin", s.url, "Sec-Fetch-Site", "same-origin").want(201)
	if got := c.send("GET", "/api/products", nil, "Origin", "https://evil.example").header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a foreign origin may read: %s", got)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, s.url+"/api/products/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Body.Close(); err != nil || w.StatusCode != 200 {
		t.Errorf("HEAD: %d %v", w.StatusCode, err)
	}
}

func probes(t *testing.T, s *shop) {
	c := s.guest(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := c.get(path); a.status != 200 {
			t.Errorf("%s: %d %s", path, a.status, a.content)
		}
	}
	health := c.get("/health").want(200)
	health.has(health.field("data"), shape{"status": "s", "timestamp": "t", "uptime": "n"})
	if health.field("data.status") != "healthy" || health.field("message") != "Service is running" {
		t.Errorf("health: %s", health.content)
	}
	c.get("/api/products/1").want(200)
	if a := c.get("/metrics"); !strings.Contains(a.content, `floresya_http_request_seconds_count{method="GET",route="/api/products/{id}",status="2xx"}`) ||
		strings.Contains(a.content, "/api/products/1\"") {
		t.Errorf("metrics: %.300s", a.content)
	}
	// Money is numbers, as they were written.
	one := c.get("/api/products/1")
	if !bytes.Contains([]byte(one.content), []byte(`"price_usd":`)) || json.Unmarshal([]byte(one.content), &struct {
		Data struct {
			Price float64 `json:"price_usd"`
		} `json:"data"`
	}{}) != nil {
		t.Errorf("price_usd is no number: %.300s", one.content)
	}
}
