package office

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"floresya/internal/shop/payments"
	"floresya/internal/web"
	"floresya/internal/web/lang"
	"floresya/internal/web/page"
)

// Base is the path under which the back office stands.
const Base = "/oficina"

// Deps are what the back office stands on. All but Mailbox are required.
type Deps struct {
	Kit       *page.Kit
	Identity  Identity
	Orders    Orders
	Payments  Payments
	Receipts  Receipts
	Catalogue Catalogue
	Calendar  Calendar
	Rates     Rates
	Messages  Messages
	Processes Processes
	Mailbox   Mailbox // nil: mails leave by SMTP, and there is no such page
	Log       *slog.Logger
}

// Config tunes the back office. The zero value means the defaults.
type Config struct {
	// Secure keeps the session's cookie from going over plain HTTP: the shop is reached by https.
	Secure bool
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Office serves the back office. Safe for concurrent use.
type Office struct {
	Deps
	secure bool
	now    func() time.Time
	words  *lang.Catalogue
	mux    *http.ServeMux
}

// New builds the back office, or says what is wrong with its parts.
func New(deps Deps, cfg Config) (*Office, error) {
	o := &Office{Deps: deps, secure: cfg.Secure, now: cfg.Now}
	if o.now == nil {
		o.now = time.Now
	}
	var faults []error
	if deps.Kit == nil || deps.Identity == nil || deps.Orders == nil || deps.Payments == nil || deps.Receipts == nil ||

		deps.Catalogue == nil || deps.Calendar == nil || deps.Rates == nil || deps.Messages == nil || deps.Processes == nil || deps.Log == nil {
		faults = append(faults, errors.New("office: a dependency is missing"))
	}
	words, err := newWords()
	o.words = words
	o.mux = o.routes()
	return o, errors.Join(append(faults, err)...)
}

// Route is one page or form of the back office.
type Route struct {
	Method  string
	Pattern string
	Open    bool // also for those who are not signed in
	handle  func(*visit) error
}

// Routes lists every page and form.
func (o *Office) Routes() []Route {
	routes := []Route{
		{http.MethodGet, "/oficina/entrar", true, (*visit).signInPage},
		{http.MethodPost, "/oficina/entrar", true, (*visit).signIn},
		{http.MethodPost, "/oficina/salir", true, (*visit).signOut},
		{http.MethodPost, "/oficina/idioma", true, (*visit).chooseLanguage},
		{http.MethodGet, "/oficina", false, (*visit).board},
		{http.MethodGet, "/oficina/pedidos/{id}", false, (*visit).orderPage},
		{http.MethodPost, "/oficina/pedidos/{id}/estado", false, (*visit).changeStatus},
		{http.MethodPost, "/oficina/pedidos/{id}/fecha", false, (*visit).agreeDate},
		{http.MethodGet, "/oficina/pedidos/{id}/hoja", false, (*visit).sheet},
		{http.MethodPost, "/oficina/pedidos/{id}/pagos/{payment}/aprobar", false, (*visit).acceptPayment},
		{http.MethodPost, "/oficina/pedidos/{id}/pagos/{payment}/rechazar", false, (*visit).rejectPayment},
		{http.MethodPost, "/oficina/pedidos/{id}/pagos/{payment}/devolver", false, (*visit).refund},
		{http.MethodPost, "/oficina/pedidos/{id}/pagos", false, (*visit).addPayment},
		{http.MethodGet, payments.ReceiptPath + "{key}", false, (*visit).receipt},
		{http.MethodGet, "/oficina/pagos", false, (*visit).paymentQueue},
		{http.MethodGet, "/oficina/por-acordar", false, (*visit).dateQueue},
		{http.MethodGet, "/oficina/entregas", false, (*visit).slots},
		{http.MethodPost, "/oficina/entregas/cupo", false, (*visit).setCapacity},
		{http.MethodPost, "/oficina/entregas/dia", false, (*visit).setDay},
		{http.MethodGet, "/oficina/flores", false, (*visit).products},
		{http.MethodPost, "/oficina/flores/{id}", false, (*visit).editProduct},
		{http.MethodGet, "/oficina/tasa", false, (*visit).ratePage},
		{http.MethodPost, "/oficina/tasa", false, (*visit).setRate},
		{http.MethodGet, "/oficina/mas", false, (*visit).more},
	}
	if o.Mailbox != nil {
		routes = append(routes,
			Route{http.MethodGet, "/oficina/correo", false, (*visit).letters},
			Route{http.MethodGet, "/oficina/correo/{id}", false, (*visit).letter})
	}
	return routes
}

// patience is how long a page or form may take: with the database hanging, people get an answer too.
const patience = 8 * time.Second

// formBody is the most bytes a form may bring.
const formBody = 64 << 10

func (o *Office) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range o.Routes() {
		mux.HandleFunc(route.Method+" "+route.Pattern, func(w http.ResponseWriter, r *http.Request) {
			web.SetRoute(r.Context(), route.Pattern)
			ctx, cancel := context.WithTimeoutCause(r.Context(), patience, errors.New("a page of the office took too long"))
			defer cancel()
			r = r.WithContext(ctx)
			v := o.visit(w, r)
			r.Body = http.MaxBytesReader(w, r.Body, formBody)
			err := v.admit(route.Open)
			if err == nil {
				err = route.handle(v)
			}
			if err != nil {
				v.fail(err)
			}
		})
	}
	mux.HandleFunc(Base+"/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, Base, http.StatusSeeOther)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v := o.visit(w, r)
		if err := v.admit(false); err != nil {
			v.fail(err)
			return
		}
		v.fail(errNoPage)
	})
	return mux
}

// ServeHTTP answers everything under Base.
func (o *Office) ServeHTTP(w http.ResponseWriter, r *http.Request) { o.mux.ServeHTTP(w, r) }
