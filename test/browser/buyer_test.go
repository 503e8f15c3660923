package browser

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"floresya/internal/web/lang"
	"floresya/test/chrome"
)

// buyer shops in a browser.
type buyer struct {
	t   *testing.T
	p   *chrome.Tab
	url string
	// number and token are the number and the link of what was ordered; amount is what is to be paid.
	number        int
	token, amount string
}

// saturday is the first Saturday whose morning can be ordered for: until the evening before.
func saturday(now time.Time) time.Time {
	now = now.In(lang.Caracas())
	for n := 1; ; n++ {
		day := time.Date(now.Year(), now.Month(), now.Day()+n, 9, 0, 0, 0, lang.Caracas())
		if day.Weekday() == time.Saturday && day.Sub(now) > 14*time.Hour {
			return day
		}
	}
}

// choose comes in at the front door, says day and zone, and puts a bouquet of the catalogue into the cart.
func (b *buyer) choose() {
	b.t.Helper()
	p := b.p
	if status := p.Go(b.url + "/"); status != 200 {
		b.t.Fatalf("home: status %d", status)
	}
	if day := `.finder label:has([value="` + saturday(time.Now()).Format(time.DateOnly) + `"])`; p.Has(day) {
		p.Click(day) // from Sunday to the day before the tiles do not reach Saturday; the checkout does
	}
	p.Set("#zona", "2")
	if status := p.Press(".finder button"); status != 200 || p.Path() != "/catalogo" {
		b.t.Fatalf("catalogue: status %d at %s", status, p.Where())
	}
	p.Says("Altamira")
	name := p.Text(".products .card:not(.gone) h3")
	p.Press(".products .card:not(.gone) h3 a")
	if title := p.Text("h1"); title != name {
		b.t.Errorf("the product %q is called %q", name, title)
	}
	if chrome.Script[bool](p, `document.querySelector('.also').checkVisibility()`) {
		p.Press(".also")
		p.Says(name, "Altamira", "$3.00")
		p.Press(`.sum a.btn`)
	} else {
		p.Press("#pedir") // a phone has room for one button only, the one that goes straight on
	}
	p.Says(name)
	if p.Path() != "/pedido" {
		b.t.Fatalf("checkout is at %s", p.Where())
	}
}

// order fills the checkout for Saturday morning and sends it.
func (b *buyer) order(method string) {
	b.t.Helper()
	p, day := b.p, saturday(time.Now())
	for css, text := range map[string]string{"#recibe": "Rosa Méndez", "#telefono_recibe": "0412 555 12 34",
		"#direccion": "Av. Luis Roche, edificio Ávila, piso 3", "#referencia": "Frente a la plaza",
		"#mensaje": "Feliz cumpleaños, mamá.\nTe quiero.", "#nombre": "Ana Pérez", "#correo": "ana@example.com",
		"#telefono": "0414 123 45 67"} {
		p.Write(css, text)
	}
	p.Click(`#pedido label:has([name=fecha][value="` + day.Format(time.DateOnly) + `"])`)
	if p.Has("html.live") {
		p.Wait(`document.querySelector('[aria-label*="` + lang.ES.Day(day) + `"] [name=horario]') !== null`)
	} else {
		p.Press(`.nojs button[value=actualizar]`)
	}
	p.Click(`.slots label:has([name=horario]:enabled)`)
	p.Click(`label:has([name=pago][value=` + method + `])`)
	if status := p.Press(`#resumen button`); status != 200 || !strings.HasPrefix(p.Path(), "/gracias/") {
		b.t.Fatalf("confirmation: status %d at %s", status, p.Where())
	}
	b.token = strings.TrimPrefix(p.Path(), "/gracias/")
	b.number = atoi(b.t, p.Text(".order-head .muted"))
	b.amount = strings.ReplaceAll(p.Text("#dato-monto"), "\u00a0", " ")
	p.Says("Gracias, Ana. Tus flores están apartadas", "Rosa Méndez", "Pago Móvil")
	if !strings.HasPrefix(b.amount, "Bs ") || strings.Contains(b.amount, ",") {
		b.t.Errorf("the amount to pay is %q, want whole bolívares", b.amount)
	}
}

// pay sends the proof of the payment with a picture of the receipt.
func (b *buyer) pay(picture string) {
	b.t.Helper()
	p := b.p
	p.Write("#referencia", "004512873391")
	p.Write("#monto", strings.TrimPrefix(b.amount, "Bs "))
	p.Write("#banco", "Banesco")
	p.Write("#telefono", "0414 123 45 67")
	p.Upload(`[name=comprobante]`, picture)
	if status := p.Press("#prueba button.btn.big"); status != 200 {
		b.t.Errorf("proof: status %d", status)
	}
	p.Says("Estamos verificando tu pago", "Por verificar", "004512873391")
}

// tracks looks at the order's own page.
func (b *buyer) tracks(title string) {
	b.t.Helper()
	if status := b.p.Go(b.url + "/seguimiento/" + b.token); status != 200 {
		b.t.Fatalf("tracking: status %d", status)
	}
	if got := b.p.Text("h1"); !strings.HasPrefix(got, title) {
		b.t.Errorf("tracking says %q, want %q", got, title)
	}
}

// receipt is a picture like that of a bank's app.
func receipt(t testing.TB) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 360, 640))
	for y := range 640 {
		for x := range 360 {
			shade := color.RGBA{R: 250, G: 250, B: 247, A: 255}
			if y < 90 {
				shade = color.RGBA{R: 31, G: 77, B: 61, A: 255}
			} else if y > 150 && y < 520 && y%56 < 14 && x > 40 && x < 40+(y*53)%240 {
				shade = color.RGBA{R: 90, G: 98, B: 94, A: 255}
			}
			img.Set(x, y, shade)
		}
	}
	name := filepath.Join(t.TempDir(), "comprobante.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return name
}
