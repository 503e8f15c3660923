package office_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/web/lang"
	"floresya/internal/web/office"
)

// pages are all that can be looked at, with something in each.
var pages = []string{
	"/oficina/entrar", "/oficina", "/oficina?q=maritza", "/oficina?q=nadie", "/oficina/pedidos/1042", "/oficina/pedidos/1043",
	"/oficina/pedidos/1044", "/oficina/pedidos/1044?zona=2", "/oficina/pedidos/1035", "/oficina/pedidos/1037", "/oficina/pedidos/1038",
	"/oficina/pedidos/1030", "/oficina/pedidos/1031", "/oficina/pedidos/1042/hoja", "/oficina/pagos", "/oficina/por-acordar",
	"/oficina/flores", "/oficina/flores?q=zzz", "/oficina/entregas", "/oficina/entregas?zona=9&desde=2026-11-25", "/oficina/tasa",
	"/oficina/correo", "/oficina/correo/" + letterID, "/oficina/mas", "/oficina?listo=estado-shipped",
}

// answer is what a browser gets, without following redirects.
type answer struct {
	*http.Response
	text string
}

func ask(t testing.TB, h http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{w.Result(), string(body)}
}

func get(t testing.TB, h http.Handler, path string) answer {
	t.Helper()
	return ask(t, h, httptest.NewRequest(http.MethodGet, path, nil))
}

// form posts fields, given as name, value, name, value.
func form(path string, fields ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func in(l lang.Lang, path string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: "floresya-office-lang", Value: l.Code()})
	return r
}

var (
	inline  = regexp.MustCompile(`<[^>]*\s(style|on[a-z]+)=`)
	unnonce = regexp.MustCompile(`<(script|style)(?:\s[^>]*)?>`)
)

func TestEveryPageIsWholeInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, l := range lang.All() {
		for _, path := range pages {
			who := rosa
			if path == "/oficina/entrar" {
				who = nil
			}
			a := ask(t, monday().handler(t, who), in(l, path))
			if a.StatusCode != http.StatusOK || !strings.Contains(a.text, `<html lang="`+l.Code()+`"`) || !strings.HasSuffix(a.text, "</html>") {
				t.Errorf("%s in %s: status %d, %d bytes", path, l.Code(), a.StatusCode, len(a.text))
			}
			if i := strings.Index(a.text, "⟨"); i >= 0 {
				t.Errorf("%s in %s lacks a word: %.60s", path, l.Code(), a.text[i:])
			}
			if strings.Contains(a.text, "%!") {
				t.Errorf("%s in %s: a word got the wrong arguments", path, l.Code())
			}
		}
	}
}

