package app

import (
	"cmp"
	"log/slog"
	"net/http"
	"strings"

	"floresya/internal/config"
	"floresya/internal/fault"
	"floresya/internal/web"
	"floresya/internal/web/assets"
	"floresya/internal/web/office"
	"floresya/internal/web/page"
	"floresya/internal/web/store"
)

// pages are the handlers that people navigate, and what draws their errors.
type pages struct {
	mounts []web.Mount
	store  *store.Store
	office *office.Office
}

func (s *shop) pages(c config.Config, publicURL string, log *slog.Logger) (*pages, error) {
	files, err := assets.New()
	if err != nil {
		return nil, err
	}
	kit := page.New(files)
	services := store.Shop{Catalog: s.catalog.Reader, Delivery: s.delivery, Rates: s.rates, Settings: s.settings,
		Orders: s.orders, Payments: s.payments, Receipts: s.receipts}
	p := &pages{}
	if p.store, err = store.New(services.Deps(kit, log), store.Config{Base: base(c), Public: publicURL}); err != nil {
		return nil, err
	}
	var box office.Mailbox // a page of its own only while there is no mail server
	if c.SMTP.Host == "" {
		box = s.mailbox
	}
	p.office, err = office.New(office.Deps{Kit: kit, Identity: s.identity, Orders: s.orders, Payments: s.payments, Receipts: s.receipts,
		Catalogue: s.catalog, Calendar: s.delivery, Rates: s.rates, Messages: s.mail, Processes: s.sagas, Mailbox: box, Log: log},
		office.Config{Secure: strings.HasPrefix(publicURL, "https://")})
	if err != nil {
		return nil, err
	}
	p.mounts = []web.Mount{
		{Name: "office", Prefix: office.Base, Handler: p.office},
		{Name: "assets", Prefix: strings.TrimSuffix(assets.Prefix, "/"), Handler: files, Files: true},
		{Name: "store", Prefix: cmp.Or(base(c), "/"), Handler: p.store, Pages: true},
	}
	return p, nil
}

// errorPage draws a refusal that no page got to see.
func (p *pages) errorPage(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	if path := r.URL.Path; path == office.Base || strings.HasPrefix(path, office.Base+"/") {
		p.office.ErrorPage(w, r, f)
		return
	}
	p.store.ErrorPage(w, r, status, f)
}
