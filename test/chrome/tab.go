package chrome

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Void is the value of a script that is run for what it does.
type Void = chromedp.Void

// limit is the most time that one action has.
const limit = 30 * time.Second

// Tab is a page in a Chromium of its own. What its scripts throw fails the test. Actions are not safe for concurrent use.
type Tab struct {
	t      testing.TB
	ctx    context.Context
	strict atomic.Bool
}

// Open starts Chromium with an empty profile; it ends with the test.
func Open(t testing.TB) *Tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.Env("LANGUAGE=es"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	p := &Tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.heard); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	p.Size(1280, 900)
	return p
}

func binary(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("this test needs Chromium: apt-get install chromium")
	return ""
}

// Strict makes the test fail also for what the console calls an error or a breach of the content security policy, and
// for every part of a page that does not arrive; Strict(false) takes that back.
func (p *Tab) Strict(on bool) { p.strict.Store(on) }

func (p *Tab) heard(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.t.Errorf("the page threw: %s %s:%d", e.ExceptionDetails.Text, e.ExceptionDetails.URL, e.ExceptionDetails.LineNumber)
	case *runtime.EventConsoleAPICalled:
		if p.strict.Load() && (e.Type == "error" || e.Type == "assert") {
			p.t.Errorf("the page's script says %s: %v", e.Type, e.Args)
		}
	case *log.EventEntryAdded: // what did not arrive is told with its address by the network
		if p.strict.Load() && e.Entry.Level == "error" && e.Entry.Source != "network" {
			p.t.Errorf("console (%s): %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventResponseReceived:
		if p.strict.Load() && e.Response.Status >= 400 && e.Type != network.ResourceTypeDocument {
			p.t.Errorf("a part of the page: %s answers %d", e.Response.URL, e.Response.Status)
		}
	case *network.EventLoadingFailed:
		if p.strict.Load() && !e.Canceled {
			p.t.Errorf("a part of the page did not arrive: %s %s %s", e.Type, e.ErrorText, e.BlockedReason)
		}
	}
}

// On runs an action on the tab within half a minute; otherwise the test ends and says what the page shows.
func On[T any](p *Tab, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.lost(err)
	}
	return v
}

func (p *Tab) lost(err error) {
	p.t.Helper()
	where, _ := chromedp.Run(p.ctx, chromedp.Location())
	said, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	p.t.Fatalf("at %s: %v\n%.6000s", where, err, words(said))
}

// Script evaluates an expression, also a promise.
func Script[T any](p *Tab, expression string) T {
	p.t.Helper()
	return On(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

func call[P, R any](p *Tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	On(p, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	}))
}

// NoScript switches the pages' scripts off.
func (p *Tab) NoScript() {
	p.t.Helper()
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// Size makes the window as large as this; up to 600 pixels it is a phone's.
func (p *Tab) Size(width, height int64) {
	p.t.Helper()
	if width <= 600 {
		On(p, chromedp.EmulateViewport(width, height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait))
		return
	}
	On(p, chromedp.EmulateViewport(width, height))
}

// Has says whether the page has such an element now.
func (p *Tab) Has(css string) bool {
	p.t.Helper()
	return Script[bool](p, fmt.Sprintf(`document.querySelector(%q) !== null`, css))
}

// Says fails the test when the page does not show all of these texts, whatever the spaces between their words.
func (p *Tab) Says(texts ...string) {
	p.t.Helper()
	shown := words(Script[string](p, `document.body.innerText`))
	for _, text := range texts {
		if !strings.Contains(shown, words(text)) {
			p.t.Errorf("%s does not say %q:\n%.1500s", p.Where(), text, shown)
		}
	}
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }
