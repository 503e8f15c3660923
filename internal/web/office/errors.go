package office

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"floresya/internal/fault"
	"floresya/internal/web"
)

// trouble is what an error page says.
type trouble struct {
	status      int
	title, text string
}

func troubleOf(kind fault.Kind) trouble {
	switch kind {
	case fault.NotFound:
		return trouble{http.StatusNotFound, "error.404.title", "error.404.text"}
	case fault.Unauthenticated:
		return trouble{http.StatusUnauthorized, "error.401.title", "error.401.text"}
	case fault.Denied:
		return trouble{http.StatusForbidden, "error.403.title", "error.403.text"}
	case fault.Unavailable:
		return trouble{http.StatusServiceUnavailable, "error.503.title", "error.503.text"}
	case fault.Limited:
		return trouble{http.StatusTooManyRequests, "error.429.title", "error.429.text"}
	case fault.TooLarge:
		return trouble{http.StatusRequestEntityTooLarge, "error.413.title", "error.413.text"}
	case fault.Invalid, fault.Conflict, fault.Unprocessable:
		return trouble{http.StatusBadRequest, "error.400.title", "error.400.text"}
	case fault.Internal:
	}
	return trouble{http.StatusInternalServerError, "error.500.title", "error.500.text"}
}

// fail answers for err. Who only has to sign in for a page is sent to the sign-in. The error page asks no service, so it
// can be drawn when nothing else works.
func (v *visit) fail(err error) {
	f := web.FaultOf(err) // also knows what a database that is away says
	reads := v.r.Method == http.MethodGet || v.r.Method == http.MethodHead
	if f.Kind == fault.Unauthenticated {
		to := Base + "/entrar"
		if reads {
			to += "?a=" + url.QueryEscape(v.r.URL.RequestURI())
		}
		if v.r.Header.Get("HX-Request") == "true" {
			v.w.Header().Set("HX-Redirect", to)
		} else if reads {
			http.Redirect(v.w, v.r, to, http.StatusSeeOther)
			return
		}
	}
	v.refusal(f, err)
}

// ErrorPage draws a refusal that happened before the office was asked: another site's form, too many requests.
func (o *Office) ErrorPage(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	o.visit(w, r).refusal(f, f)
}

// refusal is the page for f; err is what the log gets.
func (v *visit) refusal(f *fault.Error, err error) {
	what := troubleOf(f.Kind)
	v.r = v.r.WithContext(context.WithoutCancel(v.ctx())) // the time of the page may be over, this one is still due
	if f.Code == "cross_origin" {
		what.title, what.text = "error.cross.title", "error.cross.text"
	}
	if what.status >= http.StatusInternalServerError {
		v.office.Log.ErrorContext(v.ctx(), "office page failed", "route", v.r.Pattern, "status", what.status, "err", err)
	}
	if f.Kind == fault.Unavailable || f.Kind == fault.Limited {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(max(f.RetryAfter, time.Second).Round(time.Second).Seconds())))
	}
	if err := v.write(what.status, v.errorPage(what)); err != nil {
		v.office.Log.ErrorContext(v.ctx(), "office error page failed", "err", err)
		http.Error(v.w, v.Say("error.500.title"), http.StatusInternalServerError)
	}
}
