package browser

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"floresya/test/chrome"
	"floresya/test/program"
)

// TestAKeyboardIsEnough: from the address to a placed order without a pointer, every stop on the way in sight.
func TestAKeyboardIsEnough(t *testing.T) {
	t.Parallel()
	p, url := chrome.Open(t), program.Start(t, nil)
	p.Strict(true)
	p.Go(url + "/")
	p.Key(kb.Tab)
	if first := focus(p); first != "A.skip" {
		t.Errorf("the first stop is %s, want the way past the navigation", first)
	}
	p.Key(kb.Enter)
	if at := focus(p); at != "MAIN#contenido" {
		t.Errorf("the way past the navigation leads to %s", at)
	}
	reach(t, p, ".finder [name=fecha]", 3)
	p.Key(kb.ArrowRight)
	if !chrome.Script[bool](p, `document.activeElement.matches('[name=fecha]:checked')`) {
		t.Error("the arrows do not choose a day")
	}
	reach(t, p, "#zona", 2)
	p.Key("L") // by its first letter
	reach(t, p, ".finder button", 2)
	enter(p, "/catalogo")
	p.Key(kb.Tab)
	p.Key(kb.Enter)
	reach(t, p, ".products .card a", 40)
	enter(p, "/producto/")
	p.Key(kb.Tab)
	p.Key(kb.Enter)
	reach(t, p, "#pedir", 8)
	enter(p, "/pedido")
	p.Key(kb.Tab)
	p.Key(kb.Enter)
	for _, stop := range []struct{ css, text string }{{"#recibe", "Rosa Méndez"}, {"#telefono_recibe", "04125551234"},
		{"#direccion", "Av. Luis Roche"}, {"#mensaje", "Feliz"}, {"#nombre", "Ana Pérez"}, {"#correo", "ana@example.com"},
		{"#telefono", "04141234567"}} {
		if stop.css == "#mensaje" {
			reach(t, p, "[name=horario]", 8)
			p.Key(" ")
		}
		reach(t, p, stop.css, 6)
		p.Key(stop.text)
	}
	reach(t, p, "[name=pago]", 4)
	p.Key(" ")
	reach(t, p, "#resumen button", 6)
	enter(p, "/gracias/")
	p.Says("Gracias, Ana")
}

// focus names the element that the keyboard is at.
func focus(p *chrome.Tab) string {
	return chrome.Script[string](p, `(e => e.tagName + (e.id ? '#' + e.id : e.className ? '.' + e.className : ''))(document.activeElement)`)
}

// shown is a script that says what the keyboard is at when that is not in sight and marked, also not after scrolling there.
const shown = `(async e => {
	const seen = e.type === 'radio' || e.type === 'checkbox' ? e.closest('label') : e;
	const marked = e => e && e !== document.body && (getComputedStyle(e).outlineStyle !== 'none' || marked(e.parentElement));
	const good = () => { const box = seen.getBoundingClientRect(); return box.width > 1 && box.bottom > 0 && box.top < innerHeight && marked(e) };
	for (const start = performance.now(); !good();) {
		if (performance.now() - start > 3000) return e.outerHTML.slice(0, 150);
		await new Promise(requestAnimationFrame);
	}
	return '' })(document.activeElement)`

// reach goes on by the tab key to an element, at most so many stops away; each stop must be in sight and marked.
func reach(t *testing.T, p *chrome.Tab, css string, most int) {
	t.Helper()
	for range most {
		p.Key(kb.Tab)
		if hidden := chrome.Script[string](p, shown); hidden != "" {
			t.Errorf("at %s the keyboard stops where nothing shows it: %s", p.Path(), hidden)
		}
		if chrome.Script[bool](p, `document.activeElement.matches(`+"`"+css+"`"+`)`) {
			return
		}
	}
	t.Fatalf("at %s: %s is more than %d stops away; at %s", p.Where(), css, most, focus(p))
}

// enter presses Enter and waits for the page that it leads to.
func enter(p *chrome.Tab, path string) {
	p.PressKey(kb.Enter)
	p.At(path)
}
