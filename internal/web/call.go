package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
)

// call is one request on its way.
type call struct {
	recorder
	r         *http.Request
	id        uuid.UUID // of the request: its correlation on every event
	trace     string
	addr      netip.Addr
	label     string // route for metrics and logs, from a fixed set
	route     *Route
	mount     *Mount
	body      []byte
	principal *identity.Principal
	doubt     error // why a session that was shown counts for nothing
	guest     uuid.UUID
	renew     bool // give the guest his cookie with an answer that succeeds
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// Doubt is why a session that the caller has shown cannot be judged now; nil when he has none, or none that is good. Who
// turns away a caller without a session asks it first: nobody is signed out because the database is away.
func Doubt(ctx context.Context) error {
	if c := callOf(ctx); c != nil && c.doubt != nil && fault.Of(c.doubt).Kind != fault.Unauthenticated {
		return c.doubt
	}
	return nil
}

// Body is the request body of a Route, which has been read completely and within its limit.
func Body(r *http.Request) []byte {
	if c := callOf(r.Context()); c != nil {
		return c.body
	}
	return nil
}

// Address is the client's network address, also behind trusted proxies.
func Address(ctx context.Context) string {
	if c := callOf(ctx); c != nil && c.addr.IsValid() {
		return c.addr.String()
	}
	return ""
}

// RequestID is the id of the request, as in its X-Request-Id header and in the log.
func RequestID(ctx context.Context) string {
	if c := callOf(ctx); c != nil {
		return c.id.String()
	}
	return ""
}

// SetRoute names the page that a Mount's handler serves, for metrics and logs: a pattern from a fixed set, never a path.
func SetRoute(ctx context.Context, pattern string) {
	if c := callOf(ctx); c != nil {
		c.label = pattern
	}
}

// recorder notes what was answered, and adds the guest's cookie to an answer that succeeds.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	before func(status int)
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
		if r.before != nil {
			r.before(status)
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// traceOf is the W3C trace id of the request, or one made of its own id.
func traceOf(r *http.Request, id uuid.UUID) string {
	parts := strings.Split(r.Header.Get("Traceparent"), "-")
	if len(parts) >= 4 && len(parts[0]) == 2 && len(parts[1]) == 32 && parts[1] == strings.ToLower(parts[1]) {
		if raw, err := hex.DecodeString(parts[1]); err == nil && [16]byte(raw) != [16]byte{} {
			return parts[1]
		}
	}
	return hex.EncodeToString(id[:])
}

// SessionName is the session's cookie.
const SessionName = "floresya-session"

// SetSession gives the browser a session; life 0 takes it away.
func SetSession(h http.Header, token string, life time.Duration, secure bool) {
	cookie := http.Cookie{Name: SessionName, Value: token, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true,
		Secure: secure, SameSite: http.SameSiteLaxMode}
	if life <= 0 {
		cookie.Value, cookie.MaxAge = "", -1
	}
	h.Add("Set-Cookie", cookie.String())
}

// SessionToken is the token a request carries, as Bearer or as cookie, or "".
func SessionToken(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return strings.TrimSpace(token)
	}
	if cookie, err := r.Cookie(SessionName); err == nil {
		return cookie.Value
	}
	return ""
}
