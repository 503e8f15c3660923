package assets

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	forAYear = "public, max-age=31536000, immutable"
	askFirst = "public, no-cache"
)

// ServeHTTP answers GET and HEAD for what URL returns and for the plain names. Everything else is 404 or 405.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	f, ok := a.byPath[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, etag := f.plain, `"`+f.etag+`"`
	h := w.Header()
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if AcceptsGzip(r) {
			body, etag = f.gzip, `"`+f.etag+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Cache-Control", askFirst)
	if name == f.hashed {
		h.Set("Cache-Control", forAYear)
	}
	h.Set("ETag", etag)
	h.Set("X-Content-Type-Options", "nosniff")
	if known(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mime)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the browser went away; nobody is left to tell
}

// AcceptsGzip reports whether the client takes gzip ("gzip;q=0" does not).
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}

// known reports whether If-None-Match names etag; a weak mark compares equal, as for every GET.
func known(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == etag {
			return true
		}
	}
	return false
}
