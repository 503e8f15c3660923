package browser

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"floresya/internal/web/lang"
	"floresya/test/chrome"
)

// TestEveryPageIsForEverybody looks at each page of the shop and the back office in both languages, on a desk and on a
// phone: nothing breaks the rules of WCAG 2.1 A and AA that a machine can check, the console has nothing to say, all
// parts arrive, nothing is wider than the window, and every link leads to a page that is there.
func TestEveryPageIsForEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	shop, back := w.shopPages(), w.officePages()
	w.shopper.Strict(true)
	w.florist.Strict(true)
	t.Run("shop", func(t *testing.T) {
		t.Parallel()
		a := audit{t: t, w: w, axe: string(axe), links: map[string]string{}}
		for _, l := range lang.All() {
			for _, p := range shop {
				a.look(w.shopper, p, l)
			}
			a.follow(w.shopper)
			w.send(w.shopper, "/oficina/entrar", `form[action$="/idioma"]`, map[string]string{"lang": l.Code()})
			a.look(w.shopper, page{"oficina-entrar", "/oficina/entrar", 200, nil, true}, l)
		}
	})
	t.Run("office", func(t *testing.T) {
		t.Parallel()
		a := audit{t: t, w: w, axe: string(axe), links: map[string]string{}}
		for _, l := range lang.All() {
			w.send(w.florist, "/oficina/mas", `form[action$="/idioma"]`, map[string]string{"lang": l.Code()})
			for _, p := range back {
				a.look(w.florist, p, l)
			}
			a.follow(w.florist)
		}
	})
}

type audit struct {
	t     *testing.T
	w     *world
	axe   string
	links map[string]string // and a page that has it
}

// breaches is a script that says which rules a page breaks, and where.
const breaches = `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']}).then(r =>
	r.passes.length < 8 ? ['only ' + r.passes.length + ' rules applied'] : r.violations.map(v => v.id + ' (' + v.help + '): ' + v.nodes.map(n => n.html.slice(0, 160) + ' ' + n.any.map(c => c.message)).slice(0, 3).join(' | ')))`

// odd is a script that finds what no page says: two full stops, what a program says of nothing or of a wrong format,
// dummy text, amounts without a number.
const odd = `document.body.innerText.match(/.{0,30}(\w\.\.(?!\.)|%!|undefined|NaN|\[object|<nil>|null|[Ll]orem|TODO|Bs\s*(?![\s\d(])[^\w\s]).{0,20}/g) ?? []`

// wide is a script that says what sticks out of the window.
const wide = `document.documentElement.scrollWidth <= innerWidth ? '' : [...document.querySelectorAll('body *')]
	.filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' | ')`

func (a *audit) look(p *chrome.Tab, which page, l lang.Lang) {
	a.t.Helper()
	at := which.in(l)
	p.Size(1280, 900)
	if which.before != nil {
		which.before(p)
	}
	if status := p.Go(a.w.url + at); status != which.status {
		a.t.Errorf("%s: status %d, want %d", at, status, which.status)
	}
	if code := chrome.Script[string](p, `document.documentElement.lang`); code != l.Code() {
		a.t.Errorf("%s is in %s, want %s", at, code, l.Code())
	}
	chrome.Script[chrome.Void](p, a.axe)
	for _, width := range []int64{1280, 390} {
		p.Size(width, 844)
		for _, breach := range chrome.Script[[]string](p, breaches) {
			a.t.Errorf("%s in %s, %d pixels wide: %s", at, l.Code(), width, breach)
		}
		if out := chrome.Script[string](p, wide); out != "" {
			a.t.Errorf("%s in %s, %d pixels wide: sticks out: %s", at, l.Code(), width, out)
		}
	}
	if said := chrome.Script[[]string](p, odd); len(said) > 0 {
		a.t.Errorf("%s in %s says %q", at, l.Code(), said)
	}
	a.collect(p, which)
}

// collect notes where a page leads, and looks for the places that it names on itself.
func (a *audit) collect(p *chrome.Tab, which page) {
	a.t.Helper()
	for _, lost := range chrome.Script[[]string](p, `[...document.querySelectorAll('a[href*="#"]')].filter(a => a.pathname === location.pathname &&
		a.search === location.search && !document.getElementById(a.hash.slice(1))).map(a => a.href)`) {
		a.t.Errorf("%s has no place for its link %s", which.path, lost)
	}
	for _, link := range chrome.Script[[]string](p, `[...document.querySelectorAll('a[href], link[rel=alternate], link[rel=canonical]')]
		.filter(a => a.href.startsWith(location.origin)).map(a => a.href)`) {
		page, _, _ := strings.Cut(link, "#")
		own := which.status != 200 && strings.HasSuffix(page, which.path) // in the other language it is not there either
		here := strings.HasPrefix(link, a.w.url+which.path+"#")
		if a.links[link] == "" && !own && !here {
			a.links[link] = which.path
		}
	}
}

// follow opens every link that was seen, and looks for the place on the page that it names.
func (a *audit) follow(p *chrome.Tab) {
	a.t.Helper()
	if len(a.links) < 20 {
		a.t.Errorf("only %d links", len(a.links))
	}
	p.Strict(false) // what does not arrive here is told below, with the page that leads there
	defer p.Strict(true)
	for link, from := range a.links {
		said := chrome.Script[string](p, fmt.Sprintf(`fetch(%q).then(async r => {
			const name = decodeURIComponent(new URL(%[1]q).hash.slice(1));
			if (r.status !== 200) return 'status ' + r.status;
			if (name && !new DOMParser().parseFromString(await r.text(), 'text/html').getElementById(name)) return 'no #' + name;
			return '';
		})`, link))
		if said != "" {
			a.t.Errorf("%s links to %s: %s", from, link, said)
		}
	}
	clear(a.links)
}
