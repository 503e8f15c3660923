package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"floresya/internal/postgres/pgtest"
	"floresya/test/chrome"
	"floresya/test/program"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestAnOrderIsPaidAndDelivered walks the whole way on the real program: a shopper buys for a Saturday morning and pays, the
// florist verifies the payment and delivers; after each step the tracking page shows it and the letter is in the mailbox.
func TestAnOrderIsPaidAndDelivered(t *testing.T) {
	t.Parallel()
	shop := program.Up(t)
	shopper, florist := chrome.Open(t), chrome.Open(t)
	shopper.Strict(true)
	florist.Strict(true)

	b := buyer{t: t, p: shopper, url: shop.URL}
	b.choose()
	b.order("mobile_payment")
	b.pay(receipt(t))
	b.tracks("Estamos verificando tu pago")

	o := office{t: t, p: florist, url: shop.URL}
	o.signIn(shop.Email, shop.Password)
	o.letter("Recibimos tu pedido")
	o.verify(b)
	b.tracks("Pago verificado, tu ramo tiene su puesto")
	o.letter("Verificamos tu pago")
	for _, step := range []struct{ status, tracking, letter string }{
		{"preparing", "Estamos armando tu ramo", ""},
		{"shipped", "Van en camino", "va en camino"},
		{"delivered", "Ya están en sus manos", "Entregamos tu pedido"},
	} {
		o.advance(b.number, step.status)
		b.tracks(step.tracking)
		if step.letter != "" {
			o.letter(step.letter)
		}
	}
	letters, err := filepath.Glob(filepath.Join(shop.Data, "mailbox", "*.eml"))
	if err != nil || len(letters) < 4 {
		t.Errorf("the mailbox folder has %d letters, want at least 4: %v", len(letters), err)
	}
	whole := ""
	for _, letter := range letters {
		text, err := os.ReadFile(letter)
		if err != nil {
			t.Fatal(err)
		}
		whole += string(text)
	}
	if !strings.Contains(whole, "ana@example.com") {
		t.Error("no letter in the mailbox folder goes to the shopper")
	}
}

// TestShoppingNeedsNoScript and TestShoppingOnAPhone walk the shopper's half of it.
func TestShoppingNeedsNoScript(t *testing.T) {
	t.Parallel()
	b := buyer{t: t, p: chrome.Open(t), url: program.Start(t, nil)}
	b.p.Strict(true)
	b.p.NoScript()
	b.choose()
	b.order("mobile_payment")
	b.pay(receipt(t))
	b.tracks("Estamos verificando tu pago")
}

func TestShoppingOnAPhone(t *testing.T) {
	t.Parallel()
	b := buyer{t: t, p: chrome.Open(t), url: program.Start(t, nil)}
	b.p.Strict(true)
	b.p.Size(390, 844)
	b.choose()
	b.order("mobile_payment")
	b.pay(receipt(t))
	b.tracks("Estamos verificando tu pago")
}

var digits = regexp.MustCompile(`\d+`)

func atoi(t testing.TB, s string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(digits.FindString(s), &n); err != nil {
		t.Fatalf("%q has no number", s)
	}
	return n
}
