package storage

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const drawing = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`

func TestObjectIsServedForEver(t *testing.T) {
	files := newFiles(t, Config{})
	object := put(t, files, []byte(drawing), "image/svg+xml")
	answer := ask(files, "GET", "/media/"+object.Key, nil)
	if answer.Code != http.StatusOK || answer.Body.String() != drawing {
		t.Errorf("got %d %q", answer.Code, answer.Body)
	}
	for name, want := range map[string]string{
		"Content-Type":            "image/svg+xml",
		"Cache-Control":           "public, max-age=31536000, immutable",
		"Etag":                    `"` + object.Hash + `"`,
		"X-Content-Type-Options":  "nosniff",
		"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
	} {
		if got := answer.Header().Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestKnownObjectIsNotSentAgain(t *testing.T) {
	files := newFiles(t, Config{})
	object := put(t, files, []byte("x"), "image/webp")
	answer := ask(files, "GET", "/media/"+object.Key, http.Header{"If-None-Match": {`"` + object.Hash + `"`}})
	if answer.Code != http.StatusNotModified || answer.Body.Len() != 0 {
		t.Errorf("got %d with %d bytes, want 304 without any", answer.Code, answer.Body.Len())
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	public, private := newFiles(t, Config{}), newFiles(t, Config{Private: true})
	webp := put(t, public, []byte("x"), "image/webp")
	receipt := put(t, private, []byte("receipt"), "image/png")
	for name, test := range map[string]struct {
		files        *Files
		method, path string
		want         int
	}{
		"unknown":            {public, "GET", "/media/" + strings.Repeat("0", 64) + ".webp", http.StatusNotFound},
		"as another type":    {public, "GET", "/media/" + webp.Hash + ".svg", http.StatusNotFound},
		"way out":            {public, "GET", "/media/..", http.StatusNotFound},
		"folder":             {public, "GET", "/media/", http.StatusNotFound},
		"private":            {private, "GET", "/media/" + receipt.Key, http.StatusNotFound},
		"private elsewhere":  {public, "GET", "/media/" + receipt.Key, http.StatusNotFound},
		"write":              {public, "PUT", "/media/" + webp.Key, http.StatusMethodNotAllowed},
		"delete, not hidden": {public, "DELETE", "/media/" + webp.Key, http.StatusMethodNotAllowed},
	} {
		answer := ask(test.files, test.method, test.path, nil)
		if answer.Code != test.want {
			t.Errorf("%s: got %d, want %d", name, answer.Code, test.want)
		}
		if got := answer.Header().Get("Cache-Control"); got != "" {
			t.Errorf("%s: got Cache-Control %q, want a refusal not to be kept", name, got)
		}
	}
}

func TestPrivateObjectIsShownOnceAndNotKept(t *testing.T) {
	files := newFiles(t, Config{Private: true})
	object := put(t, files, []byte("receipt"), "image/png")
	answer := httptest.NewRecorder()
	if err := files.Show(answer, httptest.NewRequest("GET", "/oficina/recibo/7", nil), object.Key); err != nil {
		t.Fatal(err)
	}
	if got := answer.Header().Get("Cache-Control"); answer.Body.String() != "receipt" || got != "private, no-store" {
		t.Errorf("got %q with Cache-Control %q", answer.Body, got)
	}
	unanswered := httptest.NewRecorder()
	err := files.Show(unanswered, httptest.NewRequest("GET", "/", nil), strings.Repeat("0", 64)+".png")
	if !errors.Is(err, ErrNotFound) || unanswered.Body.Len() != 0 {
		t.Errorf("got %v and %q, want %v and nothing written", err, unanswered.Body, ErrNotFound)
	}
}

func ask(handler http.Handler, method, path string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://shop.test"+path, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}
