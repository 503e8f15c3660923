package browser

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"floresya/internal/web/lang"
	"floresya/test/chrome"
)

// page is one page of the shop or of the back office.
type page struct {
	name   string // of its pictures
	path   string // in Spanish
	status int
	// before brings the tab into the state in which the page is looked at.
	before func(*chrome.Tab)
	// pictured says that docs/img has it.
	pictured bool
}

// in is the address of a page of the shop in a language.
func (p page) in(l lang.Lang) string {
	if l == lang.ES || strings.HasPrefix(p.path, "/oficina") || strings.HasPrefix(p.path, "/api/") {
		return p.path
	}
	return strings.TrimSuffix("/en"+p.path, "/")
}

// shopPages are all pages that a shopper can come to.
func (w *world) shopPages() []page {
	slug := chrome.Script[string](w.shopper, `fetch('/catalogo').then(r => r.text()).then(page => new DOMParser()
		.parseFromString(page, 'text/html').querySelector('.card:not(.gone) h3 a').getAttribute('href'))`)
	empty := func(p *chrome.Tab) { w.bag(p, "0") }
	full := func(p *chrome.Tab) { w.bag(p, "2") }
	order := func(state string) string { return w.orders[state].token }
	return []page{
		{"home", "/", 200, empty, true},
		{"catalogo", "/catalogo", 200, full, true},
		{"catalogo-ocasion", "/catalogo?ocasion=cumpleanos&orden=precio", 200, nil, false},
		{"catalogo-busqueda", "/catalogo?q=girasol", 200, nil, true},
		{"catalogo-nada", "/catalogo?q=zzzz", 200, nil, true},
		{"producto", slug, 200, nil, true},
		{"carrito", "/carrito", 200, full, true},
		{"pedido", "/pedido", 200, full, true},
		{"carrito-vacio", "/carrito", 200, empty, true},
		{"gracias", "/gracias/" + order("pending"), 200, nil, true},
		{"gracias-otra-forma", "/gracias/" + order("pending") + "?metodo=zelle", 200, nil, false},
		{"gracias-efectivo", "/gracias/" + order("cash"), 200, nil, false},
		{"gracias-enviado", "/gracias/" + order("proof"), 200, nil, true},
		{"gracias-cancelado", "/gracias/" + order("cancelled"), 200, nil, false},
		{"rastrear", "/seguimiento", 200, nil, true},
		{"rastrear-nada", "/seguimiento?codigo=zzzz", 200, nil, false},
		{"seguimiento-pendiente", "/seguimiento/" + order("pending"), 200, nil, false},
		{"seguimiento", "/seguimiento/" + order("shipped"), 200, nil, true},
		{"seguimiento-entregado", "/seguimiento/" + order("delivered"), 200, nil, false},
		{"seguimiento-cancelado", "/seguimiento/" + order("cancelled"), 200, nil, false},
		{"zonas", "/zonas", 200, nil, true},
		{"como-pagar", "/como-pagar", 200, nil, true},
		{"no-esta", "/no-esta", 404, nil, true},
		{"producto-no-esta", "/producto/no-esta", 404, nil, false},
		{"seguimiento-no-esta", "/seguimiento/no-esta", 404, nil, false},
	}
}

// officePages are all pages of the back office; entrar is the way in.
func (w *world) officePages() []page {
	order := func(state string) string { return fmt.Sprintf("/oficina/pedidos/%d", w.orders[state].id) }
	w.florist.Go(w.url + "/oficina/correo")
	letter := chrome.Script[string](w.florist, `document.querySelector('.subject').getAttribute('href')`)
	return []page{
		{"oficina", "/oficina", 200, nil, true},
		{"oficina-busqueda", "/oficina?q=" + url.QueryEscape("méndez"), 200, nil, false},
		{"oficina-pedido", order("proof"), 200, nil, true},
		{"oficina-pedido-pendiente", order("pending"), 200, nil, false},
		{"oficina-pedido-pagado", order("verified"), 200, nil, true},
		{"oficina-pedido-entregado", order("delivered"), 200, nil, false},
		{"oficina-pedido-cancelado", order("cancelled"), 200, nil, false},
		{"oficina-hoja", order("verified") + "/hoja", 200, nil, true},
		{"oficina-pagos", "/oficina/pagos", 200, nil, true},
		{"oficina-por-acordar", "/oficina/por-acordar", 200, nil, true},
		{"oficina-entregas", "/oficina/entregas", 200, nil, true},
		{"oficina-flores", "/oficina/flores", 200, nil, true},
		{"oficina-tasa", "/oficina/tasa", 200, nil, true},
		{"oficina-mas", "/oficina/mas", 200, nil, true},
		{"oficina-correo", "/oficina/correo", 200, nil, true},
		{"oficina-carta", letter, 200, nil, true},
		{"oficina-no-esta", "/oficina/no-esta", 404, nil, false},
		{"oficina-pedido-no-esta", "/oficina/pedidos/999999", 404, nil, false},
	}
}

// bag makes the cart hold so many pieces of two products.
func (w *world) bag(p *chrome.Tab, pieces string) {
	chrome.Script[int](p, fmt.Sprintf(`(async () => {
		const send = f => fetch('/carrito', {method: 'POST', body: new URLSearchParams(f)}).then(r => r.status);
		await send({accion: 'agregar', producto: '3'});
		await send({accion: 'agregar', producto: '12', zona: '2', fecha: %[2]q});
		return send({'piezas-3': %[1]q, 'piezas-12': Math.min(%[1]q, 1)});
	})()`, pieces, time.Now().In(lang.Caracas()).AddDate(0, 0, 1).Format(time.DateOnly)))
}
