package page_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"floresya/internal/web/assets"
	"floresya/internal/web/page"
)

func kit(t *testing.T) *page.Kit {
	t.Helper()
	a, err := assets.New()
	if err != nil {
		t.Fatal(err)
	}
	return page.New(a)
}

func write(text string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text+templ.GetNonce(ctx))
		return err
	})
}

func TestEachAnswerHasItsOwnNonce(t *testing.T) {
	k := kit(t)
	seen := map[string]bool{}
	for range 3 {
		w := httptest.NewRecorder()
		if err := k.Write(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, write("")); err != nil {
			t.Fatal(err)
		}
		nonce := w.Body.String()
		if nonce == "" || seen[nonce] {
			t.Fatalf("nonce %q is empty or used before", nonce)
		}
		seen[nonce] = true
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "script-src 'nonce-"+nonce+"'") || strings.Contains(csp, "unsafe") {
			t.Errorf("policy %q does not stand on the nonce %s alone", csp, nonce)
		}
	}
}

func TestFailingPageLeavesNothingBehind(t *testing.T) {
	w := httptest.NewRecorder()
	broken := errors.New("no row")
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<h1>half of it")
		return broken
	})
	err := kit(t).Write(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, half)
	if !errors.Is(err, broken) {
		t.Errorf("got error %v, want %v", err, broken)
	}
	if w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("got body %q and headers %v, want nothing written", w.Body, w.Header())
	}
}

func TestGzipAndHead(t *testing.T) {
	k := kit(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	if err := k.Write(w, r, http.StatusNotFound, write("hola ")); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatalf("unpack: %v", err)
	}
	if text, _ := io.ReadAll(z); !strings.HasPrefix(string(text), "hola ") || w.Code != http.StatusNotFound {
		t.Errorf("got %d %q", w.Code, text)
	}
	w = httptest.NewRecorder()
	if err := k.Write(w, httptest.NewRequest(http.MethodHead, "/", nil), http.StatusOK, write("hola ")); err != nil {
		t.Fatal(err)
	}
	if w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: got %d bytes and length %s", w.Body.Len(), w.Header().Get("Content-Length"))
	}
}
