package app

import (
	"context"
	"log/slog"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"floresya/internal/config"
	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/schema"
	"floresya/internal/security/identity"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/verify"
	"floresya/internal/storage"
)

// Verify proves that the tables and the event log of the shop agree, running or stopped.
func Verify(ctx context.Context, c config.Config, log *slog.Logger) (report *verify.Report, err error) {
	err = withLog(ctx, c, log, func(ctx context.Context, t tools) error {
		report, err = verify.Run(ctx, t.url, t.log, verify.Check{
			Name: "1 every open saga agrees with its order's row",
			Run:  func(ctx context.Context, tx pgx.Tx) ([]string, error) { return fulfilment.Check(ctx, tx) },
		})
		return err
	})
	return report, err
}

// Forget erases what is kept of a person, named by e-mail address or id, and returns how many rows that were.
func Forget(ctx context.Context, c config.Config, log *slog.Logger, person string) (erased int, err error) {
	err = withLog(ctx, c, log, func(ctx context.Context, t tools) error {
		users, err := identity.New(t.db, t.log, identity.Config{})
		if err != nil {
			return err
		}
		if err := users.DeactivatePerson(ctx, person); err != nil {
			return err
		}
		var nobody error // said at the end: an earlier run may have stopped before the files
		if erased, nobody = customers.Forget(ctx, t.log, person); nobody != nil && fault.Of(nobody).Kind != fault.NotFound {
			return nobody
		}
		box, err := notify.NewMailbox(filepath.Join(c.Data, "mailbox"))
		if err != nil {
			return err
		}
		if _, err := notify.Forget(ctx, t.db.Reader(), box); err != nil {
			return err
		}
		receipts, err := storage.New(receiptsOf(c))
		if err != nil {
			return err
		}
		if _, err := payments.Forget(ctx, t.db.Reader(), receipts); err != nil {
			return err
		}
		return nobody
	})
	return erased, err
}

// tools are what a command needs that works on the log of a shop.
type tools struct {
	url string
	db  *postgres.DB
	log *event.Log
}

func withLog(ctx context.Context, c config.Config, logger *slog.Logger, do func(context.Context, tools) error) error {
	return WithDatabase(ctx, c, logger, func(ctx context.Context, url string) error {
		if err := schema.Check(ctx, url); err != nil {
			return err
		}
		db, err := postgres.Open(ctx, postgres.Config{URL: url})
		if err != nil {
			return err
		}
		defer db.Close()
		log, err := newLog(db)
		if err != nil {
			return err
		}
		return do(ctx, tools{url, db, log})
	})
}
