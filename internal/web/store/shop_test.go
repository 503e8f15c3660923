package store_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/demo"
	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
	"floresya/internal/storage"
	"floresya/internal/web/assets"
	"floresya/internal/web/page"
	"floresya/internal/web/store"
)

// house is the demo shop with its real services on a database of its own.
type house struct {
	*visitor
	shop    store.Shop
	planner *delivery.Planner
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(catalog.Events(), customers.Events(), delivery.Events(), orders.Events(), payments.Events(),
		rates.Events(), settings.Events())
	if err != nil {
		t.Fatal(err)
	}
	log := event.NewLog(db, registry, time.Now)
	keeper, err := rates.New(db, log, rates.Config{})
	if err != nil {
		t.Fatal(err)
	}
	files := func(private bool) *storage.Files {
		f, err := storage.New(storage.Config{Dir: t.TempDir(), Private: private})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		return f
	}
	catalogue := catalog.New(db, log, catalog.NewIds(db))
	h := &house{planner: delivery.New(db, log), shop: store.Shop{Catalog: catalogue.Reader, Delivery: delivery.New(db, log),
		Rates: keeper, Settings: settings.New(db, log), Payments: payments.New(db, log, payments.Config{}), Receipts: files(true),
		Orders: orders.New(db, log, orders.Config{}, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), func() {})}}
	err = demo.Seed(t.Context(), demo.Deps{Catalog: catalogue, Settings: h.shop.Settings, Delivery: h.shop.Delivery,
		Payments: h.shop.Payments, Rates: keeper, Pictures: files(false), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	h.run(t)
	h.open(t)
	return h
}

// run takes orders in until the test ends.
func (h *house) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := h.shop.Orders.Run(ctx, func() {}); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
}

func (h *house) open(t *testing.T) {
	t.Helper()
	files, err := assets.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(h.shop.Deps(page.New(files), slog.New(slog.DiscardHandler)), store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	h.visitor = &visitor{t: t, base: server.URL, client: &http.Client{Jar: jar}}
}

// choice is the first open place three days from now in the first zone.
func (h *house) choice(t *testing.T) url.Values {
	t.Helper()
	zones, err := h.planner.Zones(t.Context())
	if err != nil || len(zones) == 0 {
		t.Fatalf("zones: %v, %v", zones, err)
	}
	offers, err := h.planner.Calendar(t.Context(), zones[0].ID, delivery.DayOf(time.Now()).Add(3), 3, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range offers {
		if o.State == delivery.Open {
			return url.Values{"zona": {itoa(zones[0].ID)}, "fecha": {string(o.Day)}, "horario": {itoa(o.Slot.ID)}}
		}
	}
	t.Fatal("no place is open within three days")
	return nil
}

func TestTheRealShopSellsAndIsPaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.get("/").want(t, 200, "En la vitrina", "Cumpleaños", "Adónde llegamos", "Retiro en la tienda")
	h.get("/catalogo?q=PEONIAS").want(t, 200, "Peonías coral")
	h.get("/en/producto/peonias-coral").want(t, 200, "Coral Peonies", "$78.00")
	h.post("/carrito", url.Values{"accion": {"agregar"}, "producto": {"34"}})
	form := h.get("/pedido").order()
	for field, values := range h.choice(t) {
		form[field] = values
	}
	total := h.post("/pedido", with(form, "accion", "actualizar")).fields().Get("visto")
	form.Set("visto", total)
	thanks := h.post("/pedido", form)
	thanks.want(t, 200, "Gracias, Gabriela. Tus flores están apartadas", "Peonías coral", "Maritza Rondón", "Te las guardamos hasta")
	if again := h.post("/pedido", form); again.path() != thanks.path() {
		t.Errorf("the form sent twice led to %s and %s", thanks.path(), again.path())
	}
	h.post("/pedido", with(form, "direccion", "Otra calle 7")).want(t, 422, "Este formulario ya hizo un pedido con otros datos")

	h.sendProof(t, thanks, []byte("%PDF-1.7 not a picture")).want(t, 422, "Ese archivo no es una imagen")
	h.sendProof(t, thanks, receipt(t)).want(t, 200, "Estamos verificando tu pago", "Por verificar")

	waiting, err := h.shop.Payments.Waiting(t.Context())
	if err != nil || len(waiting) != 1 || waiting[0].ReceiptURL == "" {
		t.Fatalf("waiting payments: %+v, %v; want one with its receipt", waiting, err)
	}
	facts := payments.Facts{BankAccount: "pm-1", Reference: "999", ValueDate: delivery.DayOf(time.Now()),
		Amount: money.Money{Minor: int64(waiting[0].AmountVES), Currency: money.CurrencyVES}}
	if _, err := h.shop.Payments.Accept(t.Context(), waiting[0].ID, facts, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.shop.Orders.Confirm(t.Context(), waiting[0].OrderID); err != nil {
		t.Fatal(err)
	}
	track := strings.Replace(thanks.path(), "/gracias/", "/seguimiento/", 1)
	h.get(track).want(t, 200, "Pago verificado, tu ramo tiene su puesto", "Hoy te abrazo con flores")
	h.get("/en"+track).want(t, 200, "Payment confirmed, your bouquet has its place", "Coral Peonies")
}

func TestTheRealShopSaysWhatIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.post("/carrito", url.Values{"accion": {"agregar"}, "producto": {"34"}, "piezas": {"100"}})
	form := h.get("/pedido").order()
	choice := h.choice(t)
	for field, values := range choice {
		form[field] = values
	}
	form.Set("visto", h.post("/pedido", with(form, "accion", "actualizar")).fields().Get("visto"))
	h.post("/pedido", form).want(t, 422, "ya no queda esa cantidad")

	h.post("/carrito", url.Values{"piezas-34": {"1"}})
	form = h.get("/pedido").order()
	for field, values := range choice {
		form[field] = values
	}
	form.Set("visto", h.post("/pedido", with(form, "accion", "actualizar")).fields().Get("visto"))
	if err := h.planner.Blackout(t.Context(), delivery.Day(choice.Get("fecha")), "Feriado"); err != nil {
		t.Fatal(err)
	}
	h.post("/pedido", form).want(t, 422, "Ese día ya no entregamos")
	h.get("/zonas").want(t, 200, "Feriado", "Cerrado")
}

// with is the form with one field changed.
func with(form url.Values, field, value string) url.Values {
	changed := url.Values{}
	for k, all := range form {
		changed[k] = all
	}
	changed.Set(field, value)
	return changed
}

// sendProof sends the form for the proof as a browser would, with a receipt.
func (h *house) sendProof(t *testing.T, thanks answer, receipt []byte) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	fields := thanks.fields()
	fields.Set("referencia", "123456789")
	for name := range fields {
		if err := form.WriteField(name, fields.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("comprobante", "captura.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(receipt); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := h.client.Post(h.base+thanks.path(), form.FormDataContentType(), &body)
	return h.read(res, err)
}

func receipt(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 90))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
