package store

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"floresya/internal/fault"
	"floresya/internal/web"
)

var errNoPage = fault.NotFoundf("page not found")

// trouble is what an error page says. One row per kind that a visitor can meet on a page.
type trouble struct {
	status             int
	title, text, image string
}

func troubleOf(kind fault.Kind) trouble {
	switch kind {
	case fault.NotFound, fault.Unauthenticated, fault.Denied:
		return trouble{http.StatusNotFound, "error.404.title", "error.404.text", "img/rama-lavanda.svg"}
	case fault.Unavailable:
		return trouble{http.StatusServiceUnavailable, "error.503.title", "error.503.text", "img/rama-helecho.svg"}
	case fault.Limited:
		return trouble{http.StatusTooManyRequests, "error.429.title", "error.429.text", "img/rama-ruscus.svg"}
	case fault.Invalid, fault.Conflict, fault.Unprocessable:
		return trouble{http.StatusBadRequest, "error.400.title", "error.400.text", "img/rama-gypsophila.svg"}
	case fault.TooLarge:
		return trouble{http.StatusRequestEntityTooLarge, "error.413.title", "error.413.text", "img/rama-gypsophila.svg"}
	case fault.Internal:
	}
	return trouble{http.StatusInternalServerError, "error.500.title", "error.500.text", "img/rama-eucalipto.svg"}
}

// fail answers with the page for err. Those pages ask no service, so they can be drawn when nothing else works.
func (v *visit) fail(err error) {
	f := web.FaultOf(err)
	v.r = v.r.WithContext(context.WithoutCancel(v.ctx())) // the time of the page may be over, this one is still due
	what := troubleOf(f.Kind)
	if what.status >= http.StatusInternalServerError {
		v.store.Log.ErrorContext(v.ctx(), "page failed", "route", v.r.Pattern, "status", what.status, "err", err)
	}
	if f.Kind == fault.Unavailable || f.Kind == fault.Limited {
		wait := max(f.RetryAfter, time.Second).Round(time.Second)
		v.w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	}
	v.w.Header().Set("Cache-Control", "no-store")
	head := meta{Title: v.Say(what.title), NoIndex: true}
	if err := v.store.Kit.Write(v.w, v.r, what.status, v.errorPage(head, what)); err != nil {
		v.store.Log.ErrorContext(v.ctx(), "error page failed", "err", err)
		http.Error(v.w, v.Say("error.500.title"), http.StatusInternalServerError)
	}
}

// ErrorPage answers with the page for a refusal that met the request before the storefront did.
func (s *Store) ErrorPage(w http.ResponseWriter, r *http.Request, _ int, f *fault.Error) {
	s.visit(w, r).fail(f)
}
