package api

import (
	"net/http"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/web"
)

// User is an account as sign-in shows it.
type User struct {
	ID       int    `json:"id"`
	Email    string `json:"email"`
	FullName string `json:"full_name"`
	Role     string `json:"role" enum:"user,admin"`
}

func userOf(p *identity.Principal) User { return User{p.UserID, p.Email, p.Name, p.Role} }

type loginIn struct {
	Email    string `json:"email" maxLength:"254"`
	Password string `json:"password" maxLength:"1024"`
}

// LoginAnswer carries the token for clients that keep it themselves; browsers have it in their cookie.
type LoginAnswer struct {
	User  User   `json:"user"`
	Token string `json:"token"`
}

func (a *API) login(w http.ResponseWriter, r *http.Request) error {
	in, err := strict[loginIn](r)
	if err != nil {
		return err
	}
	var c fault.Checker
	c.Check(in.Email != "" && len(in.Email) <= 254, "email", "Escribe tu correo.")
	c.Check(in.Password != "" && len(in.Password) <= 1024, "password", "Escribe tu contraseña.")
	if err := c.Err(); err != nil {
		return err
	}
	client := identity.Client{Address: web.Address(r.Context()), UserAgent: printable(r.UserAgent())}
	token, p, err := a.Identity.Login(r.Context(), in.Email, in.Password, client)
	if err != nil {
		return err
	}
	web.SetSession(w.Header(), token, a.Identity.Lifetime(), a.secure())
	return web.JSON(w, http.StatusOK, LoginAnswer{userOf(p), token}, "Signed in successfully")
}

func (a *API) logout(w http.ResponseWriter, r *http.Request) error {
	if token := web.SessionToken(r); token != "" {
		if err := a.Identity.Logout(r.Context(), token); err != nil {
			return err
		}
	}
	web.SetSession(w.Header(), "", 0, a.secure())
	return web.JSON(w, http.StatusOK, any(nil), "Signed out successfully")
}

func (a *API) me(w http.ResponseWriter, r *http.Request) error {
	return web.JSON(w, http.StatusOK, userOf(identity.FromContext(r.Context())), "User retrieved successfully")
}
