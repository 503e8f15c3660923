package front

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"floresya/internal/postgres/pgtest"
	"floresya/test/chrome"
	"floresya/test/program"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAStaticFrontEndSells(t *testing.T) {
	url := program.Start(t, map[string]string{"FLORESYA_FRONT": "site"})
	p := chrome.Open(t)
	lists(t, p, url)
	shows(t, p, url)
	buys(t, p, url)
	nothingIsShadowed(t, p)
}

// open goes to a page and waits until its script has done its work.
func open(p *chrome.Tab, url string) {
	p.Go(url)
	chrome.On(p, chromedp.WaitReady(chromedp.CSS(`body[data-ready]`)))
}

const (
	ids    = `[...document.querySelectorAll('#lista [data-product-id]')].map(e => Number(e.dataset.productId))`
	prices = `[...document.querySelectorAll('#lista [data-price]')].map(e => Number(e.dataset.price))`
)

// choose sets a filter and waits for the list it leads to.
func choose(p *chrome.Tab, id, value string) {
	chrome.Script[chromedp.Void](p, fmt.Sprintf(`window.seen = document.querySelector('#lista').dataset.loaded;
		document.querySelector('#%[1]s').value = %[2]q; document.querySelector('#%[1]s').dispatchEvent(new Event('change'))`, id, value))
	chrome.On(p, chromedp.Poll[bool](`document.querySelector('#lista').dataset.loaded !== window.seen`))
}

func lists(t *testing.T, p *chrome.Tab, url string) {
	open(p, url+"/")
	first, featured := chrome.Script[[]int](p, ids), chrome.Script[int](p, `document.querySelectorAll('#destacados li').length`)
	if broken := chrome.Script[int](p, `[...document.images].filter(i => i.complete && i.naturalWidth === 0).length`); len(first) != 16 || featured == 0 || broken != 0 {
		t.Errorf("home: %d products, %d featured, %d broken pictures", len(first), featured, broken)
	}
	chrome.Script[chromedp.Void](p, `window.cargarMas()`)
	if more := chrome.Script[[]int](p, ids); len(more) != 32 || slices.Contains(more[16:], more[0]) {
		t.Errorf("more: %v", more)
	}
	choose(p, "orden", "price_asc")
	if sorted := chrome.Script[[]float64](p, prices); !slices.IsSorted(sorted) {
		t.Errorf("by price: %v", sorted)
	}
	choose(p, "precio", "30-60")
	for _, price := range chrome.Script[[]float64](p, prices) {
		if price < 30 || price > 60 {
			t.Errorf("from $30 to $60: %v", price)
		}
	}
	choose(p, "precio", "")
	choose(p, "ocasion", chrome.Script[string](p, `document.querySelectorAll('#ocasion option')[1].value`))
	if found := chrome.Script[[]int](p, ids); len(found) == 0 || len(found) == 48 {
		t.Errorf("of one occasion: %d products", len(found))
	}
	choose(p, "ocasion", "")
	choose(p, "buscar", "zzz nada")
	if found := chrome.Script[[]int](p, ids); len(found) != 0 {
		t.Errorf("a search for nothing finds %v", found)
	}
}

func shows(t *testing.T, p *chrome.Tab, url string) {
	open(p, url+"/pages/producto.html?id=999999")
	if said := p.Text("#error"); said != "Ese ramo no existe." {
		t.Errorf("a product that is not there: %q", said)
	}
	open(p, url+"/pages/producto.html?id=1")
	if width := chrome.Script[int](p, `document.querySelector('#producto img').decode().then(() => document.querySelector('#producto img').naturalWidth)`); width != 600 {
		t.Errorf("the picture is %d pixels wide, want 600", width)
	}
	p.Set("#cantidad", "2")
	p.Click("#agregar")
	if said := p.Text("#hecho"); said != "Agregado" {
		t.Fatalf("cart: %q", said)
	}
}

func buys(t *testing.T, p *chrome.Tab, url string) {
	open(p, url+"/pages/pago.html")
	for name, value := range map[string]string{"customer_name": "Ana Pérez", "customer_email": "ana@example.com", "customer_phone": "123",
		"delivery_address": "Av. Francisco de Miranda, torre 2", "notes": `<img src=x onerror="document.title='taken over'">`,
		"metodo": "mobile_payment"} {
		p.Set("[name="+name+"]", value)
	}
	p.Click("button[type=submit]")
	chrome.On(p, chromedp.Poll[bool](`document.querySelector('#error').textContent !== ''`))
	if said := p.Text("#error"); said != "Error procesando el pago: Teléfono debe tener al menos 10 dígitos" {
		t.Errorf("a wrong phone number: %q", said)
	}
	p.Set("[name=customer_phone]", "(+58)-414-1234567")
	p.Click("button[type=submit]")
	chrome.On(p, chromedp.WaitVisible(chromedp.CSS("#historia li")))
	where, name, lines, history := chrome.On(p, chromedp.Location()), p.Text("#nombre"), p.Text("#renglones"), p.Text("#historia")
	if !strings.Contains(where, "payment=") || name != "Ana Pérez" || !strings.HasPrefix(lines, "2 × ") || history != "— → pending" {
		t.Errorf("confirmation at %s: %q, %q, %q", where, name, lines, history)
	}
	if title, notes := chrome.On(p, chromedp.Title()), p.Text("#notas"); title != "Gracias" || !strings.HasPrefix(notes, "‹img src=x") {
		t.Errorf("a customer's text became part of the page: title %q, notes %q", title, notes)
	}
}

// nothingIsShadowed: the API, the probes and the module the front end lacks answer beside its files.
func nothingIsShadowed(t *testing.T, p *chrome.Tab) {
	statuses := chrome.Script[[]int](p, `Promise.all(['/health', '/', '/manifest.json', '/js/services/authMock.js', '/js/none.js', '/api/none']
		.map(path => fetch(path).then(r => r.status)))`)
	if fmt.Sprint(statuses) != "[200 200 200 200 404 404]" {
		t.Errorf("statuses %v", statuses)
	}
	if kind := chrome.Script[string](p, `import('/js/services/authMock.js').then(m => typeof window.authMock)`); kind != "object" {
		t.Errorf("authMock leaves window.authMock as %s", kind)
	}
}
