package store_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"floresya/internal/fault"
	"floresya/internal/web/store"
)

// all visits every page of the storefront, in the state in which it has most to show.
func (v *visitor) all() map[string]answer {
	v.t.Helper()
	pages := map[string]answer{}
	for _, path := range []string{"/", "/catalogo", "/catalogo?q=nada+de+eso", "/catalogo?ocasion=amor&precio=25-50&orden=menor",
		"/producto/peonias-coral", "/producto/hortensia-del-avila", "/carrito", "/seguimiento", "/seguimiento?codigo=nada", "/zonas",
		"/como-pagar", "/nada"} {
		pages[path] = v.get(path)
	}
	checkout := v.basket()
	pages["/carrito (full)"], pages["/pedido"] = v.get("/carrito"), checkout
	pages["/pedido (refused)"] = v.post("/pedido", url.Values{"linea": {"3x1"}})
	thanks := v.post("/pedido", checkout.order())
	here := v.inside(thanks.path())
	pages["/gracias"] = thanks
	pages["/gracias (refused)"] = v.post(here, url.Values{"llave": {"x"}})
	proof := thanks.fields()
	proof.Set("referencia", "123456")
	pages["/gracias (sent)"] = v.post(here, proof)
	pages["/gracias (cash)"] = v.get(here + "?metodo=cash")
	pages["/seguimiento/x"] = v.get(strings.Replace(here, "/gracias/", "/seguimiento/", 1))
	return pages
}

// inside is a path below the visitor's base.
func (v *visitor) inside(path string) string {
	base, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	return strings.TrimPrefix(path, base.Path)
}

var (
	handlers = regexp.MustCompile(`<[a-z][^>]* (on[a-z]+|style)="`)
	scripts  = regexp.MustCompile(`<(?:script|style)([^>]*)>`)
	links    = regexp.MustCompile(`(?:href|action|hx-get|hx-post)="([^"]*)"`)
	ids      = regexp.MustCompile(` id="([^"]+)"`)
	labelled = regexp.MustCompile(` (?:for|aria-labelledby|aria-describedby|aria-controls|list)="([^"]+)"`)
	images   = regexp.MustCompile(`<img[^>]*>`)
	headings = regexp.MustCompile(`<h1[ >]`)
)

func TestEveryPageKeepsTheRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, prefix, lang string }{{"", "", "es"}, {"", "/en", "en"}, {"/tienda", "", "es"}, {"/tienda", "/en", "en"}} {
		v := open(t, newShop(t), store.Config{Base: c.base, Public: "https://flores.example"})
		v.base += c.prefix
		for name, page := range v.all() {
			name = c.base + c.prefix + " " + name
			if !strings.Contains(page.text, `<html lang="`+c.lang+`"`) {
				t.Errorf("%s is not in %s", name, c.lang)
			}
			if strings.Contains(page.text, "⟨") {
				t.Errorf("%s says a message that is not written", name)
			}
			if n := len(headings.FindAllString(page.text, -1)); n != 1 {
				t.Errorf("%s has %d main headings, want 1", name, n)
			}
			nothingInline(t, name, page)
			everythingNamed(t, name, page)
			staysInside(t, name, page, c.base)
		}
	}
}

// nothingInline checks the content security policy against the page: what it forbids is not there.
func nothingInline(t *testing.T, name string, page answer) {
	t.Helper()
	if found := handlers.FindString(page.text); found != "" {
		t.Errorf("%s has something inline: %s", name, found)
	}
	policy := page.Header.Get("Content-Security-Policy")
	for _, m := range scripts.FindAllStringSubmatch(page.text, -1) {
		nonce := attribute("<script"+m[1], "nonce")
		if nonce == "" || !strings.Contains(policy, "'nonce-"+nonce+"'") {
			t.Errorf("%s has a script without the nonce of %q: %s", name, policy, m[0])
		}
	}
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("%s has the policy %q", name, policy)
	}
}

