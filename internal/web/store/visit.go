package store

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

type visitKey struct{}

// visit is one request on its way through the storefront.
type visit struct {
	store *Store
	w     http.ResponseWriter
	r     *http.Request
	lang  lang.Lang
	path  string // without base and language: "/catalogo"
	now   time.Time
	bag   Bag
	rate  Rate
	rated bool // there is a rate
	cal   calendar
}

// ServeHTTP takes the base path and the language off the address and answers with the page.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := s.visit(w, r)
	inner := r.Clone(context.WithValue(r.Context(), visitKey{}, v))
	inner.URL.Path, inner.URL.RawPath = v.path, ""
	s.mux.ServeHTTP(w, inner)
}

// visit reads what an address and its cookie say.
func (s *Store) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{store: s, w: w, r: r, now: s.now().In(lang.Caracas())}
	path, inside := strings.CutPrefix(r.URL.Path, s.base)
	if path == "" {
		path = "/"
	}
	if !inside || path[0] != '/' {
		path = "/\x00" // not ours: no route has this path
	}
	if rest, english := strings.CutPrefix(path, "/en"); english && (rest == "" || rest[0] == '/') {
		v.lang, path = lang.EN, rest
		if rest == "" {
			path = "/"
		}
	}
	v.path = path
	v.bag = readBag(r, v.now)
	return v
}

// Say returns a message in the visitor's language.
func (v *visit) Say(key string, args ...any) string { return v.store.words.Say(v.lang, key, args...) }

// Plural returns the form of a message for n.
func (v *visit) Plural(key string, n int, args ...any) string {
	return v.store.words.Plural(v.lang, key, n, args...)
}

// URL is the address of a page in the visitor's language.
func (v *visit) URL(path string) string { return v.store.url(v.lang, path) }

// Link is URL for templates.
func (v *visit) Link(path string) templ.SafeURL { return templ.SafeURL(v.URL(path)) }

// In is the address of this very page in another language.
func (v *visit) In(l lang.Lang) string {
	target := v.store.url(l, v.path)
	if q := v.r.URL.RawQuery; q != "" && (v.r.Method == http.MethodGet || v.r.Method == http.MethodHead) {
		target += "?" + q
	}
	return target
}

func (s *Store) url(l lang.Lang, path string) string {
	prefix := s.base
	if l == lang.EN {
		prefix += "/en"
		if path == "/" {
			return prefix
		}
	}
	return prefix + path
}

// absolute is the address for the world outside: canonical links, shared cards, the sitemap.
func (v *visit) absolute(path string) string {
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		return path
	}
	if v.store.public != "" {
		return v.store.public + path
	}
	u := url.URL{Scheme: "http", Host: v.r.Host}
	if v.r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String() + path
}

// VES converts a price at the rate of the day; 0 when there is none.
func (v *visit) VES(a money.USD) money.VES {
	if !v.rated {
		return 0
	}
	ves, err := v.rate.VES.VES(a)
	if err != nil {
		return 0 // beyond every real price: show dollars alone
	}
	return ves
}

// WholeVES is VES as orders count it, in whole bolívares.
func (v *visit) WholeVES(a money.USD) money.VES {
	if !v.rated {
		return 0
	}
	ves, err := v.rate.VES.WholeVES(a)
	if err != nil {
		return 0
	}
	return ves
}

// Bs writes VES(a), or nothing when there is no rate.
func (v *visit) Bs(a money.USD) string {
	if ves := v.VES(a); ves != 0 {
		return v.lang.Bs(ves)
	}
	return ""
}

// partial reports whether htmx asks for one part of the page only, named by its id.
func (v *visit) partial(id string) bool {
	return v.r.Header.Get("HX-Request") == "true" && v.r.Header.Get("HX-Target") == id &&
		v.r.Header.Get("HX-History-Restore-Request") != "true"
}

// redirect sends the visitor on with GET after a form was taken.
func (v *visit) redirect(path string) error {
	http.Redirect(v.w, v.r, v.URL(path), http.StatusSeeOther)
	return nil
}

func (v *visit) ctx() context.Context { return v.r.Context() }

func (v *visit) today() time.Time { return midnight(v.now) }

// midnight is the beginning of t's civil day in Caracas.
func midnight(t time.Time) time.Time {
	y, m, d := t.In(lang.Caracas()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, lang.Caracas())
}
