package app

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"floresya/internal/config"
	"floresya/internal/security/secret"
	"floresya/internal/web"
	"floresya/internal/web/api"
	"floresya/internal/web/front"
)

// newMetrics is a registry of the program's own, with the runtime's figures.
func newMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// handler is everything the shop answers over HTTP.
func (s *shop) handler(c config.Config, master secret.Master, metrics *prometheus.Registry, log *slog.Logger) (http.Handler, error) {
	publicURL := ""
	if c.PublicURL != nil {
		publicURL = c.PublicURL.String()
	}
	legacy := api.New(api.Deps{Catalog: s.catalog, Settings: s.settings, Rates: s.rates, Orders: s.orders, Payments: s.payments,
		Identity: s.identity, Pictures: s.pictures, Cutter: s.cutter}, api.Config{PublicURL: publicURL, Shop: base(c), Front: c.Front != ""})
	pages, err := s.pages(c, publicURL, log)
	if err != nil {
		return nil, err
	}
	mounts, err := s.mounts(c, pages)
	if err != nil {
		return nil, err
	}
	return web.New(web.Deps{
		Log: log, Metrics: metrics, Sessions: s.identity, Ready: s.db.Ping, Secret: master.Derive("web cookies", 32),
		Routes: legacy.Routes(),
		Mounts: mounts, ErrorPage: pages.errorPage,
	}, web.Config{PublicURL: publicURL, AllowedOrigins: c.AllowedOrigins, TrustedProxies: c.TrustedProxies, MetricsFrom: c.MetricsFrom,
		Timeout: patience(c), Body: c.Limits.BodyBytes,
		Limits: web.Limits{Read: c.Limits.ReadsPerMinute, Write: c.Limits.WritesPerMinute, Order: c.Limits.OrdersPerMinute,
			Login: c.Limits.LoginsPerMinute, Address: c.Limits.AddressFactor}})
}

// base is where the built-in shop stands: beside a front end that has the root.
func base(c config.Config) string {
	if c.Front != "" {
		return "/tienda"
	}
	return ""
}

// mounts are the pages and files beside the API.
func (s *shop) mounts(c config.Config, pages *pages) ([]web.Mount, error) {
	mounts := append([]web.Mount{
		{Name: "media", Prefix: "/media", Handler: s.pictures, Files: true},
	}, pages.mounts...)
	if c.Front == "" {
		return mounts, nil
	}
	legacy, err := front.Open(c.Front, time.Now())
	if err != nil {
		return nil, err
	}
	for i, m := range mounts {
		if m.Prefix == "/media" || m.Prefix == "/assets" { // the front end may have such folders of its own
			mounts[i].Handler = legacy.Else(m.Handler)
		}
	}
	return append(mounts, web.Mount{Name: "front end", Prefix: "/", Handler: legacy, Pages: true, Files: true}), nil
}
