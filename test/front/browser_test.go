package front

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a page in Chromium. What its scripts throw fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func browser(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			t.Errorf("the page threw: %s %s:%d", e.ExceptionDetails.Text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber)
		}
	})
	if err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &tab{t, ctx}
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test needs Chromium: apt-get install chromium")
	return ""
}

// on runs an action on the tab; it has half a minute.
func on[T any](p *tab, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		where, _ := chromedp.Run(p.ctx, chromedp.Location())
		said, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		p.t.Fatalf("at %s: %v\n%.600s", where, err, said)
	}
	return v
}

// open goes to a page and waits until its script has done its work.
func (p *tab) open(url string) {
	p.t.Helper()
	on(p, chromedp.Navigate(url))
	on(p, chromedp.WaitReady(chromedp.CSS(`body[data-ready]`)))
}

func (p *tab) text(css string) string {
	p.t.Helper()
	on(p, chromedp.WaitReady(chromedp.CSS(css)))
	return on(p, chromedp.Text(chromedp.CSS(css)))
}

func (p *tab) set(css, value string) {
	p.t.Helper()
	on(p, chromedp.SetValue(chromedp.CSS(css), value))
}

func (p *tab) click(css string) {
	p.t.Helper()
	on(p, chromedp.Click(chromedp.CSS(css)))
}

// script evaluates an expression, also a promise.
func script[T any](p *tab, expression string) T {
	p.t.Helper()
	return on(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}
