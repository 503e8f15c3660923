package web

import (
	"net/http"
	"slices"

	"floresya/internal/fault"
)

// filePolicy is the content security policy of what a Mount serves, such as a picture that came from outside; pages set
// their own instead: ours a strict one on a nonce (package page), the legacy front end the contract's (package front).
// JSON with nosniff is never a document and needs none.
const filePolicy = "default-src 'none'; frame-ancestors 'none'"

// protect sets the headers of the contract's §5 that every answer carries.
func protect(h http.Header) {
	for _, p := range protection {
		h[p.name] = p.value[:1:1] // a handler that adds to it gets a copy
	}
}

var protection = [...]struct {
	name  string
	value []string
}{
	{"X-Frame-Options", []string{"DENY"}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"strict-origin-when-cross-origin"}},
	{"Permissions-Policy", []string{"camera=(), microphone=(), geolocation=()"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Cross-Origin-Resource-Policy", []string{"cross-origin"}},
}

const (
	corsMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
	corsHeaders = "Content-Type, Authorization, Idempotency-Key"
	corsExposed = "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Type, Retry-After, X-Request-Id"
)

// cors answers for the allowed foreign origins. Others get no CORS header, so their browsers keep the answer from them.
func (s *Server) cors(h http.Header, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	h.Add("Vary", "Origin")
	if !slices.Contains(s.cfg.AllowedOrigins, origin) {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	h.Set("Access-Control-Expose-Headers", corsExposed)
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", corsMethods)
		h.Set("Access-Control-Allow-Headers", corsHeaders)
		h.Set("Access-Control-Max-Age", "86400")
	}
}

// sameOrigin refuses a browser's unsafe request from another site: the session cookie would go with it (CSRF).
func (s *Server) sameOrigin(r *http.Request) error {
	if err := s.crossOrigin.Check(r); err != nil {
		return fault.New(fault.Denied, "cross_origin", "This request came from another site and was refused.").Because(err)
	}
	return nil
}