// The attack: a customer writes markup into his order, and a link that is a script.
func TestPagesRunNothingThatACustomerWrote(t *testing.T) {
	t.Parallel()
	h := monday().handler(t, rosa)
	for _, path := range pages {
		a := get(t, h, path)
		if strings.Contains(a.text, "<script>alert") || strings.Contains(a.text, "<img src=x") || strings.Contains(a.text, `"javascript:`) {
			t.Errorf("%s carries the customer's markup", path)
		}
		if found := inline.FindString(a.text); found != "" {
			t.Errorf("%s: the policy forbids %s", path, found)
		}
		for _, tag := range unnonce.FindAllString(a.text, -1) {
			if !strings.Contains(tag, "nonce=") {
				t.Errorf("%s: %s has no nonce", path, tag)
			}
		}
		policy := a.Header.Get("Content-Security-Policy")
		if a.StatusCode == http.StatusOK && (!strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe")) {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	if a := get(t, h, "/oficina/pedidos/1042"); !strings.Contains(a.text, "&lt;script&gt;alert") {
		t.Error("the customer's own words are not shown")
	}
}

func routes(t testing.TB) []office.Route {
	t.Helper()
	o, err := office.New(deps(t, monday()), office.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return o.Routes()
}

func TestOnlyAdminsComeIn(t *testing.T) {
	t.Parallel()
	beto := &identity.Principal{UserID: 4, Role: identity.RoleUser, Email: "beto@floresya.example"}
	fill := strings.NewReplacer("{id}", "1042", "{payment}", "71", "{key}", "recibo.svg")
	tried := 0
	for _, route := range routes(t) {
		if route.Open {
			continue
		}
		tried++
		path := fill.Replace(route.Pattern)
		for _, who := range []*identity.Principal{nil, beto} {
			s := monday()
			a := ask(t, s.handler(t, who), form(path, "estado", "shipped", "horario", "2026-11-25/1", "zona", "1", "cupo", "3", "precio", "1",
				"piezas", "1", "vistas", "12", "tasa", "240", "motivo", "porque sí", "dia", "2026-11-25"))
			if route.Method == http.MethodGet {
				a = get(t, s.handler(t, who), path)
			}
			want := http.StatusForbidden
			switch {
			case who == nil && route.Method == http.MethodGet:
				want = http.StatusSeeOther
			case who == nil:
				want = http.StatusUnauthorized
			}
			if a.StatusCode != want || len(s.did) != 0 || strings.Contains(a.text, "Gabriela") {
				t.Errorf("%s %s by %v: status %d, want %d; did %v", route.Method, path, who, a.StatusCode, want, s.did)
			}
			if where := a.Header.Get("Location"); want == http.StatusSeeOther && where != "/oficina/entrar?a="+url.QueryEscape(path) {
				t.Errorf("%s leads to %s", path, where)
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d routes were tried", tried)
	}
	r := httptest.NewRequest(http.MethodGet, "/oficina", nil)
	r.Header.Set("HX-Request", "true")
	if a := ask(t, monday().handler(t, nil), r); a.StatusCode != http.StatusUnauthorized || a.Header.Get("HX-Redirect") == "" {
		t.Errorf("htmx without a session: %d, %v", a.StatusCode, a.Header)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	h := monday().handler(t, nil)
	a := ask(t, h, form("/oficina/entrar", "email", rosa.Email, "password", "Orquídea-1948", "a", "/oficina/pagos"))
	cookie := a.Cookies()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/oficina/pagos" || len(cookie) != 1 ||
		cookie[0].Value != "token-of-rosa" || !cookie[0].HttpOnly || cookie[0].SameSite == http.SameSiteNoneMode || cookie[0].MaxAge != 86400 {
		t.Errorf("right password: %d to %s, cookies %v", a.StatusCode, a.Header.Get("Location"), cookie)
	}
	for password, want := range map[string]int{"wrong": http.StatusUnauthorized, "too often": http.StatusTooManyRequests} {
		a := ask(t, h, form("/oficina/entrar", "email", rosa.Email, "password", password))
		if a.StatusCode != want || len(a.Cookies()) != 0 || !strings.Contains(a.text, `value="`+rosa.Email+`"`) || strings.Contains(a.text, `value="`+password) {
			t.Errorf("password %q: status %d, want %d and the e-mail kept, the password not", password, a.StatusCode, want)
		}
	}
	if a := ask(t, h, form("/oficina/entrar", "email", "beto@floresya.example", "password", "Orquídea-1948")); a.StatusCode != http.StatusForbidden || len(a.Cookies()) != 0 {
		t.Errorf("a customer's account: %d, cookies %v", a.StatusCode, a.Cookies())
	}
	for _, to := range []string{"https://mal.example/", "//mal.example", "/oficinax", "/oficina/../api", `/oficina\..`, "javascript:alert(1)"} {
		a := ask(t, h, form("/oficina/entrar", "email", rosa.Email, "password", "Orquídea-1948", "a", to))
		if where := a.Header.Get("Location"); where != "/oficina" {
			t.Errorf("a sign-in link with %q leads to %q", to, where)
		}
	}
	if a := ask(t, h, form("/oficina/salir")); len(a.Cookies()) != 1 || a.Cookies()[0].MaxAge >= 0 {
		t.Errorf("sign-out leaves cookies %v", a.Cookies())
	}
}

func TestDatabaseAwayIsSaidKindly(t *testing.T) {
	t.Parallel()
	s := monday()
	s.broken = context.DeadlineExceeded
	if a := get(t, s.handler(t, rosa), "/oficina"); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("database away: %d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
	}
	s.broken = errors.New("boom at /var/secret")
	if a := get(t, s.handler(t, rosa), "/oficina"); a.StatusCode != http.StatusInternalServerError || strings.Contains(a.text, "secret") {
		t.Errorf("defect: %d; the cause must stay in the log", a.StatusCode)
	}
	for path, want := range map[string]int{"/oficina/nada": 404, "/oficina/pedidos/9": 404, "/oficina/pedidos/abc": 404,
		"/oficina/pedidos/99999999999999999999": 404, "/oficina/recibos/otro": 404, "/oficina/correo/otra": 404,
		"/oficina/correo/019ac6f0-0000-7000-8000-000000000002": 404, "/oficina/": 303} {
		if a := get(t, monday().handler(t, rosa), path); a.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, a.StatusCode, want)
		}
	}
}

func TestRefusalsBeforeTheOfficeHaveItsPage(t *testing.T) {
	t.Parallel()
	o, err := office.New(deps(t, monday()), office.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	o.ErrorPage(w, httptest.NewRequest(http.MethodPost, "/oficina/tasa", nil), fault.New(fault.Denied, "cross_origin", "no"))
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "vino de otro sitio") {
		t.Errorf("another site's form: %d", w.Code)
	}
}

func TestPagesDoNotWaitForADatabaseThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := monday()
		s.hangs = true
		start := time.Now()
		if a := get(t, s.handler(t, rosa), "/oficina/tasa"); a.StatusCode != http.StatusServiceUnavailable || time.Since(start) > 10*time.Second {
			t.Errorf("database hangs: %d after %v", a.StatusCode, time.Since(start))
		}
	})
}

func TestFormsThatAreNoTextAreRefused(t *testing.T) {
	t.Parallel()
	s := monday()
	h := s.handler(t, rosa)
	for _, body := range []string{"estado=ship\x00ped", "estado=%00", "nota=%ff&estado=shipped", "%zz=1", "a=" + strings.Repeat("x", 70<<10)} {
		r := httptest.NewRequest(http.MethodPost, "/oficina/pedidos/1035/estado", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if a := ask(t, h, r); a.StatusCode < 400 || a.StatusCode > 499 || len(s.did) != 0 {
			t.Errorf("%.20q: status %d, did %v", body, a.StatusCode, s.did)
		}
	}
}

// Every key that the source names literally has its words.
func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	o, err := office.New(deps(t, monday()), office.Config{})
	if err != nil {
		t.Fatal(err)
	}
	say := regexp.MustCompile(`\.(Say|Plural)\("([a-z0-9.-]+)"[,)]`)
	seen := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range say.FindAllStringSubmatch(string(text), -1) {
			seen++
			key := m[2]
			if m[1] == "Plural" {
				key += ".one"
			}
			if !o.HasWord(key) {
				t.Errorf("%s says %q, which has no words", name, key)
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d keys were found in the source", seen)
	}
}
