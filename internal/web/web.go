package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/web/guest"
)

// Sessions knows who holds a session token; an unknown one is a fault of kind Unauthenticated.
type Sessions interface {
	Resolve(ctx context.Context, token string) (*identity.Principal, error)
}

// Registry is where metrics are registered and read.
type Registry interface {
	prometheus.Registerer
	prometheus.Gatherer
}

// Mount gives everything below a prefix to a handler of its own, which draws its own errors.
type Mount struct {
	// Name stands for the handler's pages in metrics and logs, unless it calls SetRoute.
	Name string
	// Prefix is "/" or a path such as "/oficina" or "/assets"; it matches whole segments, the longest wins.
	Prefix  string
	Handler http.Handler
	// Pages says that browsers navigate here: a visitor without a guest cookie gets one.
	Pages bool
	// Files says that only ready-made files are served: a page asks for dozens, so they do not count against the limits.
	Files bool
	// Body is the most bytes a request may bring. Default 12 MiB; handlers set narrower ones.
	Body int64
}

// Deps are what the way in stands on. All but ErrorPage are required.
type Deps struct {
	Log      *slog.Logger
	Metrics  Registry
	Sessions Sessions
	// Ready reports whether the database answers.
	Ready func(context.Context) error
	// Secret signs guest cookies; every process of a shop has the same one, of at least 32 bytes.
	Secret []byte
	// Routes is the HTTP API.
	Routes []Route
	Mounts []Mount
	// ErrorPage draws a refusal that a Mount never got to see. nil: a plain page in Spanish.
	ErrorPage func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error)
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Config is how the way in behaves. The zero value means the defaults.
type Config struct {
	// PublicURL is the address people reach the shop at; https makes cookies Secure. "" means plain HTTP.
	PublicURL string
	// AllowedOrigins are foreign origins ("https://app.example") that may use the API with cookies. Default none.
	AllowedOrigins []string
	// TrustedProxies are networks whose X-Forwarded-For is believed. Default none.
	TrustedProxies []netip.Prefix
	// MetricsFrom are networks that may read /metrics, beside this machine itself; others find no such page. Default none.
	MetricsFrom []netip.Prefix
	Limits      Limits
	// Body is the most bytes a request to the API may bring, unless its route says otherwise. Default 1 MiB.
	Body int64
	// Timeout ends the work on an API request. Default 10 s.
	Timeout time.Duration
}

// Server passes requests to the routes and mounts. It is safe for concurrent use.
type Server struct {
	deps        Deps
	cfg         Config
	tree        *tree
	mounts      []Mount // longest prefix first
	proxies     proxies
	limits      *limiter
	guests      *guest.Cookies
	keys        keys
	crossOrigin *http.CrossOriginProtection
	seconds     *prometheus.HistogramVec
	metrics     http.Handler
	started     time.Time
}

// New builds the way in, or says everything that is wrong with its parts.
func New(deps Deps, cfg Config) (*Server, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.Body <= 0 {
		cfg.Body = 1 << 20
	}
	var errs []error
	if deps.Log == nil || deps.Metrics == nil || deps.Sessions == nil || deps.Ready == nil {
		return nil, errors.New("web: a dependency is missing")
	}
	if len(deps.Secret) < 32 {
		errs = append(errs, fmt.Errorf("web: the secret has %d bytes, want at least 32", len(deps.Secret)))
	}
	tree, err := newTree(deps.Routes)
	errs = append(errs, err)
	s := &Server{deps: deps, cfg: cfg, tree: tree, proxies: cfg.TrustedProxies, limits: newLimiter(cfg.Limits),
		guests: guest.New(deps.Secret, strings.HasPrefix(cfg.PublicURL, "https://")), keys: newKeys(deps.Secret),
		crossOrigin: http.NewCrossOriginProtection(), started: deps.Now()}
	errs = append(errs, s.trustOrigins(), s.sortMounts(), s.observe())
	return s, errors.Join(errs...)
}

// trustOrigins lets the shop's own address and the allowed foreign ones write.
func (s *Server) trustOrigins() error {
	origins := s.cfg.AllowedOrigins
	if s.cfg.PublicURL != "" {
		u, err := url.Parse(s.cfg.PublicURL)
		if err != nil || u.Host == "" {
			return fmt.Errorf("web: public address %q must be like https://flores.example", s.cfg.PublicURL)
		}
		origins = append([]string{u.Scheme + "://" + u.Host}, origins...)
	}
	var errs []error
	for _, origin := range origins {
		errs = append(errs, s.crossOrigin.AddTrustedOrigin(origin))
	}
	return errors.Join(errs...)
}

func (s *Server) sortMounts() error {
	s.mounts = append(s.mounts, s.deps.Mounts...)
	sort.SliceStable(s.mounts, func(i, j int) bool { return len(s.mounts[i].Prefix) > len(s.mounts[j].Prefix) })
	var errs []error
	for i := range s.mounts {
		m := &s.mounts[i]
		if m.Handler == nil || !strings.HasPrefix(m.Prefix, "/") {
			errs = append(errs, fmt.Errorf("web: mount %q at %q needs a prefix from / and a handler", m.Name, m.Prefix))
		}
		if m.Prefix != "/" {
			m.Prefix = strings.TrimSuffix(m.Prefix, "/")
		}
		if m.Body <= 0 {
			m.Body = 12 << 20
		}
	}
	return errors.Join(errs...)
}

// mount is who owns path.
func (s *Server) mount(path string) *Mount {
	for i := range s.mounts {
		m := &s.mounts[i]
		if m.Prefix == "/" {
			return m
		}
		if rest, ok := strings.CutPrefix(path, m.Prefix); ok && (rest == "" || rest[0] == '/') {
			return m
		}
	}
	return nil
}

func (s *Server) observe() error {
	s.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "floresya_http_request_seconds",
		Help:    "How long requests took, by route, method and class of status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "method", "status"})
	s.metrics = promhttp.HandlerFor(s.deps.Metrics, promhttp.HandlerOpts{})
	return s.deps.Metrics.Register(s.seconds)
}
