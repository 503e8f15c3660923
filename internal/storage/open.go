package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// Open returns the content of the object with key, for the caller to close. It fails with ErrKey or ErrNotFound.
func (f *Files) Open(ctx context.Context, key string) (io.ReadSeekCloser, Object, error) {
	hash, mime, err := parseKey(key)
	if err != nil {
		return nil, Object{}, err
	}
	if ctx.Err() != nil {
		return nil, Object{}, context.Cause(ctx)
	}
	file, err := os.Open(f.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Object{}, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, Object{}, fmt.Errorf("open an object: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, Object{}, errors.Join(fmt.Errorf("open an object: %w", err), file.Close())
	}
	return file, Object{Key: key, Hash: hash, MIME: mime, Size: info.Size()}, nil
}

// ServeHTTP answers GET and HEAD of a public object; register it at "/media/". The key is the last part of the path.
// An object never changes, so it may be cached for ever. Of a private folder it serves nothing.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if f.config.Private {
		http.NotFound(w, r)
		return
	}
	key := path.Base(r.URL.Path)
	content, object, err := f.Open(r.Context(), key)
	if err != nil {
		refuse(w, r, err)
		return
	}
	defer content.Close()
	header(w, object, "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Time{}, content)
}

// Show answers r with the object with key. The caller has decided that whoever asks may see it: no cache between
// keeps the answer. An error was not answered; it is ErrKey, ErrNotFound or one of the disk.
func (f *Files) Show(w http.ResponseWriter, r *http.Request, key string) error {
	content, object, err := f.Open(r.Context(), key)
	if err != nil {
		return err
	}
	defer content.Close()
	header(w, object, "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

func header(w http.ResponseWriter, object Object, cache string) {
	h := w.Header()
	h.Set("Content-Type", object.MIME)
	h.Set("ETag", `"`+object.Hash+`"`)
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	// an SVG opened by itself is a document: it may draw, not run or fetch
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
}

func refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrKey) || errors.Is(err, ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Retry-After", "5")
	http.Error(w, strings.ToLower(http.StatusText(http.StatusServiceUnavailable)), http.StatusServiceUnavailable)
}
