package app

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"path/filepath"

	"floresya/internal/config"
	"floresya/internal/postgres"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/payments"
)

// newMail is what tells customers how their orders stand, and the folder that letters go to without a mail server.
func newMail(c config.Config, db *postgres.DB, cash *payments.Payments, logger *slog.Logger) (*notify.Sender, *notify.Mailbox, error) {
	box, err := notify.NewMailbox(filepath.Join(c.Data, "mailbox"))
	if err != nil {
		return nil, nil, err
	}
	sender, err := notify.New(db, box, notify.Config{
		From: c.SMTP.From,
		SMTP: notify.SMTP{Host: c.SMTP.Host, Port: c.SMTP.Port, User: c.SMTP.User, Password: c.SMTP.Password.Reveal(),
			Mode: string(c.SMTP.TLS)},
		BaseURL: shopURL(c),
		Ways:    func(ctx context.Context) ([]notify.Way, error) { return waysToPay(ctx, cash) },
		Jitter:  rand.Float64,
		Logger:  logger,
	})
	return sender, box, err
}

// shopURL is where customers find the built-in pages: beside an existing front end they are at /tienda.
func shopURL(c config.Config) string {
	base := "http://" + c.Listen
	if c.PublicURL != nil {
		base = c.PublicURL.String()
	}
	if c.Front != "" {
		base += "/tienda"
	}
	return base
}

func waysToPay(ctx context.Context, cash *payments.Payments) ([]notify.Way, error) {
	methods, err := cash.Methods(ctx)
	if err != nil {
		return nil, err
	}
	ways := make([]notify.Way, len(methods))
	for i, m := range methods {
		ways[i] = notify.Way{Code: m.Code, Name: m.Name, Account: m.AccountInfo, Currency: m.Currency}
	}
	return ways, nil
}
