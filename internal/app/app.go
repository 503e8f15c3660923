// Package app is the composition root: it turns settings into a running shop and is the only package that sees all
// others. Read Up and serve from top to bottom: the order there is the order of the start, and its reverse that of
// the stop.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"floresya/internal/config"
	"floresya/internal/postgres"
	"floresya/internal/postgres/cluster"
	"floresya/internal/postgres/schema"
	"floresya/internal/security/secret"
)

// databaseStop is a little more than the server's own steps: fast, immediate, killed.
const databaseStop = 40 * time.Second

// Up runs the shop with a PostgreSQL of its own in the data folder until ctx ends. It writes the line "ready URL" to
// out when it can serve.
func Up(ctx context.Context, c config.Config, out io.Writer, log *slog.Logger, options ...Option) (err error) {
	local, err := cluster.Open(ctx, cluster.Config{Dir: c.Data, Log: log})
	if err != nil {
		return unlessStopped(ctx, err)
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close() // the server has closed it already, if it came to that

	s := newSystem(log, options...)
	defer func() { err = errors.Join(unlessStopped(ctx, err), s.close()) }()
	if err := s.start(ctx, "PostgreSQL", databaseStop, local.Run); err != nil {
		return err
	}
	if err := schema.Up(ctx, local.URL()); err != nil {
		return err
	}
	return s.serve(ctx, c, local.URL(), listener, out)
}

// Serve runs the shop on an existing PostgreSQL, whose schema must be exactly that of this program.
func Serve(ctx context.Context, c config.Config, out io.Writer, log *slog.Logger) (err error) {
	if c.Database.URL.Empty() {
		return errors.New("no database: name one with --database-url or FLORESYA_DATABASE_URL")
	}
	if err := makeData(c.Data); err != nil {
		return err
	}
	if err := schema.Check(ctx, c.Database.URL.Reveal()); err != nil {
		return unlessStopped(ctx, unreachable(err))
	}
	listener, err := listen(ctx, c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()

	s := newSystem(log)
	defer func() { err = errors.Join(unlessStopped(ctx, err), s.close()) }()
	return s.serve(ctx, c, c.Database.URL.Reveal(), listener, out)
}

// serve builds the shop on a database that is there and has the right schema, and runs it until ctx ends or a part
// fails.
func (s *system) serve(ctx context.Context, c config.Config, databaseURL string, listener net.Listener, out io.Writer) error {
	tuneMemory()
	if _, port, err := net.SplitHostPort(c.Listen); err == nil && port == "0" {
		c.Listen = listener.Addr().String() // for links in letters
	}
	c = withAddress(c)
	master, err := secret.Load(filepath.Join(c.Data, "secret.key"))
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, postgres.Config{
		URL:              databaseURL,
		GeneralConns:     c.Database.GeneralConns,
		OrdersConns:      c.Database.OrdersConns,
		StatementTimeout: c.Database.StatementTimeout,
		AcquireTimeout:   c.Database.AcquireTimeout,
	})
	if err != nil {
		return err
	}
	if err := s.start(ctx, "database pools", 10*time.Second, holding(db.Close)); err != nil {
		return err
	}

	metrics := newMetrics()
	shop, err := newShop(c, db, metrics, s.log, s.sagas)
	if err != nil {
		return err
	}
	password, err := shop.prepare(ctx, c)
	if password != "" { // at once: whatever happens next, nobody can find it out later
		fmt.Fprintf(out, "admin %s password %s (shown once)\n", c.Admin.Email, password)
	}
	if err != nil {
		return err
	}
	if err := shop.start(ctx, s); err != nil {
		return err
	}

	tlsConfig, plain, err := secure(c)
	if err != nil {
		return err
	}
	handler, err := shop.handler(c, master, metrics, s.log)
	if err != nil {
		return err
	}
	web := newServer(listener, handler, tlsConfig, c, s.log)
	if err := s.start(ctx, "web server", c.StopLimit+5*time.Second, web.Run); err != nil {
		return err
	}
	if c.TLS.Redirect != "" {
		other, err := listen(ctx, c.TLS.Redirect)
		if err != nil {
			return err
		}
		redirect := newServer(other, plain, nil, c, s.log)
		if err := s.start(ctx, "redirect to https", c.StopLimit+5*time.Second, redirect.Run); err != nil {
			return err
		}
	}

	if _, err := fmt.Fprintf(out, "ready %s\n", web.url()); err != nil {
		return fmt.Errorf("say that the shop is ready: %w", err)
	}
	return s.wait(ctx)
}

// holding is a part that has nothing to do but to be given back at its turn.
func holding(release func()) func(context.Context, func()) error {
	return func(ctx context.Context, ready func()) error {
		ready()
		<-ctx.Done()
		release()
		return nil
	}
}

// unlessStopped drops the error of a start that was interrupted because the program was told to stop.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))) {
		return nil
	}
	return err
}

func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder %s cannot be made: %w", dir, err)
	}
	return nil
}
