package store_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"floresya/internal/web/assets"
	"floresya/internal/web/lang"
	"floresya/internal/web/page"
	"floresya/internal/web/store"
)

// tuesday is 9:40 in Caracas on Tuesday 24 November 2026.
var tuesday = time.Date(2026, 11, 24, 9, 40, 0, 0, lang.Caracas())

// visitor is a browser without scripts: it keeps cookies, follows redirects and sends forms.
type visitor struct {
	t      testing.TB
	base   string // of the server, with the storefront's base path
	client *http.Client
}

// answer is a page that a visitor sees.
type answer struct {
	*http.Response
	text string
}

func open(t testing.TB, shop *Shop, config store.Config) *visitor {
	t.Helper()
	files, err := assets.New()
	if err != nil {
		t.Fatal(err)
	}
	config.Now = func() time.Time { return shop.Now }
	s, err := store.New(store.Deps{Kit: page.New(files), Catalogue: shop, Delivery: shop, Rates: Rates{shop}, Settings: shop,
		Orders: shop, Payments: shop, Log: slog.New(slog.DiscardHandler)}, config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: server.URL + config.Base, client: &http.Client{Jar: jar}}
}

func newShop(t testing.TB) *Shop {
	t.Helper()
	shop, err := New(tuesday)
	if err != nil {
		t.Fatal(err)
	}
	return shop
}

func (v *visitor) get(path string) answer {
	v.t.Helper()
	res, err := v.client.Get(v.base + path)
	return v.read(res, err)
}

func (v *visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	res, err := v.client.PostForm(v.base+path, form)
	return v.read(res, err)
}

func (v *visitor) read(res *http.Response, err error) answer {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res, string(text)}
}

// path is where the visitor stands now, without the server.
func (a answer) path() string { return a.Request.URL.Path }

// want fails unless the page has that status and shows all texts.
func (a answer) want(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: got status %d, want %d", a.path(), a.StatusCode, status)
	}
	seen := plain(a.text)
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			t.Errorf("%s does not show %q", a.path(), text)
		}
	}
}

// lack fails if the page shows any of the texts.
func (a answer) lack(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(plain(a.text), text) {
			t.Errorf("%s shows %q", a.path(), text)
		}
	}
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
	inputs = regexp.MustCompile(`<input[^>]*>`)
)

// plain is the text of a page as it is read, its tags gone.
func plain(page string) string {
	text := html.UnescapeString(tags.ReplaceAllString(page, " "))
	return blanks.ReplaceAllString(strings.ReplaceAll(text, "\u00a0", " "), " ")
}

// fields are the values that a form would send as it came: hidden fields, and what is chosen or typed already.
func (a answer) fields() url.Values {
	form := url.Values{}
	for _, tag := range inputs.FindAllString(a.text, -1) {
		name, value := attribute(tag, "name"), attribute(tag, "value")
		kind := attribute(tag, "type")
		choice := kind == "radio" || kind == "checkbox"
		if name == "" || kind == "file" || choice && !strings.Contains(tag, " checked") {
			continue
		}
		form.Add(name, value)
	}
	return form
}

func attribute(tag, name string) string {
	_, rest, _ := strings.Cut(tag, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// order fills the checkout form that a page shows.
func (a answer) order() url.Values {
	form := a.fields()
	for name, value := range map[string]string{
		"recibe": "Maritza Rondón", "telefono_recibe": "0414 123 45 67", "zona": "2", "direccion": "3.ª avenida, piso 4",
		"referencia": "Portón verde", "fecha": "2026-11-26", "horario": "41", "mensaje": "Hoy te abrazo con flores",
		"nombre": "Gabriela Rondón", "correo": "gaby@correo.example", "telefono": "+34 600 000 000", "sustitucion": "same_colour",
		"pago": "mobile_payment",
	} {
		form.Set(name, value)
	}
	return form
}

func itoa(n int) string { return strconv.Itoa(n) }
