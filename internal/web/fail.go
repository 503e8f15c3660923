package web

import (
	"context"
	"html"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"floresya/internal/fault"
)

// fail answers a request that ended in err: the contract's envelope, or a page where people navigate.
func (s *Server) fail(c *call, err error) {
	f := FaultOf(err)
	if c.status != 0 {
		s.deps.Log.ErrorContext(c.r.Context(), "handler failed after its answer", "route", c.label, "request", c.id, "err", err)
		return
	}
	class := classOfFault(f)
	if gone := abandoned(c.r.Context()); gone {
		c.status = statusGone
		return
	}
	if class.status >= http.StatusInternalServerError {
		s.deps.Log.ErrorContext(c.r.Context(), "request failed", "route", c.label, "request", c.id, "status", class.status,
			"code", f.Code, "err", err)
	}
	h := c.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("Etag")
	if f.Kind == fault.Limited || f.Kind == fault.Unavailable {
		wait := max(1, int(math.Ceil(f.RetryAfter.Seconds())))
		h.Set("Retry-After", strconv.Itoa(wait))
	}
	if c.mount != nil {
		s.failPage(c, class.status, f)
		return
	}
	e, _ := envelopeOf(f, c.r.URL.Path, c.id.String(), s.deps.Now())
	if f.Code == "rate_limited" && e.Details != nil {
		e.Details["reset"] = s.deps.Now().Add(f.RetryAfter).UTC().Format(time.RFC3339)
	}
	body := encodeEnvelope(e)
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.WriteHeader(class.status)
	_, _ = c.Write(body) // the caller went away; nobody is left to tell
}

// statusGone is noted for callers who left before the answer (it is never sent).
const statusGone = 499

func (s *Server) failPage(c *call, status int, f *fault.Error) {
	if s.deps.ErrorPage != nil {
		ctx := context.WithValue(c.r.Context(), callKey{}, c)
		s.deps.ErrorPage(&c.recorder, c.r.WithContext(ctx), status, f)
		return
	}
	message := f.Msg
	if status >= http.StatusInternalServerError && f.Kind == fault.Internal {
		message = "Algo salió mal de nuestro lado. Inténtalo de nuevo en un momento."
	}
	h := c.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	c.WriteHeader(status)
	var page strings.Builder
	page.WriteString(`<!doctype html><html lang="es"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<title>FloresYa</title><h1>FloresYa</h1><p>`)
	page.WriteString(html.EscapeString(message))
	page.WriteString(`</p><p><a href="/">Volver al inicio</a></p></html>`)
	_, _ = c.Write([]byte(page.String()))
}
