package office_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/web/office"
)

// step posts a form that must be taken: it redirects, and exactly what is wanted was asked of the services.
func step(t *testing.T, s *shop, r *http.Request, to string, did ...string) {
	t.Helper()
	s.did = nil
	a := ask(t, s.handler(t, rosa), r)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != to || !slices.Equal(s.did, did) {
		t.Errorf("%s: %d to %q, did %q; want 303 to %q, %q", r.URL, a.StatusCode, a.Header.Get("Location"), s.did, to, did)
	}
}

// refused posts a form that must come back: nothing was done, and the page shows all of shows.
func refused(t *testing.T, s *shop, r *http.Request, shows ...string) {
	t.Helper()
	s.did = nil
	a := ask(t, s.handler(t, rosa), r)
	if a.StatusCode != http.StatusUnprocessableEntity || len(s.did) != 0 {
		t.Errorf("%s: status %d, did %q; want 422 and nothing", r.URL, a.StatusCode, s.did)
	}
	for _, text := range shows {
		if !strings.Contains(a.text, text) {
			t.Errorf("%s: the page does not show %q", r.URL, text)
		}
	}
}

func TestBoardShowsEveryStateAndItsTimers(t *testing.T) {
	t.Parallel()
	a := get(t, monday().handler(t, rosa), "/oficina")
	for _, text := range []string{"Lunes 23 de noviembre", "Hace 14 min", "Hasta 5:31", "Tarde: 31 min", "Sale en 2 h 29", "Llega en 2 h 29",
		"lane-pending", "lane-cancelled", "6 de 24", "Quedan 18", "243,80", "El más viejo, 14 min", "$405"} {
		if !strings.Contains(a.text, text) {
			t.Errorf("the board does not show %q", text)
		}
	}
	if first, second := strings.Index(a.text, "pedido-1042"), strings.Index(a.text, "pedido-1043"); first > second {
		t.Error("the proof that waits longest is not first")
	}
}

func TestSearchByNumberLeadsToTheOrderAndByNameToTheBoard(t *testing.T) {
	t.Parallel()
	h := monday().handler(t, rosa)
	for _, q := range []string{"1042", "%231042"} {
		if a := get(t, h, "/oficina?q="+q); a.Header.Get("Location") != "/oficina/pedidos/1042" {
			t.Errorf("search %s: %d to %q", q, a.StatusCode, a.Header.Get("Location"))
		}
	}
	if a := get(t, h, "/oficina?q=nelly"); !strings.Contains(a.text, "pedido-1044") || strings.Contains(a.text, "pedido-1042") {
		t.Error("search by name does not find the one order")
	}
}

func TestPaymentIsApprovedWithTheBanksFacts(t *testing.T) {
	t.Parallel()
	s := monday()
	const path = "/oficina/pedidos/1042/pagos/71/aprobar"
	refused(t, s, form(path, "cuenta", "", "referencia", "000412907", "fecha", "2026-11-23", "monto", "19.748"), "cuenta-71-error", `value="19.748"`)
	refused(t, s, form(path, "cuenta", "Mía", "referencia", "1", "fecha", "2026-11-24", "monto", "x"), "fecha-71-error", "monto-71-error", `value="Mía"`)
	refused(t, s, form(path, "cuenta", "Mía", "referencia", "ya-usada", "fecha", "2026-11-23", "monto", "19748"), "ya respalda otro pago", `value="ya-usada"`)
	step(t, s, form(path, "cuenta", "Banco 0000", "referencia", "000412907", "fecha", "2026-11-23", "monto", "19.748,00"),
		"/oficina/pedidos/1042?listo=pago#pago", "accept Banco 0000 000412907 2026-11-23 19748.00 VES")
	if a := get(t, s.handler(t, rosa), "/oficina/pedidos/1042?listo=pago"); !strings.Contains(a.text, "Pago aprobado.") {
		t.Error("the page does not say that the payment is approved")
	}
}

