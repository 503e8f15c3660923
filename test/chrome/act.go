package chrome

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Go opens a page, waits until it is loaded and returns its status.
func (p *Tab) Go(address string) (status int) {
	p.t.Helper()
	return p.loads(chromedp.NavigateResponse(address))
}

// Press presses what leads to another page, waits until that is loaded and returns its status.
func (p *Tab) Press(css string) (status int) {
	p.t.Helper()
	p.center(css)
	return p.loads(func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(css)))
	})
}

func (p *Tab) loads(step chromedp.Action[*network.Response]) int {
	p.t.Helper()
	response := On(p, step)
	if response == nil {
		p.lost(errors.New("the next page was not asked for"))
	}
	return int(response.Status)
}

// center scrolls an element away from what clings to the edges of the window and could cover it.
func (p *Tab) center(css string) {
	p.t.Helper()
	On(p, chromedp.WaitVisible(chromedp.CSS(css)))
	Script[Void](p, fmt.Sprintf(`document.querySelector(%q).scrollIntoView({block: 'center', behavior: 'instant'})`, css))
}

// Click presses what stays on the page.
func (p *Tab) Click(css string) {
	p.t.Helper()
	p.center(css)
	On(p, chromedp.Click(chromedp.CSS(css)))
}

// Write replaces what a field holds, as a keyboard would.
func (p *Tab) Write(css, text string) {
	p.t.Helper()
	On(p, chromedp.Focus(chromedp.CSS(css)))
	Script[chromedp.Void](p, fmt.Sprintf(`document.querySelector(%q).select()`, css))
	call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// Set gives a list or a date field a value, as its picker would.
func (p *Tab) Set(css, value string) {
	p.t.Helper()
	On(p, chromedp.WaitReady(chromedp.CSS(css)))
	if got := Script[string](p, fmt.Sprintf(`(e => { e.value = %q; e.dispatchEvent(new Event('input', {bubbles: true}));
		e.dispatchEvent(new Event('change', {bubbles: true})); return e.value })(document.querySelector(%q))`, value, css)); got != value {
		p.t.Fatalf("%s at %s takes %q for %q", css, p.Where(), got, value)
	}
}

// Upload picks a file.
func (p *Tab) Upload(css, file string) {
	p.t.Helper()
	On(p, chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
}

// Key presses a key, of those of package kb or a letter.
func (p *Tab) Key(key string) {
	p.t.Helper()
	On(p, chromedp.KeyEvent(key))
}

// PressKey presses a key that leads to another page, waits until that is loaded and returns its status.
func (p *Tab) PressKey(key string) (status int) {
	p.t.Helper()
	return p.loads(func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, chromedp.KeyEvent(key))
	})
}

// At fails the test when the path of the page does not begin like this.
func (p *Tab) At(path string) {
	p.t.Helper()
	if !strings.HasPrefix(p.Path(), path) {
		p.t.Fatalf("at %s, want %s", p.Where(), path)
	}
}

// Text waits for an element and returns what it shows.
func (p *Tab) Text(css string) string {
	p.t.Helper()
	On(p, chromedp.WaitReady(chromedp.CSS(css)))
	return On(p, chromedp.Text(chromedp.CSS(css)))
}

// Wait waits until a script's expression is true, and also without the page's scripts.
func (p *Tab) Wait(expression string) {
	p.t.Helper()
	On(p, chromedp.Poll[bool](expression))
}

// Where is the address of the page.
func (p *Tab) Where() string {
	p.t.Helper()
	return On(p, chromedp.Location())
}

// Path is the address of the page without its host.
func (p *Tab) Path() string {
	p.t.Helper()
	u, err := url.Parse(p.Where())
	if err != nil {
		p.t.Fatal(err)
	}
	return u.Path
}

// Picture is the whole page as PNG.
func (p *Tab) Picture() []byte {
	p.t.Helper()
	return On(p, chromedp.FullScreenshot(100))
}
