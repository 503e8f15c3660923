package assets_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"floresya/internal/web/assets"
)

func build(t *testing.T) *assets.Assets {
	t.Helper()
	a, err := assets.New()
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return a
}

func get(a http.Handler, path string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result()
}

func TestHashedAddressIsKeptForAYear(t *testing.T) {
	a := build(t)
	for _, name := range a.Names() {
		res := get(a, a.URL(name))
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: got %d, want 200", name, res.StatusCode)
		}
		if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q is not immutable", name, got)
		}
		if plain := get(a, assets.Prefix+name); plain.Header.Get("Cache-Control") != "public, no-cache" {
			t.Errorf("%s: its plain address may be kept: %q", name, plain.Header.Get("Cache-Control"))
		}
	}
}

func TestTypesAreRight(t *testing.T) {
	a := build(t)
	want := map[string]string{
		assets.Sheet:                "text/css; charset=utf-8",
		"htmx.min.js":               "text/javascript; charset=utf-8",
		"icons.svg":                 "image/svg+xml",
		"fonts/figtree-latin.woff2": "font/woff2",
		"htmx-LICENSE.txt":          "text/plain; charset=utf-8",
		"fonts/OFL-Fraunces.txt":    "text/plain; charset=utf-8",
		"img/hero.svg":              "image/svg+xml",
	}
	for name, mime := range want {
		if got := get(a, a.URL(name)).Header.Get("Content-Type"); got != mime {
			t.Errorf("%s: got type %q, want %q", name, got, mime)
		}
	}
}

func TestUnchangedFileIsNotSentAgain(t *testing.T) {
	a := build(t)
	path := assets.Prefix + assets.Sheet
	for _, encoding := range []string{"identity", "gzip, br"} {
		etag := get(a, path, "Accept-Encoding", encoding).Header.Get("ETag")
		res := get(a, path, "Accept-Encoding", encoding, "If-None-Match", `"other", W/`+etag)
		if res.StatusCode != http.StatusNotModified {
			t.Errorf("%s: got %d for the known %s, want 304", encoding, res.StatusCode, etag)
		}
		if res := get(a, path, "Accept-Encoding", encoding, "If-None-Match", `"other"`); res.StatusCode != http.StatusOK {
			t.Errorf("%s: got %d for another tag, want 200", encoding, res.StatusCode)
		}
	}
}

func TestGzipOnlyForThoseWhoTakeIt(t *testing.T) {
	a := build(t)
	plain, _ := io.ReadAll(get(a, a.URL("htmx.min.js"), "Accept-Encoding", "gzip;q=0, br").Body)
	res := get(a, a.URL("htmx.min.js"), "Accept-Encoding", "br, gzip;q=0.5")
	if got := res.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("Content-Encoding: got %q, want gzip", got)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatalf("unpack: %v", err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil || string(unpacked) != string(plain) {
		t.Errorf("gzip and plain differ (%d and %d bytes, %v)", len(unpacked), len(plain), err)
	}
	if font := get(a, a.URL("fonts/figtree-latin.woff2"), "Accept-Encoding", "gzip"); font.Header.Get("Content-Encoding") != "" {
		t.Error("a font, compressed already, was compressed again")
	}
}

func TestStyleSheetNamesOnlyFilesThatExist(t *testing.T) {
	a := build(t)
	body, _ := io.ReadAll(get(a, a.URL(assets.Sheet)).Body)
	found := regexp.MustCompile(`url\(([^)"']+)\)`).FindAllStringSubmatch(string(body), -1)
	if len(found) < 3 {
		t.Fatalf("got %d addresses in the sheet, want the three fonts", len(found))
	}
	for _, m := range found {
		res := get(a, assets.Prefix+m[1])
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d, %s", m[1], res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	if strings.Contains(string(body), "http://") && strings.Count(string(body), "http://") != strings.Count(string(body), "http://www.w3.org/") {
		t.Error("the sheet fetches something from elsewhere")
	}
}

func TestRefusals(t *testing.T) {
	a := build(t)
	for _, path := range []string{"/assets/", "/assets/nothing.css", "/assets/../assets.go", "/assets/css/10-look.css"} {
		if res := get(a, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, res.StatusCode)
		}
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, a.URL("icons.svg"), nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d, want 405", w.Code)
	}
}