func TestPaymentIsRejectedWithAReason(t *testing.T) {
	t.Parallel()
	s := monday()
	refused(t, s, form("/oficina/pedidos/1043/pagos/72/rechazar", "motivo", " "), "motivo-72-error")
	step(t, s, form("/oficina/pedidos/1043/pagos/72/rechazar", "motivo", "No aparece"), "/oficina/pedidos/1043?listo=rechazo#pago", "reject No aparece")
	if a := ask(t, s.handler(t, rosa), form("/oficina/pedidos/1042/pagos/72/rechazar", "motivo", "No aparece")); a.StatusCode != http.StatusNotFound {
		t.Errorf("a payment of another order: %d", a.StatusCode)
	}
}

func TestExpectedStandsBesideDeclared(t *testing.T) {
	t.Parallel()
	h := monday().handler(t, rosa)
	for path, texts := range map[string][]string{
		"/oficina/pedidos/1042": {"Exacto", "Sin usar", "Otro número", "Posible"},
		"/oficina/pedidos/1043": {"Faltan $36.00", "Ya apareció en otro pago", "Distinto al pedido"},
		"/oficina/pedidos/1035": {"Pagó $9.00 de más"},
		"/oficina/pagos":        {"Ya apareció en otro pago", "Menos que los $81.00 que faltan"},
	} {
		a := get(t, h, path)
		for _, text := range texts {
			if !strings.Contains(a.text, text) {
				t.Errorf("%s does not show %q", path, text)
			}
		}
	}
}

func TestRefundAndPaymentFromElsewhereAreRecordedOnce(t *testing.T) {
	t.Parallel()
	s := monday()
	key := strings.Repeat("k", 26)
	refused(t, s, form("/oficina/pedidos/1035/pagos/50/devolver", "monto", "0", "motivo", ""), "devuelto-50-error", "porque-50-error")
	step(t, s, form("/oficina/pedidos/1035/pagos/50/devolver", "monto", "9.00", "motivo", "Pagó de más", "clave", key),
		"/oficina/pedidos/1035?listo=devuelto#pago", "refund 9.00 Pagó de más user:3")
	refused(t, s, form("/oficina/pedidos/1044/pagos", "metodo", "cash", "referencia", "x", "monto", "81", "moneda", "USD"), "referencia-error")
	step(t, s, form("/oficina/pedidos/1044/pagos", "metodo", "cash", "referencia", "Wilmer", "monto", "81", "moneda", "USD", "clave", key),
		"/oficina/pedidos/1044?listo=anotado#pago", "submit cash Wilmer 81.00 USD")
}

func TestOrderAdvancesAndIsCancelledWithAReason(t *testing.T) {
	t.Parallel()
	s := monday()
	if a := get(t, s.handler(t, rosa), "/oficina/pedidos/1035"); !strings.Contains(a.text, "Empezar a armar") {
		t.Error("no button for the next step")
	}
	if a := get(t, s.handler(t, rosa), "/oficina/pedidos/1042"); strings.Contains(a.text, "Confirmar el pedido") {
		t.Error("an unpaid order can be confirmed by a button")
	}
	step(t, s, form("/oficina/pedidos/1035/estado", "estado", "preparing"), "/oficina/pedidos/1035?listo=estado-preparing", "status preparing ")
	refused(t, s, form("/oficina/pedidos/1035/estado", "estado", "cancelled", "nota", ""), "nota-error", "por qué se cancela")
	refused(t, s, form("/oficina/pedidos/1035/estado", "estado", "lost"), "estado-error")
	step(t, s, form("/oficina/pedidos/1035/estado", "estado", "cancelled", "nota", "No hay peonías"), "/oficina/pedidos/1035?listo=estado-cancelled",
		"status cancelled No hay peonías")
}

func TestDateIsAgreedWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	s := monday()
	const path = "/oficina/pedidos/1044/fecha"
	refused(t, s, form(path, "zona", "1", "horario", ""), "horario-error")
	refused(t, s, form(path, "zona", "1", "horario", "2026-11-24/1"), "acaba de llenar")
	s.caps[delivery.CapacityKey{Day: "2026-11-25", Slot: 1, Zone: 1}] = place{capacity: 8}
	step(t, s, form(path, "zona", "1", "horario", "2026-11-25/1"), "/oficina/pedidos/1044?listo=fecha", "agree 2026-11-25")
	if a := ask(t, s.handler(t, rosa), form(path, "zona", "1", "horario", "2026-11-25/1")); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a second time: %d", a.StatusCode)
	}
	if a := get(t, s.handler(t, rosa), "/oficina/por-acordar"); !strings.Contains(a.text, "Todos los pedidos tienen su día") {
		t.Error("the queue is not empty")
	}
}

func TestPriceAndStockChangeInTheirLine(t *testing.T) {
	t.Parallel()
	s := monday()
	refused(t, s, form("/oficina/flores/1", "precio", "gratis", "piezas", "-1", "vistas", "12"), "precio-1-error", "piezas-1-error", `value="gratis"`)
	step(t, s, form("/oficina/flores/1", "precio", "79,50", "piezas", "12", "vistas", "12", "q", "peo"),
		"/oficina/flores?guardado=1&q=peo#flor-1", "price 79.50")
	// Sold meanwhile: what was counted before is not booked.
	s.products[0].Stock = 9
	refused(t, s, form("/oficina/flores/1", "precio", "79,50", "piezas", "10", "vistas", "12"), "ahora hay 9", `name="vistas" value="9"`)
	step(t, s, form("/oficina/flores/1", "precio", "79,50", "piezas", "10", "vistas", "9"), "/oficina/flores?guardado=1#flor-1", "stock")
	r := form("/oficina/flores/1", "precio", "80", "piezas", "10", "vistas", "10")
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Target", "flor-1")
	if a := ask(t, s.handler(t, rosa), r); a.StatusCode != http.StatusOK || !strings.HasPrefix(a.text, `<li id="flor-1"`) || !strings.Contains(a.text, "Guardado") {
		t.Errorf("htmx gets %d %.40q", a.StatusCode, a.text)
	}
}

func TestSlotsAndDaysOpenAndClose(t *testing.T) {
	t.Parallel()
	s := monday()
	const back = "/oficina/entregas?desde=2026-11-23&zona=1"
	refused(t, s, form("/oficina/entregas/cupo", "zona", "1", "desde", "2026-11-23", "horario", "2026-11-23/3", "cupo", "5", "cerrado", "no"),
		"más entregas prometidas")
	step(t, s, form("/oficina/entregas/cupo", "zona", "1", "desde", "2026-11-23", "horario", "2026-11-24/2", "cupo", "4", "cerrado", "si"),
		back+"&listo=cupo#d-2026-11-24", "capacity")
	if p := s.caps[delivery.CapacityKey{Day: "2026-11-24", Slot: 2, Zone: 1}]; p != (place{capacity: 4, closed: true}) {
		t.Errorf("the slot is %+v", p)
	}
	refused(t, s, form("/oficina/entregas/dia", "zona", "1", "desde", "2026-11-23", "dia", "2026-12-25", "motivo", ""), "motivo-error", `value="2026-12-25"`)
	ask(t, s.handler(t, rosa), form("/oficina/entregas/dia", "zona", "1", "dia", "2026-12-25", "motivo", "Navidad"))
	if s.closed["2026-12-25"] != "Navidad" {
		t.Error("the day is not closed")
	}
	ask(t, s.handler(t, rosa), form("/oficina/entregas/dia", "zona", "1", "dia", "2026-12-25", "abrir", "si"))
	if a := get(t, s.handler(t, rosa), back); s.closed["2026-12-25"] != "" || a.StatusCode != http.StatusOK {
		t.Error("the day is not open again")
	}
}

func TestRateFarFromTheLastIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	s := monday()
	refused(t, s, form("/oficina/tasa", "tasa", "nada"), "tasa-error")
	refused(t, s, form("/oficina/tasa", "tasa", "2438"), `name="segura"`, `value="2438"`)
	step(t, s, form("/oficina/tasa", "tasa", "244,10"), "/oficina/tasa?listo=tasa", "rate 244.100000")
	step(t, s, form("/oficina/tasa", "tasa", "2441", "segura", "si"), "/oficina/tasa?listo=tasa", "rate 2441.000000")
}

func TestSurpriseSheetDoesNotNameTheSender(t *testing.T) {
	t.Parallel()
	h := monday().handler(t, rosa)
	if a := get(t, h, "/oficina/pedidos/1042/hoja"); strings.Contains(a.text, "Gabriela Rondón") || !strings.Contains(a.text, "hoy te abrazo con flores") {
		t.Error("the sheet of a surprise names the sender, or lacks the card")
	}
	if a := get(t, h, "/oficina/pedidos/1035/hoja"); !strings.Contains(a.text, "De parte de") {
		t.Error("another sheet does not name the sender")
	}
}

func TestPickUpHasItsOwnWords(t *testing.T) {
	t.Parallel()
	s := monday()
	for _, o := range s.orders {
		if o.ID == 1037 {
			o.Method = orders.ByPickup
		}
	}
	if a := get(t, s.handler(t, rosa), "/oficina/pedidos/1037"); !strings.Contains(a.text, "Listo para retirar") || strings.Contains(a.text, "Sale a entregar") {
		t.Error("a pick-up is sent out")
	}
}

func TestPeopleWriteNumbersInManyWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed   string
		grouped bool
		want    string
	}{
		{"19.748,00", true, "19748.00"}, {"19.748", true, "19748"}, {"19748", true, "19748"}, {"Bs 1.234.567,8", true, "1234567.8"},
		{"1,234.56", true, "1234.56"}, {"45.90", false, "45.90"}, {"$45,90", false, "45.90"}, {"243.805", false, "243.805"}, {"19.74", true, "19.74"},
	} {
		if got := office.Decimal(c.typed, c.grouped); got != c.want {
			t.Errorf("%q is read as %q, want %q", c.typed, got, c.want)
		}
	}
}

func TestChatSaysWhatIsNews(t *testing.T) {
	t.Parallel()
	s := monday()
	s.payments = s.payments[2:3] // the rejected one
	for path, want := range map[string]string{"1042": "rejected", "1043": "placed", "1035": "paid", "1038": "shipped", "1030": "delivered", "1031": "cancelled"} {
		if a := get(t, s.handler(t, rosa), "/oficina/pedidos/"+path); !strings.Contains(a.text, "https://wa.me/584140001111?text="+want) {
			t.Errorf("order %s: the chat does not say %q", path, want)
		}
	}
}

func TestCancelledOrderThatWasPaidAsksForTheMoneyBack(t *testing.T) {
	t.Parallel()
	if a := get(t, monday().handler(t, rosa), "/oficina/pedidos/1031"); !strings.Contains(a.text, "se canceló con $81.00 pagados") {
		t.Error("the page does not say what is to be given back")
	}
}

func TestBoardAsksForHelpWhereNothingGoesOnByItself(t *testing.T) {
	t.Parallel()
	h := monday().handler(t, rosa)
	a := get(t, h, "/oficina")
	for _, text := range []string{"El pedido 1036 se quedó a medias", "El pedido 1038 no avanza", "Un correo del pedido 1037", "2 pedidos con dinero por devolver"} {
		if !strings.Contains(a.text, text) {
			t.Errorf("the board does not say %q", text)
		}
	}
	for _, text := range []string{"El pedido 1031", "El pedido 1043", "pedido 1030 no llegó"} { // settled, or not worth a word yet
		if strings.Contains(a.text, text) {
			t.Errorf("the board says %q", text)
		}
	}
	if a := get(t, h, "/oficina/pagos"); !strings.Contains(a.text, "Cancelado después de pagar") || !strings.Contains(a.text, "$81.00") {
		t.Error("the page of payments does not say what is to be given back")
	}
}
