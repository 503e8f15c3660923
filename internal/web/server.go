package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/idempotency"
	"floresya/internal/web/guest"
)

var (
	errSlow      = fault.New(fault.Unavailable, "timeout", "La tienda tardó demasiado en responder. Inténtalo de nuevo.")
	errSlowProbe = errors.New("the probe took too long")
)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.deps.Now()
	c := &call{recorder: recorder{ResponseWriter: w}, r: r, id: uuid.New(), label: "none"}
	c.trace = traceOf(r, c.id)
	c.before = func(status int) {
		if c.renew && status < http.StatusBadRequest {
			s.guests.Set(w.Header(), c.guest, start)
		}
	}
	defer s.end(c, start)
	defer s.recover(c)
	if err := s.serve(c, start); err != nil {
		s.fail(c, err)
	}
}

// serve is the straight line every request walks.
func (s *Server) serve(c *call, now time.Time) error {
	r, h := c.r, c.Header()
	h["X-Request-Id"] = []string{c.id.String()}
	protect(h)
	c.addr = s.proxies.client(r)
	if probe := s.probe(r.URL.Path); probe != nil && safe(r.Method) && (r.URL.Path != "/metrics" || s.mayMeasure(c)) {
		c.label = r.URL.Path
		return probe(c, r)
	}
	if path := r.URL.Path; path != "/api" && !strings.HasPrefix(path, "/api/") {
		c.mount = s.mount(path) // nothing mounted shadows the API
		h["Content-Security-Policy"] = []string{filePolicy}
	}
	s.cors(h, r)
	if err := s.sameOrigin(r); err != nil {
		return err
	}
	if done, err := s.resolve(c); done || err != nil {
		return err
	}
	if err := s.limitAddress(c, now); err != nil {
		return err
	}
	if err := s.readBody(c); err != nil {
		return err
	}
	doubt := s.identify(c, now)
	c.doubt = doubt
	if err := s.limitActor(c, now); err != nil {
		return err
	}
	if err := c.admit(doubt); err != nil {
		return err
	}
	ctx, cancel, err := s.context(c)
	if err != nil {
		return err
	}
	defer cancel()
	if c.mount != nil {
		c.mount.Handler.ServeHTTP(&c.recorder, r.WithContext(ctx))
		return nil
	}
	return c.route.Handle(&c.recorder, r.WithContext(ctx))
}

// resolve finds the route or mount of the request. done: it was answered here.
func (s *Server) resolve(c *call) (done bool, err error) {
	r := c.r
	if len(r.RequestURI) > maxURLLength {
		return false, fault.New(fault.Invalid, "url_too_long", "The address is too long.")
	}
	if c.mount != nil {
		c.label = c.mount.Name
		return false, nil
	}
	n, values := s.tree.find(r.URL.EscapedPath())
	if n == nil {
		return false, fault.NotFoundf("Route not found: the requested path was not found.")
	}
	if r.Method == http.MethodOptions {
		c.Header().Set("Allow", n.allow())
		c.WriteHeader(http.StatusNoContent)
		return true, nil
	}
	c.route = n.route(r.Method)
	if c.route == nil {
		c.Header().Set("Allow", n.allow())
		return false, fault.NotFoundf("Route not found: this method was not found on the path.")
	}
	c.label = c.route.Pattern
	for i, name := range n.names {
		r.SetPathValue(name, values[i])
	}
	return false, nil
}

