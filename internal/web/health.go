package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"floresya/internal/fault"
)

// probes are the routes for those who look after the shop. They pass no limits and open no session.
func (s *Server) probe(path string) Handler {
	switch path {
	case "/healthz":
		return func(w http.ResponseWriter, _ *http.Request) error {
			return text(w, "ok\n")
		}
	case "/readyz":
		return func(w http.ResponseWriter, r *http.Request) error {
			ctx, cancel := context.WithTimeoutCause(r.Context(), 2*time.Second, errSlowProbe)
			defer cancel()
			if err := s.deps.Ready(ctx); err != nil {
				f := fault.New(fault.Unavailable, "not_ready", "The shop is not ready.")
				f.RetryAfter = 2 * time.Second
				return f.Because(err)
			}
			return text(w, "ready\n")
		}
	case "/health":
		return func(w http.ResponseWriter, _ *http.Request) error {
			now := s.deps.Now().UTC()
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, err := fmt.Fprintf(w, `{"success":true,"data":{"status":"healthy","timestamp":%q,"uptime":%.3f},"message":"Service is running"}`,
				now.Format(time.RFC3339Nano), now.Sub(s.started).Seconds())
			return ignoreGone(err)
		}
	case "/metrics":
		return func(w http.ResponseWriter, r *http.Request) error {
			s.metrics.ServeHTTP(w, r)
			return nil
		}
	}
	return nil
}

// mayMeasure reports whether the caller may read the metrics: this machine itself and the networks of Config.MetricsFrom.
// What a proxy here that is not trusted passes on comes from a loopback address and yet from anywhere.
func (s *Server) mayMeasure(c *call) bool {
	if c.addr.IsLoopback() {
		return s.proxies.contain(c.addr) || len(c.r.Header.Values("X-Forwarded-For"))+len(c.r.Header.Values("Forwarded")) == 0
	}
	return proxies(s.cfg.MetricsFrom).contain(c.addr)
}

func text(w http.ResponseWriter, s string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte(s))
	return ignoreGone(err)
}

// ignoreGone: when writing an answer fails, the caller is gone and there is nobody to tell.
func ignoreGone(error) error { return nil }
