package app

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"floresya/internal/config"
	"floresya/internal/security/secret"
	"floresya/internal/web"
	"floresya/internal/web/api"
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
		Identity: s.identity}, api.Config{PublicURL: publicURL})
	return web.New(web.Deps{
		Log: log, Metrics: metrics, Sessions: s.identity, Ready: s.db.Ping, Secret: master.Derive("web cookies", 32),
		Routes: legacy.Routes(),
		Mounts: []web.Mount{
			{Name: "media", Prefix: "/media", Handler: s.pictures},
		},
	}, web.Config{PublicURL: publicURL, TrustedProxies: c.TrustedProxies, Timeout: c.Limits.RequestTimeout,
		Limits: web.Limits{Read: c.Limits.ReadsPerMinute, Write: c.Limits.WritesPerMinute, Order: c.Limits.OrdersPerMinute,
			Login: c.Limits.LoginsPerMinute, Address: c.Limits.AddressFactor}})
}
