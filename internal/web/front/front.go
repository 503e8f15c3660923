// Package front serves a shop's existing static front end from a folder, as the contract's §7 lays it out.
//
// # Model
//
//	/                    index.html
//	/admin/<path>        pages/admin/<path>
//	/<path>              <path>
//
// The folder is opened once as an os.Root: nothing outside it is reachable, neither by .. nor by a link. Names that begin
// with a dot are not served, folders are not listed, and a missing file is a 404, never index.html. Files may change
// while the shop runs: their names carry no hash, so browsers ask again after a minute, with an ETag.
//
// One module is served by the shop itself when the folder lacks it: /js/services/authMock.js, which the legacy dashboard
// imports. It tells the pages who is signed in.
//
// # Security
//
// These pages carry the contract's own content security policy: they have inline scripts, so a text that reaches them
// with < or > in it could run. Package api takes that out of customers' texts (see its front mode).
package front

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'; script-src-attr 'unsafe-inline'; " +
	"style-src 'self' 'unsafe-inline' https://fonts.googleapis.com; font-src 'self' https://fonts.gstatic.com data:; " +
	"img-src 'self' data: blob: https:; connect-src 'self'; media-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

//go:embed authMock.js
var authMock []byte

const authMockName = "js/services/authMock.js"

// Front serves the folder. It is safe for concurrent use; Close gives the folder back.
type Front struct {
	root    *os.Root
	started time.Time
}

// Open opens the folder, which must hold an index.html.
func Open(dir string, now time.Time) (*Front, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the front end's folder %s cannot be opened: %w", dir, err)
	}
	if _, err := root.Stat("index.html"); err != nil {
		return nil, errors.Join(fmt.Errorf("the front end's folder %s has no index.html: %w", dir, err), root.Close())
	}
	return &Front{root, now}, nil
}

// Close gives the folder back.
func (f *Front) Close() error { return f.root.Close() }

// ServeHTTP answers GET and HEAD with a file.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "not found: this address takes GET only", http.StatusMethodNotAllowed)
		return
	}
	name, ok := nameOf(r.URL.Path)
	if !ok {
		missing(w)
		return
	}
	file, info, err := f.open(name)
	if errors.Is(err, fs.ErrNotExist) && name == authMockName {
		serveOwn(w, r, f.started)
		return
	}
	if err != nil {
		missing(w)
		return
	}
	defer file.Close()
	h.Set("Content-Type", mediaType(name, file))
	h.Set("Cache-Control", "private, max-age=60, must-revalidate")
	h.Set("ETag", `"`+strconv.FormatInt(info.ModTime().UnixNano(), 36)+"-"+strconv.FormatInt(info.Size(), 36)+`"`)
	http.ServeContent(w, r, "", info.ModTime(), file)
}

// Else serves what the folder has, and asks next for the rest: for prefixes that the shop needs for itself and that a
// front end may use as well, such as /assets.
func (f *Front) Else(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, ok := nameOf(r.URL.Path); ok {
			if info, err := f.root.Stat(name); err == nil && info.Mode().IsRegular() {
				f.ServeHTTP(w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// nameOf maps a path to a file of the folder; ok is false for names that are never served.
func nameOf(url string) (name string, ok bool) {
	if !utf8.ValidString(url) || strings.ContainsAny(url, "\\\x00") || len(url) > 1024 {
		return "", false
	}
	name = strings.TrimPrefix(url, "/")
	if rest, admin := strings.CutPrefix(name, "admin/"); admin {
		name = "pages/admin/" + rest
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment[0] == '.' {
			return "", false
		}
	}
	return name, fs.ValidPath(name)
}

func (f *Front) open(name string) (*os.File, fs.FileInfo, error) {
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for its other end
		return nil, nil, fmt.Errorf("%s is no file", name)
	}
	file, err := f.root.Open(name)
	return file, info, err
}

func missing(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "not found", http.StatusNotFound)
}

func serveOwn(w http.ResponseWriter, r *http.Request, since time.Time) {
	sum := sha256.Sum256(authMock)
	w.Header().Set("Content-Type", types[".js"])
	w.Header().Set("Cache-Control", "private, max-age=60, must-revalidate")
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", since, strings.NewReader(string(authMock)))
}

// types are those the contract names; the machine's own table is not asked first, because it differs between machines.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "application/javascript; charset=utf-8", ".mjs": "application/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".json": "application/json; charset=utf-8", ".webp": "image/webp", ".svg": "image/svg+xml",
	".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".ico": "image/x-icon", ".avif": "image/avif",
	".woff2": "font/woff2", ".woff": "font/woff", ".mp4": "video/mp4", ".webm": "video/webm", ".txt": "text/plain; charset=utf-8",
	".xml": "application/xml; charset=utf-8", ".webmanifest": "application/manifest+json", ".map": "application/json; charset=utf-8",
}

// mediaType goes by the name; only for pictures by the content too, because the legacy logo is WebP under the name .jpeg.
func mediaType(name string, file io.ReadSeeker) string {
	ext := strings.ToLower(path.Ext(name))
	kind := types[ext]
	if kind == "" {
		if kind = mime.TypeByExtension(ext); kind == "" {
			return "application/octet-stream"
		}
	}
	if !strings.HasPrefix(kind, "image/") || kind == "image/svg+xml" {
		return kind
	}
	var head [512]byte
	n, err := io.ReadFull(file, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return kind
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return kind
	}
	if found := http.DetectContentType(head[:n]); strings.HasPrefix(found, "image/") {
		return found
	}
	return kind
}
