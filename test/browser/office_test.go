package browser

import (
	"fmt"
	"testing"
	"time"

	"floresya/test/chrome"
)

// office is the florist at the back office.
type office struct {
	t   *testing.T
	p   *chrome.Tab
	url string
}

func (o *office) open(path string) {
	o.t.Helper()
	if status := o.p.Go(o.url + path); status != 200 {
		o.t.Fatalf("%s: status %d", path, status)
	}
}

func (o *office) signIn(email, password string) {
	o.t.Helper()
	o.open("/oficina")
	if o.p.Path() != "/oficina/entrar" {
		o.t.Fatalf("the back office is open to strangers at %s", o.p.Where())
	}
	o.p.Write("#email", email)
	o.p.Write("#password", password)
	if o.p.Press("main button.btn"); o.p.Path() != "/oficina" {
		o.t.Fatalf("signing in leads to %s", o.p.Where())
	}
}

// verify finds the order on the board and accepts its payment with what the bank shows.
func (o *office) verify(b buyer) {
	o.t.Helper()
	o.open("/oficina")
	o.p.Press(fmt.Sprintf("#pedido-%d", b.number))
	o.p.Says("Rosa Méndez", "004512873391", "Banesco", b.amount)
	if !chrome.Script[bool](o.p, `(i => i.decode().then(() => i.naturalWidth > 0))(document.querySelector('.shot img'))`) {
		o.t.Error("the receipt is not shown")
	}
	o.p.Write("[name=cuenta]", "Banco de Venezuela 0102")
	o.p.Press("form[action$='/aprobar'] button.btn")
	o.p.Says("Pagado")
}

// advance moves the order to its next state.
func (o *office) advance(id int, status string) {
	o.t.Helper()
	o.open(fmt.Sprintf("/oficina/pedidos/%d", id))
	o.p.Press(fmt.Sprintf("button[name=estado][value=%s]", status))
}

// letter waits until the mailbox has a letter with such a subject, and opens it.
func (o *office) letter(subject string) {
	o.t.Helper()
	over := time.After(30 * time.Second)
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		o.open("/oficina/correo")
		if letter := chrome.Script[string](o.p, fmt.Sprintf(
			`[...document.querySelectorAll('.subject')].find(s => s.textContent.includes(%q))?.pathname ?? ''`, subject)); letter != "" {
			o.open(letter)
			o.p.Says(subject, "Ana Pérez")
			return
		}
		select {
		case <-again.C:
		case <-over:
			o.t.Fatalf("no letter says %q", subject)
		}
	}
}