// names are the parameters of the call's route.
func (c *call) names() []string {
	var names []string
	for _, segment := range strings.Split(c.route.Pattern, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

func (c *call) class() Class {
	if c.route != nil {
		return c.route.class()
	}
	return classOf(c.r.Method)
}

// uncounted requests are cheap, or the limits are off.
func (s *Server) uncounted(c *call) bool {
	return s.cfg.Limits.Off || c.mount != nil && c.mount.Files && safe(c.r.Method)
}

func (s *Server) limitAddress(c *call, now time.Time) error {
	if s.uncounted(c) {
		return nil
	}
	q := s.limits.take(c.class(), "a"+bucket(c.addr), true, now)
	q.write(c.Header())
	if !q.ok {
		return q.fault()
	}
	return nil
}

// limitActor charges the account or the guest. A repeat under the same idempotency key is no second order.
func (s *Server) limitActor(c *call, now time.Time) error {
	actor := c.actor()
	if s.uncounted(c) || actor == "" {
		return nil
	}
	class := c.class()
	if key := c.r.Header.Get("Idempotency-Key"); class == ClassOrder && key != "" {
		if first := s.limits.take(classRepeat, actor+"|"+c.r.URL.Path+"|"+key, false, now); !first.ok {
			class = ClassWrite
		}
	}
	q := s.limits.take(class, actor, false, now)
	q.write(c.Header())
	if !q.ok {
		return q.fault()
	}
	return nil
}

// actor names the caller in limits and events: "user:3", "guest:…", or "" when nobody is known.
func (c *call) actor() string {
	switch {
	case c.principal != nil:
		return "user:" + strconv.Itoa(c.principal.UserID)
	case c.guest != uuid.Nil:
		return "guest:" + c.guest.String()
	}
	return ""
}

// readBody bounds the body, and reads it for routes: they are small, and their fingerprint needs all of it.
func (s *Server) readBody(c *call) error {
	limit := int64(0)
	switch {
	case c.mount != nil:
		limit = c.mount.Body
	case c.route.Body > 0:
		limit = c.route.Body
	case !safe(c.r.Method):
		limit = s.cfg.Body
	}
	if c.r.ContentLength > limit {
		c.Header().Set("Connection", "close")
		return tooLargeFault()
	}
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return nil
	}
	c.r.Body = http.MaxBytesReader(c.ResponseWriter, c.r.Body, limit)
	if c.mount != nil {
		return nil
	}
	body, err := io.ReadAll(c.r.Body)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return tooLargeFault()
	}
	if err != nil {
		return fault.New(fault.Invalid, "body_incomplete", "The request body ended early.").Because(err)
	}
	c.body = body
	c.r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// identify finds out who is calling. The error says why a token that was shown counts for nothing.
func (s *Server) identify(c *call, now time.Time) (doubt error) {
	if token := SessionToken(c.r); token != "" {
		c.principal, doubt = s.deps.Sessions.Resolve(c.r.Context(), token)
		if doubt != nil {
			c.principal = nil
		}
	}
	c.guest, c.renew = s.guests.Read(c.r, now)
	if c.guest == uuid.Nil && c.mount != nil && c.mount.Pages && c.r.Method == http.MethodGet && navigates(c.r) {
		c.guest, c.renew = uuid.New(), true
	}
	return doubt
}

// navigates: a person opens a page, not a script, a picture or a robot that takes no HTML.
func navigates(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// admit decides what the route's access alone decides.
func (c *call) admit(doubt error) error {
	if c.route == nil || c.route.Access == Public || c.route.Access == GuestOrder || c.principal.Admin() {
		return nil
	}
	if c.principal == nil {
		if doubt != nil && fault.Of(doubt).Kind != fault.Unauthenticated {
			return doubt
		}
		c.Header().Set("WWW-Authenticate", "Bearer")
		return fault.New(fault.Unauthenticated, "unauthenticated", "Please sign in first.").Because(doubt)
	}
	if c.route.Access == Admin {
		return fault.New(fault.Denied, "denied", "Only administrators may do this.")
	}
	return nil
}

// context carries what the shop needs to know of the request.
func (s *Server) context(c *call) (context.Context, context.CancelFunc, error) {
	ctx := context.WithValue(c.r.Context(), callKey{}, c)
	cancel := context.CancelFunc(func() {})
	if c.route != nil {
		if c.route.Creates {
			key, err := s.keys.keyOf(c)
			if err != nil {
				return nil, nil, err
			}
			ctx = idempotency.WithKey(ctx, key)
		}
		ctx, cancel = context.WithTimeoutCause(ctx, s.cfg.Timeout, errSlow)
	}
	if c.principal != nil {
		ctx = identity.WithPrincipal(ctx, c.principal)
	}
	if c.guest != uuid.Nil {
		ctx = guest.WithGuest(ctx, c.guest)
	}
	if !safe(c.r.Method) {
		actor := c.actor()
		if actor == "" {
			actor = "guest"
		}
		ctx = event.WithMeta(ctx, event.Meta{Actor: actor, Correlation: c.id, Trace: c.trace})
	}
	return ctx, cancel, nil
}

// recover turns a panic into a 500. When an answer has begun it cannot be mended: the connection is cut, so that the
// caller does not take half an answer for a whole one.
func (s *Server) recover(c *call) {
	p := recover()
	if p == nil {
		return
	}
	begun := c.status != 0
	s.deps.Log.ErrorContext(c.r.Context(), "handler panicked", "route", c.label, "request", c.id, "panic", p,
		"stack", string(debug.Stack()))
	if begun {
		c.status = http.StatusInternalServerError
		panic(http.ErrAbortHandler)
	}
	s.fail(c, errors.New("handler panicked"))
}

// end writes the access log and the metrics: patterns, never paths; no bodies, tokens or persons.
func (s *Server) end(c *call, start time.Time) {
	took := s.deps.Now().Sub(start)
	status := c.status
	if status == 0 {
		status = http.StatusOK
	}
	method := c.r.Method
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	s.seconds.WithLabelValues(c.label, method, statusClass(status)).Observe(took.Seconds())
	level := slog.LevelInfo
	if safe(method) && status < http.StatusBadRequest && took < time.Second {
		level = slog.LevelDebug
	}
	if log := s.deps.Log; log.Enabled(c.r.Context(), level) {
		log.LogAttrs(c.r.Context(), level, "request", slog.String("method", method), slog.String("route", c.label),
			slog.Int("status", status), slog.Duration("took", took), slog.Int64("bytes", c.bytes),
			slog.String("request", c.id.String()), slog.String("trace", c.trace))
	}
}

func statusClass(status int) string {
	return [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[min(max(status/100, 1), 5)-1]
}