// everythingNamed checks ids, what refers to them, and the texts of pictures.
func everythingNamed(t *testing.T, name string, page answer) {
	t.Helper()
	var known []string
	for _, m := range ids.FindAllStringSubmatch(page.text, -1) {
		if slices.Contains(known, m[1]) {
			t.Errorf("%s has the id %q twice", name, m[1])
		}
		known = append(known, m[1])
	}
	for _, m := range labelled.FindAllStringSubmatch(page.text, -1) {
		for id := range strings.FieldsSeq(m[1]) {
			if !slices.Contains(known, id) && !strings.HasSuffix(id, "-error") {
				t.Errorf("%s refers to %q, which is not there", name, id)
			}
		}
	}
	for _, img := range images.FindAllString(page.text, -1) {
		if !strings.Contains(img, " alt=") {
			t.Errorf("%s has a picture without a text: %s", name, img)
		}
	}
}

// staysInside checks that every link of the page goes through the base path.
func staysInside(t *testing.T, name string, page answer, base string) {
	t.Helper()
	for _, m := range links.FindAllStringSubmatch(page.text, -1) {
		link := m[1]
		if strings.HasPrefix(link, "#") || strings.HasPrefix(link, "/assets/") || strings.HasPrefix(link, "https://wa.me/") {
			continue
		}
		if rest, absolute := strings.CutPrefix(link, "https://flores.example"); absolute {
			link = rest
		}
		if link != base && !strings.HasPrefix(link, base+"/") && !strings.HasPrefix(link, base+"?") {
			t.Errorf("%s links to %s, outside of %q", name, link, base)
		}
	}
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{})
	seen := map[string]bool{}
	for name, page := range v.all() {
		for _, m := range links.FindAllStringSubmatch(page.text, -1) {
			link, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
			if !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "/assets/") || strings.HasSuffix(link, "/nada") || seen[link] {
				continue
			}
			seen[link] = true
			if got := v.get(link); got.StatusCode != http.StatusOK {
				t.Errorf("%s links to %s, which answers %d", name, link, got.StatusCode)
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("found %d links, want those of every page", len(seen))
	}
}

func TestSearchEnginesAreToldEverything(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{Public: "https://flores.example"})
	page := v.get("/en/producto/peonias-coral")
	for _, want := range []string{
		`<link rel="canonical" href="https://flores.example/en/producto/peonias-coral">`,
		`hreflang="es" href="https://flores.example/producto/peonias-coral"`, `hreflang="x-default" href="https://flores.example/producto/peonias-coral"`,
		`<meta property="og:image" content="https://flores.example/img/peonias-coral.webp">`, `<meta property="og:locale" content="en_US">`,
		`<title>Coral Peonies · FloresYa</title>`,
	} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the product page lacks %s", want)
		}
	}
	_, rest, _ := strings.Cut(page.text, `application/ld+json"`)
	_, rest, _ = strings.Cut(rest, ">")
	text, _, _ := strings.Cut(rest, "</script>")
	var facts struct {
		Type   string `json:"@type"`
		Name   string
		Offers struct{ Price, PriceCurrency, Availability string }
	}
	if err := json.Unmarshal([]byte(text), &facts); err != nil {
		t.Fatalf("JSON-LD %q: %v", text, err)
	}
	if facts.Type != "Product" || facts.Offers.Price != "78.00" || facts.Offers.PriceCurrency != "USD" || !strings.HasSuffix(facts.Offers.Availability, "/InStock") {
		t.Errorf("JSON-LD: got %+v", facts)
	}
	for _, private := range []string{"/carrito", "/nada", "/catalogo?q=rosas"} {
		if p := v.get(private); !strings.Contains(p.text, `content="noindex"`) {
			t.Errorf("%s may be indexed", private)
		}
	}
	if moved := v.get("/producto/34"); moved.path() != "/producto/peonias-coral" {
		t.Errorf("a product by its id led to %s", moved.path())
	}
}

func TestSitemapListsEveryPageInBothLanguages(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{Base: "/tienda", Public: "https://flores.example"})
	var site struct {
		URLs []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(v.get("/sitemap.xml").text), &site); err != nil {
		t.Fatal(err)
	}
	if want := 2 * (48 + 5); len(site.URLs) != want {
		t.Errorf("got %d addresses, want %d", len(site.URLs), want)
	}
	for _, u := range site.URLs {
		path, ours := strings.CutPrefix(u.Loc, "https://flores.example/tienda")
		if page := v.get(path); !ours || page.StatusCode != http.StatusOK || strings.Contains(page.text, "noindex") {
			t.Errorf("%s: %d", u.Loc, page.StatusCode)
		}
	}
	v.get("/robots.txt").want(t, 200, "Disallow: /tienda/en/pedido", "Sitemap: https://flores.example/tienda/sitemap.xml")
}

