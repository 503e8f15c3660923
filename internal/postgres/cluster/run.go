package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/supervise"
)

// Run starts the server, calls ready when the shop's database answers, starts the server again whenever it dies, and
// stops it cleanly when ctx ends. It fails when the first start does.
func (c *Cluster) Run(ctx context.Context, ready func()) error {
	backoff := supervise.Backoff{First: 100 * time.Millisecond, Max: 10 * time.Second, Calm: time.Minute}
	for wasReady := false; ; {
		began := time.Now()
		child, err := c.start(ctx)
		if err == nil {
			if !wasReady {
				ready()
				wasReady = true
			} else {
				c.log.Warn("the database is back", "took", time.Since(began))
			}
			select {
			case <-ctx.Done():
			case <-child.Done():
			}
		}
		if ctx.Err() != nil {
			return c.stop(ctx, child)
		}
		if !wasReady {
			return errors.Join(err, c.stop(ctx, child))
		}
		c.stopped(ctx, child, err)
		wait := backoff.After(time.Since(began))
		c.log.Error("the database server ended by itself and is started again", "err", err, "wait", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// start returns the child, also beside an error when it still runs, once the server answers and the shop's database
// exists.
func (c *Cluster) start(ctx context.Context) (*supervise.Child, error) {
	c.output.Forget()
	child, err := supervise.Start(supervise.Command{
		Path:       c.bin.Path("postgres"),
		Args:       arguments(c.place, c.socket),
		Env:        environment(),
		Dir:        c.place.pgdata,
		Credential: c.place.account.Credential(),
		Orphan:     syscall.SIGINT,
		Output:     c.output,
	})
	if err != nil {
		return nil, err
	}
	if err := c.await(ctx, child); err != nil {
		return child, err
	}
	return child, c.furnish(ctx)
}

// await returns when the server says that it accepts connections, in its own file; asking by connecting would fill
// the log. A recovery may take long, so there is no limit.
func (c *Cluster) await(ctx context.Context, child *supervise.Child) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	report := time.NewTicker(10 * time.Second)
	defer report.Stop()
	for {
		if pid, status, err := readPIDFile(c.place.pgdata); err == nil && pid == child.PID() && status == "ready" {
			return nil
		}
		select {
		case <-again.C:
		case <-report.C:
			c.log.Warn("the database server is still recovering", "pid", child.PID())
		case <-child.Done():
			return said(c.dir, c.output.Tail(20), child.Err())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// furnish makes the shop's role and database where they are missing.
func (c *Cluster) furnish(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("the database did not answer in 30 s"))
	defer cancel()
	conn, err := pgx.Connect(ctx, c.AdminURL())
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var hasRole, hasDatabase bool
	const query = `
		select exists (select from pg_roles where rolname = $1), exists (select from pg_database where datname = $1)`
	if err := conn.QueryRow(ctx, query, role).Scan(&hasRole, &hasDatabase); err != nil {
		return fmt.Errorf("look for the shop's database: %w", err)
	}
	var statements []string
	if !hasRole {
		statements = append(statements, `create role floresya login createdb in role pg_monitor, pg_signal_backend`)
	}
	if !hasDatabase {
		statements = append(statements, `create database floresya owner floresya`)
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("make the shop's database: %w", err)
		}
	}
	return nil
}

// stop ends the server for good; child may be nil.
func (c *Cluster) stop(ctx context.Context, child *supervise.Child) error {
	if child == nil {
		return nil
	}
	err := child.Stop(context.WithoutCancel(ctx), stopSteps()...)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop the database: %w", err), evict(context.WithoutCancel(ctx), c.place.pgdata))
	}
	return err
}

// stopped clears away what a dead or half-started server left, so that the next can start.
func (c *Cluster) stopped(ctx context.Context, child *supervise.Child, cause error) {
	if cause != nil && child != nil {
		if err := c.stop(ctx, child); err != nil {
			c.log.Warn("stopping the database server took force", "err", err)
		}
	}
	if err := evict(ctx, c.place.pgdata); err != nil && ctx.Err() == nil {
		c.log.Error("processes of the dead database server remain", "err", err)
	}
}

// readPIDFile reads what a running server writes about itself; line 1 is its process, line 8 its state.
func readPIDFile(pgdata string) (pid int, status string, err error) {
	text, err := os.ReadFile(filepath.Join(pgdata, "postmaster.pid"))
	if err != nil {
		return 0, "", err
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) >= 8 {
		status = strings.TrimSpace(lines[7])
	}
	return pid, status, err
}
