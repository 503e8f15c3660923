package front_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"floresya/internal/web/front"
)

// folder is a front end with a secret beside it.
func folder(t *testing.T) (http.Handler, string) {
	t.Helper()
	outside := t.TempDir()
	dir := filepath.Join(outside, "public")
	for name, text := range map[string]string{
		"public/index.html": "<h1>home</h1>", "public/pages/cart.html": "cart", "public/pages/admin/orders.html": "orders",
		"public/js/shared/api-client.js": "export {}", "public/css/a.css": "a{}", "public/manifest.json": "{}", "public/.env": "secret",
		"public/.git/config": "secret", "public/images/logo.jpeg": "RIFF\x24\x00\x00\x00WEBPVP8 ", "public/data.bin": "x",
		"public/apricot.html": "apricot", "secret.txt": "secret",
	} {
		at := filepath.Join(outside, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "up")); err != nil {
		t.Fatal(err)
	}
	f, err := front.Open(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.Path = path
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFilesHaveTheirPlaceAndType(t *testing.T) {
	h, _ := folder(t)
	for _, tt := range []struct{ path, text, kind string }{
		{"/", "<h1>home</h1>", "text/html; charset=utf-8"}, {"/index.html", "<h1>home</h1>", "text/html; charset=utf-8"},
		{"/pages/cart.html", "cart", "text/html; charset=utf-8"}, {"/admin/orders.html", "orders", "text/html; charset=utf-8"},
		{"/js/shared/api-client.js", "export {}", "application/javascript; charset=utf-8"}, {"/css/a.css", "a{}", "text/css; charset=utf-8"},
		{"/manifest.json", "{}", "application/json; charset=utf-8"}, {"/images/logo.jpeg", "RIFF", "image/webp"},
		{"/data.bin", "x", "application/octet-stream"}, {"/apricot.html", "apricot", "text/html; charset=utf-8"},
	} {
		w := get(h, tt.path)
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), tt.text) || w.Header().Get("Content-Type") != tt.kind {
			t.Errorf("%s: got %d %s %q", tt.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "script-src-attr 'unsafe-inline'") {
			t.Errorf("%s: policy %q", tt.path, w.Header().Get("Content-Security-Policy"))
		}
		again := get(h, tt.path, "If-None-Match", w.Header().Get("ETag"))
		if again.Code != http.StatusNotModified {
			t.Errorf("%s with its ETag: %d", tt.path, again.Code)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	h, dir := folder(t)
	for _, path := range []string{"/none.html", "/js/none.js", "/pages", "/pages/", "/../secret.txt", "/pages/../../secret.txt",
		"/..%2fsecret.txt", "/link.txt", "/up/secret.txt", "/.env", "/.git/config", "/pages/../.env", "//etc/passwd", "/a\x00b",
		"/..\\secret.txt", "/admin/../../secret.txt", "/" + dir, "/%2e%2e/secret.txt", "/" + strings.Repeat("a/", 700)} {
		if w := get(h, path); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "secret") && !strings.Contains(w.Body.String(), "not found") {
			t.Errorf("%q: got %d %q", path, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestTheMissingModuleIsServed(t *testing.T) {
	h, dir := folder(t)
	w := get(h, "/js/services/authMock.js")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/javascript") || !strings.Contains(w.Body.String(), "window.authMock") {
		t.Errorf("got %d %s", w.Code, w.Header().Get("Content-Type"))
	}
	own := filepath.Join(dir, "js", "services", "authMock.js")
	if err := os.MkdirAll(filepath.Dir(own), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, []byte("// theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	if w := get(h, "/js/services/authMock.js"); w.Body.String() != "// theirs" {
		t.Errorf("the folder's own module must win, got %q", w.Body)
	}
}

func TestWhatTheFolderLacksIsAskedFor(t *testing.T) {
	h, _ := folder(t)
	shop := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the shop's")) })
	both := h.(*front.Front).Else(shop)
	for path, want := range map[string]string{"/css/a.css": "a{}", "/css/b.css": "the shop's", "/css": "the shop's", "/.env": "the shop's"} {
		if got := get(both, path).Body.String(); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestAFolderWithoutAHomePageIsRefused(t *testing.T) {
	for _, dir := range []string{t.TempDir(), "/no/such/folder"} {
		if _, err := front.Open(dir, time.Now()); err == nil {
			t.Errorf("%s was opened", dir)
		}
	}
}

func FuzzPaths(f *testing.F) {
	for _, seed := range []string{"/", "/../secret.txt", "/admin/../..", "/up/secret.txt", "/.%2e/secret.txt", "/link.txt/"} {
		f.Add(seed)
	}
	outside := f.TempDir()
	dir := filepath.Join(outside, "public")
	if err := os.Mkdir(dir, 0o755); err != nil {
		f.Fatal(err)
	}
	for name, text := range map[string]string{filepath.Join(dir, "index.html"): "home", filepath.Join(outside, "secret.txt"): "secret"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.txt", filepath.Join(dir, "link.txt")); err != nil {
		f.Fatal(err)
	}
	h, err := front.Open(dir, time.Now())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = h.Close() })
	f.Fuzz(func(t *testing.T, path string) {
		if w := get(h, path); strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%q leads outside", path)
		}
	})
}
