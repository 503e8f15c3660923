package store_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"floresya/internal/fault"
	"floresya/internal/web/store"
)

// basket puts two bouquets into the visitor's bag, for Thursday in Los Palos Grandes, and opens the checkout.
func (v *visitor) basket() answer {
	v.t.Helper()
	v.get("/catalogo?fecha=2026-11-26&zona=2")
	v.post("/carrito", url.Values{"accion": {"agregar"}, "producto": {"3"}, "piezas": {"2"}})
	return v.get("/pedido")
}

func TestAnOrderNeedsNoScript(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	v.get("/").want(t, 200, "Flores que llegan cuando importa", "Hoy mar", "Pide antes de las 2:00 p. m. y llega hoy",
		"Tasa BCV del día: Bs 243,80")
	v.get("/catalogo?fecha=2026-11-26&zona=2").want(t, 200, "Ramos para el jueves 26", "Jueves 26 nov", "Los Palos Grandes", "24 de 48")
	v.get("/producto/araguaney").want(t, 200, "Pedir para el jueves · $38", "Bs 9.264,40")
	added := v.post("/carrito", url.Values{"accion": {"agregar"}, "producto": {"3"}, "piezas": {"2"}, "seguir": {"pedido"}})
	added.want(t, 200, "Casi listo", "Araguaney", "2 ramos", "$79.00", "Bs 19.260", "Envío, Los Palos Grandes $3.00")
	thanks := v.post("/pedido", added.order())
	thanks.want(t, 200, "Gracias, Gabriela. Tus flores están apartadas", "Monto exacto Bs 19.260", "0400 000 00 00",
		"Jueves 26 de noviembre, 9 a 12", "Te las guardamos hasta hoy a las 3:40 p. m.")
	if !strings.HasPrefix(thanks.path(), "/gracias/") {
		t.Fatalf("the order led to %s", thanks.path())
	}
	v.get("/carrito").want(t, 200, "Tu pedido está vacío")
	if shop.Count() != 1 {
		t.Errorf("got %d orders, want 1", shop.Count())
	}
	v.get("/seguimiento").want(t, 200, "Tus pedidos en este equipo", "Pedido 1001", "Para Maritza Rondón")
}

func TestPayingInPartsUntilItArrives(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	thanks := v.post("/pedido", v.basket().order())
	token := strings.TrimPrefix(thanks.path(), "/gracias/")
	part := thanks.fields()
	part.Set("referencia", "123456")
	part.Set("monto", "10.000")
	page := v.post(thanks.path(), part)
	page.want(t, 200, "Falta una parte", "Bs 10.000", "Por verificar", "Lo que falta Bs 9.260")
	if again := v.post(thanks.path(), part); strings.Count(again.text, "Por verificar") != 1 {
		t.Error("the same proof, sent twice, was taken twice")
	}
	rest := v.get(thanks.path() + "?metodo=zelle")
	rest.want(t, 200, "1. Paga con Zelle", "pagos@flores.example")
	form := rest.fields()
	form.Set("referencia", "ZX99")
	v.post(thanks.path(), form).want(t, 200, "Estamos verificando tu pago", "$37.98")
	shop.Judge(token, store.Rejected, "No apareció en el banco")
	v.get("/seguimiento/"+token).want(t, 200, "Falta tu pago", "No pudimos verificarlo", "No apareció en el banco", "Ver cómo pagar")
	shop.Advance(token, store.Verified, tuesday)
	shop.Advance(token, store.Shipped, tuesday)
	v.get("/seguimiento/"+token).want(t, 200, "Van en camino a Los Palos Grandes", "Jueves 26 de noviembre, de 9:00 a. m. a 12:00 p. m.",
		"Hoy te abrazo con flores", "Portón verde")
	shop.Advance(token, store.Delivered, tuesday)
	v.get("/seguimiento/"+token).want(t, 200, "Ya están en sus manos", "En sus manos , hecho")
}

func TestSendingTheFormTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	form := v.basket().order()
	first := v.post("/pedido", form)
	second := v.post("/pedido", form) // from the page the browser kept: the bag is empty by now
	if first.path() != second.path() || shop.Count() != 1 {
		t.Errorf("got %s and %s and %d orders, want one", first.path(), second.path(), shop.Count())
	}
}

func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	form := v.basket().order()
	for field, said := range map[string]string{
		"recibe": "Dinos el nombre de quien recibe", "telefono_recibe": "Escribe un teléfono donde llamar", "correo": "Escribe tu correo completo",
		"horario": "Elige un horario", "pago": "Elige cómo vas a pagar", "fecha": "Elige el día de entrega", "zona": "Elige la zona de entrega",
	} {
		broken := url.Values{}
		for k, all := range form {
			broken[k] = all
		}
		broken.Set(field, "")
		page := v.post("/pedido", broken)
		page.want(t, http.StatusUnprocessableEntity, said, "Hoy te abrazo con flores")
		if !strings.Contains(page.text, `id="`+field+`-error"`) && field != "fecha" {
			t.Errorf("the reason for %s has no id for its field", field)
		}
		if got := page.fields(); got.Get("nombre") != "Gabriela Rondón" || got.Get("llave") != form.Get("llave") {
			t.Errorf("after a wrong %s: name %q, key kept %v", field, got.Get("nombre"), got.Get("llave") == form.Get("llave"))
		}
	}
	if shop.Count() != 0 {
		t.Errorf("got %d orders of refused forms", shop.Count())
	}
}

