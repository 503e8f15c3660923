package browser

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"floresya/internal/web/lang"
	"floresya/test/chrome"
	"floresya/test/program"
)

// world is a demo shop in the middle of a day: orders in every state, proofs to look at, letters.
type world struct {
	t       testing.TB
	url     string
	shopper *chrome.Tab
	florist *chrome.Tab
	orders  map[string]placed // by their state
}

type placed struct {
	id    int
	token string
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, url: program.Start(t, nil), shopper: chrome.Open(t), florist: chrome.Open(t), orders: map[string]placed{}}
	w.shopper.Go(w.url + "/zonas")
	o := office{t: t, p: w.florist, url: w.url}
	o.signIn(program.AdminEmail, program.AdminPassword)
	for i, state := range []string{"pending", "proof", "zelle", "verified", "preparing", "shipped", "delivered", "cancelled", "cash"} {
		w.orders[state] = w.order(i, state)
	}
	w.agree()
	return w
}

// sends is a script that fills the form of a page and sends it, as a person without scripts would; it tells the status and
// where that led.
const sends = `(async (page, css, values) => {
	const text = await (await fetch(page)).text();
	const seen = new DOMParser().parseFromString(text, 'text/html');
	const form = seen.querySelector(css);
	if (!form) return '0 no form ' + css + ' on ' + page;
	const data = new FormData(form), slot = seen.querySelector('[name=horario]:not([disabled])');
	if (slot) data.set('horario', slot.value);
	for (const [name, value] of Object.entries(values)) data.set(name, value);
	const body = form.enctype.startsWith('multipart') ? data : new URLSearchParams(data);
	const answer = await fetch(form.getAttribute('action'), {method: 'POST', body});
	return answer.status + ' ' + new URL(answer.url).pathname;
})`

// send fills and sends a form; what it leads to must be a page.
func (w *world) send(p *chrome.Tab, page, css string, values map[string]string) (path string) {
	w.t.Helper()
	given, err := json.Marshal(values)
	if err != nil {
		w.t.Fatal(err)
	}
	said := chrome.Script[string](p, fmt.Sprintf(`%s(%q, %q, %s)`, sends, page, css, given))
	path, ok := strings.CutPrefix(said, "200 ")
	if !ok {
		w.t.Fatalf("the form %s of %s with %v: %s", css, page, values, said)
	}
	return path
}

var people = []struct{ sender, recipient, card string }{
	{"Luis Herrera", "Carmen Herrera", "Para la mejor mamá de Caracas."},
	{"Ana Pérez", "Rosa Méndez", "Feliz cumpleaños, mamá.\nTe quiero."},
	{"Daniela Rojas", "Gabriela Silva", "¡Felicidades por el grado!"},
	{"Carlos Blanco", "Mariana Blanco", "Diez años y contando."},
	{"Andrea Núñez", "Teresa Núñez", "Recupérate pronto, abuela."},
	{"Pedro Salas", "Valentina Ruiz", "Porque sí."},
	{"Mónica Díaz", "Familia Ortega", "Nuestro abrazo."},
	{"José Márquez", "Lucía Paredes", ""},
	{"Elena Castro", "Sofía Castro", "Bienvenida al mundo."},
}

// order places the nth order and brings it to a state.
func (w *world) order(n int, state string) placed {
	w.t.Helper()
	who := people[n]
	day := time.Now().In(lang.Caracas()).AddDate(0, 0, 1+n%3)
	for day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 3)
	}
	slug := chrome.Script[string](w.shopper, fmt.Sprintf(`fetch('/catalogo').then(r => r.text()).then(page => new DOMParser()
		.parseFromString(page, 'text/html').querySelectorAll('.card:not(.gone) h3 a')[%d].getAttribute('href'))`, n*2))
	w.send(w.shopper, slug, "form.buy", map[string]string{"fecha": day.Format(time.DateOnly), "zona": "2", "piezas": "1"})
	method := map[string]string{"zelle": "zelle", "cash": "cash"}[state]
	if method == "" {
		method = "mobile_payment"
	}
	at := w.send(w.shopper, "/pedido", "form#pedido", map[string]string{"recibe": who.recipient, "telefono_recibe": "0412 555 12 34",
		"direccion": "Av. Luis Roche, edificio Ávila, piso 3", "referencia": "Frente a la plaza", "mensaje": who.card,
		"nombre": who.sender, "correo": "cliente@example.com", "telefono": "0414 123 45 67", "pago": method})
	token, ok := strings.CutPrefix(at, "/gracias/")
	if !ok {
		w.t.Fatalf("an order leads to %s", at)
	}
	w.shopper.Go(w.url + at)
	p := placed{atoi(w.t, w.shopper.Text(".order-head .muted")), token}
	w.bring(p, n, state)
	return p
}

// bring takes an order on to its state.
func (w *world) bring(p placed, n int, state string) {
	w.t.Helper()
	if state == "pending" || state == "cash" {
		return
	}
	here := fmt.Sprintf("/oficina/pedidos/%d", p.id)
	if state == "cancelled" {
		w.send(w.florist, here, `form.stack[action$="/estado"]`, map[string]string{"estado": "cancelled", "nota": "El cliente cambió de idea"})
		return
	}
	proof := map[string]string{"referencia": fmt.Sprintf("00451287%04d", 3391+n)}
	if state == "proof" {
		w.pays(p)
	} else {
		w.send(w.shopper, "/gracias/"+p.token, "#prueba", proof)
	}
	if state == "proof" || state == "zelle" {
		return
	}
	w.send(w.florist, here, `form[action$="/aprobar"]`, map[string]string{"cuenta": "Banco de Venezuela 0102"})
	for _, next := range []string{"preparing", "shipped", "delivered"} {
		if state == "verified" {
			return
		}
		w.send(w.florist, here, `form.stack[action$="/estado"]`, map[string]string{"estado": next})
		if next == state {
			return
		}
	}
}

// pays sends a proof with a picture.
func (w *world) pays(p placed) {
	w.t.Helper()
	w.shopper.Go(w.url + "/gracias/" + p.token)
	b := buyer{p: w.shopper, url: w.url, amount: strings.ReplaceAll(w.shopper.Text("#dato-monto"), "\u00a0", " ")}
	if t, ok := w.t.(*testing.T); ok {
		b.t = t
	}
	b.pay(receipt(w.t))
}

// agree places an order as clients of the contract do that know no dates: it waits for a day to be agreed.
func (w *world) agree() {
	w.t.Helper()
	status := chrome.Script[int](w.shopper, `fetch('/api/products/7').then(r => r.json()).then(({data: p}) => fetch('/api/orders', {
		method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({
			order: {customer_name: 'Rafael Guerra', customer_email: 'rafael@example.com', customer_phone: '04141234567',
				delivery_address: 'Calle Madrid, Las Mercedes', total_amount_usd: p.price_usd + 5},
			items: [{product_id: p.id, product_name: p.name, quantity: 1, unit_price_usd: p.price_usd}]})})).then(r => r.status)`)
	if status != 201 {
		w.t.Fatalf("an order without a date: status %d", status)
	}
}
