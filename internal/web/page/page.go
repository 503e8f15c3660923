package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"floresya/internal/web/assets"
)

// Kit writes pages and knows the assets they use. It is safe for concurrent use.
type Kit struct {
	assets  *assets.Assets
	icons   string // address of the icon sheet
	buffers sync.Pool
	packers sync.Pool
}

// New prepares a Kit over a.
func New(a *assets.Assets) *Kit {
	return &Kit{
		assets:  a,
		icons:   a.URL("icons.svg"),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
		packers: sync.Pool{New: func() any {
			z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
			if err != nil {
				panic(err) // only an impossible level fails
			}
			return z
		}},
	}
}

// Asset is the hashed address of an embedded file: Asset("htmx.min.js").
func (k *Kit) Asset(name string) string { return k.assets.URL(name) }

// Icon draws one symbol of the icon sheet at text size. It is decoration: the words beside it say what it means.
func (k *Kit) Icon(name string) templ.Component { return k.symbol(name, ` class="i"`) }

// Logo draws the flower of FloresYa, without a class of its own.
func (k *Kit) Logo() templ.Component { return k.symbol("flor", "") }

func (k *Kit) symbol(name, class string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg`+class+` aria-hidden="true"><use href="`+k.icons+`#`+name+`"></use></svg>`)
		return err
	})
}

// Write renders c completely and then answers with it, so that a failing page never leaves half of itself behind: on
// error nothing has been written. Pages belong to one visitor and are asked for again each time, unless the handler has
// set Cache-Control before.
func (k *Kit) Write(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	nonce := rand.Text()
	body := k.buffer()
	defer k.buffers.Put(body)
	if err := c.Render(templ.WithNonce(r.Context(), nonce), body); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	h := w.Header()
	Protect(h, nonce)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	if assets.AcceptsGzip(r) {
		packed := k.buffer()
		defer k.buffers.Put(packed)
		k.pack(packed, body.Bytes())
		h.Set("Content-Encoding", "gzip")
		body = packed
	}
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // the browser went away; nobody is left to tell
	}
	return nil
}

// Protect sets the headers that every page of ours carries.
func Protect(h http.Header, nonce string) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'self' 'nonce-"+nonce+
		"'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

func (k *Kit) buffer() *bytes.Buffer {
	b := k.buffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

// pack compresses into memory, which cannot fail.
func (k *Kit) pack(to *bytes.Buffer, content []byte) {
	z := k.packers.Get().(*gzip.Writer)
	defer k.packers.Put(z)
	z.Reset(to)
	_, _ = z.Write(content)
	_ = z.Close()
}
