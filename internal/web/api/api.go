package api

import (
	"strings"

	"floresya/internal/security/identity"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
)

// Deps are the services the API asks. All are required.
type Deps struct {
	Catalog  *catalog.Catalog
	Settings *settings.Settings
	Rates    *rates.Keeper
	Orders   *orders.Service
	Payments *payments.Payments
	Identity *identity.Identity
	Pictures Pictures
	Cutter   Cutter
}

// Config says how the API answers.
type Config struct {
	// PublicURL is the address people reach the shop at, for tracking links; "" leaves them relative. https makes the
	// session cookie Secure.
	PublicURL string
	// Shop is the path of the storefront: "" or, beside a legacy front end, "/tienda".
	Shop string
	// Front: the shop serves a legacy front end; see the package comment.
	Front bool
}

// API answers the HTTP API. It is safe for concurrent use.
type API struct {
	Deps
	cfg Config
}

// New makes an API over the services.
func New(deps Deps, cfg Config) *API {
	cfg.PublicURL = strings.TrimRight(cfg.PublicURL, "/")
	return &API{Deps: deps, cfg: cfg}
}

func (a *API) secure() bool { return strings.HasPrefix(a.cfg.PublicURL, "https://") }

func (a *API) trackingURL(token string) text {
	if token == "" {
		return ""
	}
	return text(a.cfg.PublicURL + a.cfg.Shop + "/seguimiento/" + token)
}

// harmless takes the quote too: pages put texts into attributes, where it would begin a handler of its own.
var harmless = strings.NewReplacer("<", "‹", ">", "›", `"`, "”")

// shown is a customer's text as this shop answers it.
func (a *API) shown(s string) string {
	if a.cfg.Front && strings.ContainsAny(s, `<>"`) {
		return harmless.Replace(s)
	}
	return s
}
