package pgtest

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres/schema"
)

// templateLock names the advisory lock under which a process looks for the template and makes it.
const templateLock = 0x74656d706c617465

type prepared struct {
	admin    string // URL of the database postgres
	template string // name of the migrated database
}

// prepare finds or starts the cluster and makes the template.
func prepare() (prepared, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	p := prepared{admin: os.Getenv(EnvURL), template: "template_" + schema.Fingerprint()}
	if p.admin == "" {
		server, err := Start(ctx)
		if err != nil {
			return prepared{}, err
		}
		running.Store(server)
		p.admin = server.URL
	}
	return p, makeTemplate(ctx, p.admin, p.template)
}

// makeTemplate works on another name first, so that a template with the right name is always whole.
func makeTemplate(ctx context.Context, admin, name string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", EnvURL, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, int64(templateLock)); err != nil {
		return err
	}
	var exists bool
	const query = `select exists (select from pg_database where datname = $1)`
	if err := conn.QueryRow(ctx, query, name).Scan(&exists); err != nil || exists {
		return err
	}
	half := name + "_half"
	for _, statement := range []string{`drop database if exists ` + half + ` with (force)`, `create database ` + half} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := schema.Up(ctx, database(admin, half)); err != nil {
		return err
	}
	// A database that is copied must have no other user; a connection that has just been closed may still be seen.
	_, err = conn.Exec(ctx, `alter database `+half+` with allow_connections false`)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1`, half); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `alter database `+half+` rename to `+name)
	return err
}

// execute runs one statement on a connection of its own.
func execute(url, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
