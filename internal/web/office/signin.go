package office

import (
	"net/http"
	"strings"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/web"
	"floresya/internal/web/lang"
)

// back is where a form may lead: a page of the office and nothing else, so that a link to the sign-in cannot send anybody
// to another site.
func back(to string) string {
	if (to == Base || strings.HasPrefix(to, Base+"/") || strings.HasPrefix(to, Base+"?")) && !strings.ContainsAny(to, "\\\r\n") &&
		!strings.Contains(to, "..") {
		return to
	}
	return Base
}

func (v *visit) signInPage() error {
	to := back(v.r.URL.Query().Get("a"))
	if v.isAdmin() {
		return v.done(to, "")
	}
	return v.write(http.StatusOK, v.signInForm(newForm(nil), to))
}

func (v *visit) signIn() error {
	f, err := v.parse()
	if err != nil {
		return err
	}
	to := back(f.Get("a"))
	token, who, err := v.office.Identity.Login(v.ctx(), f.Get("email"), f.Get("password"), identity.Client{Address: web.Address(v.ctx()), UserAgent: v.r.UserAgent()})
	if err == nil && !who.Admin() {
		if err := v.office.Identity.Logout(v.ctx(), token); err != nil {
			return err
		}
		return errNotAdmin
	}
	if err == nil {
		web.SetSession(v.w.Header(), token, v.office.Identity.Lifetime(), v.office.secure)
		return v.done(to, "")
	}
	e := fault.Of(err)
	if e.Kind != fault.Unauthenticated && !v.refuse(&f, err, map[string]string{"email": "email", "password": "password"}) {
		return err
	}
	if e.Kind == fault.Unauthenticated {
		f.notice = v.sayFault(e)
	}
	return v.write(signInStatus(e.Kind), v.signInForm(f, to))
}

func signInStatus(k fault.Kind) int {
	switch k {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// signOut ends the session. With the database away it is dead in this process, and the browser forgets it anyway.
func (v *visit) signOut() error {
	if token := web.SessionToken(v.r); token != "" {
		if err := v.office.Identity.Logout(v.ctx(), token); err != nil {
			v.office.Log.WarnContext(v.ctx(), "session ended here, not in the database", "err", err)
		}
	}
	web.SetSession(v.w.Header(), "", 0, v.office.secure)
	return v.done(Base+"/entrar", "")
}

func (v *visit) chooseLanguage() error {
	f, err := v.parse()
	if err != nil {
		return err
	}
	http.SetCookie(v.w, &http.Cookie{Name: langCookie, Value: lang.Parse(f.Get("lang")).Code(), Path: Base, MaxAge: 365 * 86400,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.office.secure})
	return v.done(back(f.Get("a")), "")
}

func (v *visit) more() error { return v.show(http.StatusOK, v.morePage()) }
