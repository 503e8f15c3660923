package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"floresya/internal/web"
	"floresya/internal/web/lang"
	"floresya/internal/web/page"
)

// Deps are what the storefront stands on. All are required.
type Deps struct {
	Kit       *page.Kit
	Catalogue Catalogue
	Delivery  Delivery
	Rates     Rates
	Settings  Settings
	Orders    Orders
	Payments  Payments
	Log       *slog.Logger
}

// Config says where the storefront stands.
type Config struct {
	// Base is the path of the home page without the last slash: "" or "/tienda".
	Base string
	// Public is the address people reach the shop at ("https://flores.example"), for canonical links and shared cards.
	// Empty: the scheme and host of each request.
	Public string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Key makes an idempotency key for a form. Default: 128 random bits.
	Key func() string
}

// Store serves the storefront. It is safe for concurrent use.
type Store struct {
	Deps
	base   string
	public string
	secure bool
	now    func() time.Time
	key    func() string
	words  *lang.Catalogue
	mux    *http.ServeMux
	recent atomic.Pointer[calendar] // the calendar last read, for frames
}

// New builds the storefront, or says everything that is wrong with its parts.
func New(deps Deps, config Config) (*Store, error) {
	s := &Store{Deps: deps, base: config.Base, public: strings.TrimRight(config.Public, "/"), now: config.Now, key: config.Key}
	if s.now == nil {
		s.now = time.Now
	}
	if s.key == nil {
		s.key = randomKey
	}
	var faults []error
	if deps.Kit == nil || deps.Catalogue == nil || deps.Delivery == nil || deps.Rates == nil || deps.Settings == nil ||
		deps.Orders == nil || deps.Payments == nil || deps.Log == nil {
		faults = append(faults, errors.New("storefront: a dependency is missing"))
	}
	if s.base != "" && (!strings.HasPrefix(s.base, "/") || strings.HasSuffix(s.base, "/")) {
		faults = append(faults, fmt.Errorf("storefront: base path %q must begin with a slash and not end with one", s.base))
	}
	if s.public != "" {
		u, err := url.Parse(s.public)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" {
			faults = append(faults, fmt.Errorf("storefront: public address %q must be like https://flores.example", s.public))
		} else {
			s.secure = u.Scheme == "https"
		}
	}
	words, err := newWords()
	if err != nil {
		faults = append(faults, fmt.Errorf("storefront: %w", err))
	}
	s.words = words
	s.mux = s.routes()
	return s, errors.Join(faults...)
}

// Route is one entry of the list that ServeHTTP answers, relative to the base path and valid in both languages.
type Route struct {
	Method  string
	Pattern string
	Body    int64 // most bytes a request may bring
	handle  func(*visit) error
}

const (
	noBody    = 0
	formBody  = 64 << 10
	proofBody = 9 << 20 // a receipt of at most 8 MiB and the form around it
)

// errSlow ends what takes too long: with the database hanging, people get an answer too.
var errSlow = errors.New("a page of the shop took too long")

// patience is how long a page or form may take. A receipt comes over slow lines.
func (r Route) patience() time.Duration {
	if r.Body > formBody {
		return time.Minute
	}
	return 8 * time.Second
}

// Routes lists every page and form of the storefront.
func (s *Store) Routes() []Route {
	return []Route{
		{http.MethodGet, "/{$}", noBody, s.home},
		{http.MethodGet, "/catalogo", noBody, s.catalogue},
		{http.MethodGet, "/producto/{slug}", noBody, s.product},
		{http.MethodGet, "/carrito", noBody, s.cart},
		{http.MethodPost, "/carrito", formBody, s.changeCart},
		{http.MethodGet, "/pedido", noBody, s.checkout},
		{http.MethodPost, "/pedido", formBody, s.place},
		{http.MethodGet, "/gracias/{token}", noBody, s.thanks},
		{http.MethodPost, "/gracias/{token}", proofBody, s.submitProof},
		{http.MethodGet, "/seguimiento", noBody, s.findOrder},
		{http.MethodGet, "/seguimiento/{token}", noBody, s.tracking},
		{http.MethodGet, "/zonas", noBody, s.zones},
		{http.MethodGet, "/como-pagar", noBody, s.howToPay},
		{http.MethodGet, "/sitemap.xml", noBody, s.sitemap},
		{http.MethodGet, "/robots.txt", noBody, s.robots},
	}
}

func (s *Store) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range s.Routes() {
		mux.HandleFunc(route.Method+" "+route.Pattern, func(w http.ResponseWriter, r *http.Request) {
			v, _ := r.Context().Value(visitKey{}).(*visit)
			v.w, v.r = w, r
			web.SetRoute(r.Context(), s.base+route.Pattern)
			ctx, cancel := context.WithTimeoutCause(r.Context(), route.patience(), errSlow)
			defer cancel()
			v.r = r.WithContext(ctx)
			v.r.Body = http.MaxBytesReader(w, r.Body, max(route.Body, 1))
			if err := route.handle(v); err != nil {
				v.fail(err)
			}
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v, _ := r.Context().Value(visitKey{}).(*visit)
		v.w, v.r = w, r
		v.fail(errNoPage)
	})
	return mux
}
