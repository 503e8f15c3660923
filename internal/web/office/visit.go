package office

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/delivery"
	"floresya/internal/web"
	"floresya/internal/web/lang"
)

const langCookie = "floresya-office-lang"

// visit is one request on its way through the back office.
type visit struct {
	office *Office
	w      http.ResponseWriter
	r      *http.Request
	lang   lang.Lang
	now    time.Time
	user   *identity.Principal // nil on the sign-in page
	counts counts
}

// counts are the numbers beside the entries of the navigation.
type counts struct{ payments, dates int }

func (o *Office) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{office: o, w: w, r: r, now: o.now().In(lang.Caracas()), user: identity.FromContext(r.Context())}
	if c, err := r.Cookie(langCookie); err == nil {
		v.lang = lang.Parse(c.Value)
	}
	return v
}

var (
	errNoPage   = fault.NotFoundf("page not found")
	errNobody   = fault.New(fault.Unauthenticated, "sign_in", "Entra para seguir.")
	errNotAdmin = fault.New(fault.Denied, "admins_only", "Esta cuenta no puede entrar a la oficina.")
)

// admit lets admins in, and everybody where open says so.
func (v *visit) admit(open bool) error {
	switch {
	case open || v.user.Admin():
		return nil
	case v.user != nil:
		return errNotAdmin
	}
	if err := web.Doubt(v.ctx()); err != nil {
		return err
	}
	return errNobody
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// by is the id of who acts.
func (v *visit) by() int { return v.user.UserID }

func (v *visit) today() delivery.Day { return delivery.DayOf(v.now) }

// Say returns a message in the reader's language.
func (v *visit) Say(key string, args ...any) string { return v.office.words.Say(v.lang, key, args...) }

// Plural returns the form of a message for n.
func (v *visit) Plural(key string, n int, args ...any) string {
	return v.office.words.Plural(v.lang, key, n, args...)
}

func (v *visit) asset(name string) string { return v.office.Kit.Asset(name) }

func (v *visit) icon(name string) templ.Component { return v.office.Kit.Icon(name) }

// id reads a number from the path; anything else is no page.
func (v *visit) id(name string) (int, error) {
	n, err := strconv.Atoi(v.r.PathValue(name))
	if err != nil || n < 1 || n > 1<<31-1 {
		return 0, errNoPage
	}
	return n, nil
}

// query is a parameter of the address, cut to what a search field takes.
func (v *visit) query(name string) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(v.r.URL.Query().Get(name), "\x00", ""), "")
	return strings.TrimSpace(clip(s, maxSearch))
}

const maxSearch = 80

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// count reads the numbers of the navigation.
func (v *visit) count() error {
	waiting, err := v.office.Payments.CountWaiting(v.ctx())
	if err != nil {
		return err
	}
	open, err := v.office.Orders.CountUnagreed(v.ctx())
	v.counts = counts{waiting, open}
	return err
}

// show answers with a page of the office, whose navigation carries numbers.
func (v *visit) show(status int, c templ.Component) error {
	if err := v.count(); err != nil {
		return err
	}
	return v.write(status, c)
}

func (v *visit) write(status int, c templ.Component) error {
	v.w.Header().Add("Vary", "Cookie")
	v.w.Header().Set("Cache-Control", "no-store")
	return v.office.Kit.Write(v.w, v.r, status, c)
}

// done sends the florist on after a form was taken, with a note about what was done.
func (v *visit) done(path, note string) error {
	u, fragment, _ := strings.Cut(path, "#")
	if note != "" {
		join := "?"
		if strings.Contains(u, "?") {
			join = "&"
		}
		u += join + "listo=" + url.QueryEscape(note)
	}
	if fragment != "" {
		u += "#" + fragment
	}
	http.Redirect(v.w, v.r, u, http.StatusSeeOther)
	return nil
}

// note is what the last form did, by its code in the address; "" for codes that are none of ours.
func (v *visit) note() string {
	if key := "done." + v.query("listo"); v.office.words.Has(key) {
		return v.Say(key)
	}
	return ""
}

// htmx reports whether htmx asks for the part of the page with this id.
func (v *visit) htmx(id string) bool {
	return v.r.Header.Get("HX-Request") == "true" && v.r.Header.Get("HX-Target") == id
}

func (v *visit) isAdmin() bool { return v.user.Admin() }

// date is a day of the shop as a time, for the words of package lang.
func date(d delivery.Day) time.Time {
	if !d.Valid() {
		return time.Time{}
	}
	return d.At(0).In(lang.Caracas())
}
