package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/config"
	"floresya/internal/demo"
	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/saga"
	"floresya/internal/security/identity"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/picture"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
	"floresya/internal/storage"
)

// shop is the business, wired: what the pages, the API and the back office work with.
type shop struct {
	db       *postgres.DB
	log      *event.Log
	catalog  *catalog.Catalog
	settings *settings.Settings
	delivery *delivery.Planner
	rates    *rates.Keeper
	fetcher  *rates.Fetcher
	orders   *orders.Service
	payments *payments.Payments
	sagas    *saga.Runner
	mail     *notify.Sender
	mailbox  *notify.Mailbox // letters that no server was there to send
	identity *identity.Identity
	cutter   *picture.Cutter
	pictures *storage.Files // public: pictures of products
	receipts *storage.Files // private: what customers send as proof
}

func newShop(c config.Config, db *postgres.DB, registry prometheus.Registerer, logger *slog.Logger, sagas saga.Config) (*shop, error) {
	log, err := newLog(db)
	if err != nil {
		return nil, err
	}
	s := &shop{db: db, log: log, settings: settings.New(db, log), delivery: delivery.New(db, log),
		catalog: catalog.New(db, log, catalog.NewIds(db)), cutter: picture.NewCutter()}
	s.payments = payments.New(db, log, payments.Config{Hold: c.Orders.PaymentHold, Poke: s.poke})
	if s.rates, err = rates.New(db, log, rates.Config{Band: c.Rate.Band, StaleAfter: c.Rate.StaleAge}); err != nil {
		return nil, err
	}
	s.fetcher, err = rates.NewFetcher(s.rates, logger, rates.FetcherConfig{BCVURL: c.Rate.BCVURL, JSONURL: c.Rate.JSONURL,
		ExtraCAFile: c.Rate.CAFile, Interval: c.Rate.Interval})
	if err != nil {
		return nil, err
	}
	s.orders = orders.New(db, log, orders.Config{Committers: c.Orders.Committers, BatchSize: c.Orders.Batch,
		Hold: c.Orders.PaymentHold, Timeout: patience(c), Placed: func() { s.mail.Poke() }}, logger, registry, s.poke)
	if s.mail, s.mailbox, err = newMail(c, db, s.payments, logger); err != nil {
		return nil, err
	}
	machine, err := fulfilment.Machine(s.orders)
	if err != nil {
		return nil, err
	}
	sagas.Jitter, sagas.Logger, sagas.Ran = rand.Float64, logger, s.mail.Poke
	if s.sagas, err = saga.NewRunner(db, sagas, machine); err != nil {
		return nil, err
	}
	if s.identity, err = identity.New(db, log, identity.Config{}); err != nil {
		return nil, err
	}
	if s.pictures, err = storage.New(storage.Config{Dir: filepath.Join(c.Data, "media")}); err != nil {
		return nil, err
	}
	s.receipts, err = storage.New(receiptsOf(c))
	return s, err
}

// receiptsOf is where the pictures are that customers send as proof.
func receiptsOf(c config.Config) storage.Config {
	return storage.Config{Dir: filepath.Join(c.Data, "receipts"), Private: true}
}

// patience is how long the work on a request may take once its body is there: with the database hanging, programs get an
// answer too.
func patience(c config.Config) time.Duration { return min(c.Limits.RequestTimeout, 8*time.Second) }

// poke has what a commit made due done at once: the next steps of sagas, the letters.
func (s *shop) poke() {
	s.sagas.Poke()
	s.mail.Poke()
}

// prepare makes the folders and what every shop starts with; all of it may be there already.
func (s *shop) prepare(ctx context.Context, c config.Config) (adminPassword string, err error) {
	for _, files := range []*storage.Files{s.pictures, s.receipts} {
		if _, err := files.Sweep(ctx); err != nil {
			return "", err
		}
	}
	if c.Demo {
		err := demo.Seed(ctx, demo.Deps{Catalog: s.catalog, Settings: s.settings, Delivery: s.delivery, Payments: s.payments,
			Rates: s.rates, Pictures: s.pictures, Now: time.Now})
		if err != nil {
			return "", fmt.Errorf("prepare the demo shop: %w", err)
		}
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"settings", func(ctx context.Context) error { return s.settings.Defaults(ctx, nil) }},
		{"delivery calendar", s.delivery.Defaults},
		{"payment methods", s.payments.EnsureDefaults},
	} {
		if err := step.do(ctx); err != nil {
			return "", fmt.Errorf("prepare %s: %w", step.name, err)
		}
	}
	adminPassword, err = s.identity.EnsureAdmin(ctx, c.Admin.Email, c.Admin.Password.Reveal())
	if err != nil {
		return "", fmt.Errorf("prepare the first administrator: %w", err)
	}
	return adminPassword, nil
}

// start runs the parts of the business, each when the one before is ready.
func (s *shop) start(ctx context.Context, parts *system) error {
	if err := parts.start(ctx, "pictures", 5*time.Second, holding(func() { _ = s.cutter.Close(context.Background()) })); err != nil {
		return err // memory of ours is all that it frees
	}
	if err := parts.start(ctx, "order intake", 15*time.Second, s.orders.Run); err != nil {
		return err
	}
	if err := parts.start(ctx, "sagas", 15*time.Second, s.sagas.Run); err != nil {
		return err
	}
	if err := parts.start(ctx, "mail", 40*time.Second, s.mail.Run); err != nil {
		return err
	}
	if err := parts.start(ctx, "rate of the day", 15*time.Second, s.fetcher.Run); err != nil {
		return err
	}
	return parts.start(ctx, "housekeeping", 5*time.Second, housekeeping{s.db, parts.log}.Run)
}