func TestRefusalsOfTheShopAreSaidBesideTheField(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	form := v.basket().order()
	for _, c := range []struct {
		refusal error
		said    string
	}{
		{fault.New(fault.Conflict, "slot_full", "x"), "Ese horario se acaba de llenar"},
		{fault.New(fault.Conflict, "insufficient_stock", "x"), "ya no queda esa cantidad"},
		{fault.New(fault.Unprocessable, "idempotency_key_reused", "x"), "Este formulario ya hizo un pedido"},
		{fault.NotFoundf("product not found"), "ya no se vende"},
		{fault.Invalidf("customer_phone", "x"), "Escribe tu teléfono con código"},
		{fault.New(fault.Conflict, "something_new", "x"), "No pudimos tomarlo así"},
	} {
		shop.Refuse = c.refusal
		v.post("/pedido", form).want(t, http.StatusUnprocessableEntity, c.said, "Hoy te abrazo con flores")
	}
	shop.Refuse = fault.New(fault.Unavailable, "busy", "x")
	page := v.post("/pedido", form)
	page.want(t, http.StatusServiceUnavailable, "Dale un minuto a la tienda")
	if page.Header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	shop.Refuse = nil
	v.post("/pedido", form).want(t, 200, "Tus flores están apartadas")
}

func TestAnotherTotalIsShownBeforeItIsOrdered(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{})
	form := v.basket().order()
	form.Set("zona", "3") // a dollar more than the page showed
	page := v.post("/pedido", form)
	page.want(t, http.StatusUnprocessableEntity, "El total ahora es $80.00", "Envío, Las Mercedes $4.00")
	v.post("/pedido", page.order()).want(t, http.StatusUnprocessableEntity) // order() asks for the first zone again
	again := page.order()
	again.Set("zona", "3")
	v.post("/pedido", again).want(t, 200, "Tus flores están apartadas")
}

func TestAnotherDayShowsItsHoursWithoutScript(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{})
	form := v.basket().order()
	form.Set("fecha", "2026-11-25")
	form.Set("accion", "actualizar")
	form.Del("horario")
	if button := `name="accion" value="actualizar" formnovalidate`; !strings.Contains(v.get("/pedido").text, button) {
		t.Error("the button for other hours waits until every field is filled")
	}
	page := v.post("/pedido", form)
	page.want(t, 200, "12:00 a 3:00 Lleno", "3:00 a 6:00 Quedan 4", "Hoy te abrazo con flores")
	if got := page.fields().Get("fecha"); got != "2026-11-25" {
		t.Errorf("the day chosen is %q", got)
	}
}

func TestQuantitiesOfTheCart(t *testing.T) {
	t.Parallel()
	shop := newShop(t)
	v := open(t, shop, store.Config{})
	v.basket()
	v.post("/carrito", url.Values{"piezas-3": {"4"}}).want(t, 200, "$152.00")
	v.post("/carrito", url.Values{"accion": {"agregar"}, "producto": {"3"}, "piezas": {"-7"}}).want(t, 200, "$190.00")
	v.post("/carrito", url.Values{"piezas-3": {"x"}, "piezas-9": {"3"}}).want(t, 200, "$190.00")
	shop.SetStock(3, 2)
	v.get("/carrito").want(t, 200, "Quedan 2", "queda menos de lo que pediste")
	v.post("/carrito", url.Values{"piezas-3": {"5"}, "quitar": {"3"}}).want(t, 200, "Tu pedido está vacío")
	if got := v.get("/pedido").path(); got != "/carrito" {
		t.Errorf("the checkout of an empty bag led to %s", got)
	}
}

func TestTheBagIsKnownOnEveryPageBelowTheBase(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{Base: "/tienda"})
	v.basket()
	for _, path := range []string{"", "/", "/en", "/en/catalogo"} {
		if page := v.get(path); !strings.Contains(page.text, `<b aria-hidden="true">2</b>`) {
			t.Errorf("%s does not know the bag", page.path())
		}
	}
}

func TestADayFarOffStaysChosen(t *testing.T) {
	t.Parallel()
	v := open(t, newShop(t), store.Config{})
	v.get("/catalogo?fecha=2026-12-09&zona=2")
	for _, path := range []string{"/", "/producto/araguaney"} {
		page := v.get(path)
		if got := page.fields().Get("fecha"); got != "2026-12-09" {
			t.Errorf("%s proposes the day %q", path, got)
		}
	}
	v.get("/zonas").want(t, 200)
}