func TestFaultsHavePagesOfTheirOwn(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	v.get("/nada").want(t, 404, "Esta página no floreció")
	v.get("/en/nada").want(t, 404, "This page did not bloom")
	v.get("/producto/no-existe").want(t, 404, "Esta página no floreció")
	v.get("/seguimiento/no-existe-ese-pedido").want(t, 404, "Esta página no floreció")
	v.get("/gracias/corto").want(t, 404)
	shop.Broken = fault.New(fault.Unavailable, "away", "the database is away")
	for _, path := range []string{"/", "/catalogo", "/producto/araguaney", "/zonas", "/sitemap.xml"} {
		page := v.get(path)
		page.want(t, 503, "Dale un minuto a la tienda")
		if page.Header.Get("Retry-After") == "" || page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, page.Header)
		}
	}
	shop.Broken = fmt.Errorf("read products: %w", &net.OpError{Op: "dial", Err: net.ErrClosed}) // what a lost database gives
	v.get("/catalogo").want(t, 503, "Dale un minuto a la tienda")
	shop.Broken = http.ErrAbortHandler
	v.get("/en").want(t, 500, "Something wilted on our side")
}

func TestBadInputNeverBreaksAPage(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	order := v.basket().order()
	for _, bad := range []string{"\x00", "\xff\xfe", "-1", "99999999999999999999", strings.Repeat("x", 5000), "<script>"} {
		form := url.Values{}
		for field := range order {
			form.Set(field, bad)
		}
		for _, action := range []string{"", "actualizar"} {
			form.Set("accion", action)
			form.Set("linea", "3x1")
			if page := v.post("/pedido", form); page.StatusCode >= 500 || page.StatusCode == 200 && action == "" {
				t.Errorf("%q everywhere: %d", bad, page.StatusCode)
			}
		}
		for _, path := range []string{"/catalogo?q=", "/catalogo?ocasion=", "/catalogo?precio=", "/catalogo?orden=", "/catalogo?ver=", "/catalogo?fecha=",
			"/catalogo?zona=", "/producto/", "/seguimiento?codigo=", "/gracias/", "/seguimiento/"} {
			page := v.get(path + url.PathEscape(bad))
			if page.StatusCode >= 500 || strings.Contains(page.text, bad) && bad == "<script>" {
				t.Errorf("%s%q: %d", path, bad, page.StatusCode)
			}
		}
	}
	v.post("/pedido", url.Values{"recibe": {strings.Repeat("x", 100<<10)}}).want(t, http.StatusRequestEntityTooLarge)
	res, err := v.client.Post(v.base+"/pedido", "application/x-www-form-urlencoded", strings.NewReader("a=%zz"))
	v.read(res, err).want(t, http.StatusBadRequest)
}

func TestWithoutARateOnlyDollarsAreShown(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	shop.Today = store.Rate{}
	v := open(t, shop, store.Config{})
	for _, path := range []string{"/", "/catalogo", "/producto/araguaney", "/como-pagar"} {
		page := v.get(path)
		page.want(t, 200)
		page.lack(t, "Bs 0", "Tasa BCV")
	}
	v.basket().lack(t, "Bs 0", "Tasa BCV")
	shop.Today = store.Rate{VES: 243_800_000, Value: tuesday.AddDate(0, 0, -6), Stale: true}
	v.get("/").want(t, 200, "Tasa BCV: Bs 243,80, del 18/11/2026")
}

func TestSearchAsYouTypeGetsOnlyThePart(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{})
	r, err := http.NewRequest(http.MethodGet, v.base+"/catalogo?q=peon&ocasion=&precio=&orden=", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Target", "resultados")
	res, err := v.client.Do(r)
	part := v.read(res, err)
	part.want(t, 200, "Peonías coral", "“peon”")
	if strings.Contains(part.text, "<html") || part.Header.Get("HX-Push-Url") != "/catalogo?q=peon" || part.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d bytes, push %q, cache %q", len(part.text), part.Header.Get("HX-Push-Url"), part.Header.Get("Cache-Control"))
	}
}
