// Package schema brings a database to the shape that this binary expects, and says when it has another.
//
// The numbered SQL files beside this one are the migrations (goose); the tables of River, the alarm clock, come from
// River's own. Whoever changes a schema holds one advisory lock of the database, so processes that start together
// wait for each other.
package schema

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed *.sql
var files embed.FS

// OlderError says that a database lacks migrations that this binary knows.
type OlderError struct{ Database, Binary int64 }

func (e *OlderError) Error() string {
	return fmt.Sprintf("the database schema is at version %d and this program needs %d: run `floresya migrate up` first",
		e.Database, e.Binary)
}

// NewerError says that a newer binary has changed the database.
type NewerError struct{ Database, Binary int64 }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database schema is at version %d and this program knows only up to %d: use a newer floresya",
		e.Database, e.Binary)
}

// State is where a database stands.
type State struct {
	Version int64 // last migration applied; 0: none
	Latest  int64 // last migration this binary knows
	Pending []Pending
}

// Pending is a migration still to apply.
type Pending struct {
	Version int64
	Name    string // of its file
}

// Latest is the version of the newest migration in this binary.
func Latest() int64 {
	sources := sources()
	if len(sources) == 0 {
		return 0
	}
	return sources[len(sources)-1].Version
}

// Fingerprint changes when any migration does; databases with the same one have the same tables.
func Fingerprint() string {
	h := sha256.New()
	for _, s := range sources() {
		body, _ := files.ReadFile(s.Name) // embedded under this name
		fmt.Fprintf(h, "%s %d\n%s\n", s.Name, len(body), body)
	}
	fmt.Fprintf(h, "river %d", riverLatest())
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// Up applies what is missing, River's tables included. It waits for others who do the same until ctx ends, and fails
// with *NewerError, changing nothing, when the database is ahead of this binary.
func Up(ctx context.Context, url string) error {
	return change(ctx, url, func(ctx context.Context, db *sql.DB, config *pgx.ConnConfig) error {
		version, err := versionOf(ctx, db)
		if err != nil {
			return err
		}
		if version > Latest() {
			return &NewerError{Database: version, Binary: Latest()}
		}
		if err := riverUp(ctx, config); err != nil {
			return err
		}
		return migrate(db, func(p *goose.Provider) error {
			_, err := p.Up(ctx)
			return err
		})
	})
}

// Down takes the newest migration back. With none left it removes River's tables as well.
func Down(ctx context.Context, url string) error {
	return change(ctx, url, func(ctx context.Context, db *sql.DB, config *pgx.ConnConfig) error {
		version, err := versionOf(ctx, db)
		if err != nil {
			return err
		}
		switch {
		case version > Latest():
			return &NewerError{Database: version, Binary: Latest()}
		case version == 0:
			return riverDown(ctx, config)
		}
		return migrate(db, func(p *goose.Provider) error {
			_, err := p.Down(ctx)
			return err
		})
	})
}

// Status reads where the database stands and changes nothing.
func Status(ctx context.Context, url string) (State, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return State{}, fmt.Errorf("read database URL: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	version, err := versionOf(ctx, db)
	if err != nil {
		return State{}, err
	}
	state := State{Version: version, Latest: Latest()}
	for _, s := range sources() {
		if s.Version > version {
			state.Pending = append(state.Pending, s)
		}
	}
	return state, nil
}

// Check fails with *OlderError or *NewerError unless the database has exactly the schema of this binary.
func Check(ctx context.Context, url string) error {
	state, err := Status(ctx, url)
	switch {
	case err != nil:
		return err
	case state.Version < state.Latest:
		return &OlderError{Database: state.Version, Binary: state.Latest}
	case state.Version > state.Latest:
		return &NewerError{Database: state.Version, Binary: state.Latest}
	}
	return nil
}

// versionOf is 0 for a database that was never migrated.
func versionOf(ctx context.Context, db *sql.DB) (int64, error) {
	const query = `select to_regclass('goose_db_version') is not null`
	var exists bool
	if err := db.QueryRowContext(ctx, query).Scan(&exists); err != nil {
		return 0, fmt.Errorf("ask for the schema version: %w", err)
	}
	if !exists {
		return 0, nil
	}
	var version int64
	const newest = `select coalesce(max(version_id), 0) from goose_db_version where is_applied`
	if err := db.QueryRowContext(ctx, newest).Scan(&version); err != nil {
		return 0, fmt.Errorf("ask for the schema version: %w", err)
	}
	return version, nil
}

// migrate gives the migrations to do; none is not an error.
func migrate(db *sql.DB, do func(*goose.Provider) error) error {
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSlog(slog.New(slog.DiscardHandler)))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if err := do(p); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// sources are the embedded migrations, oldest first.
func sources() []Pending {
	names, _ := fs.Glob(files, "*.sql") // the pattern is a constant and well-formed
	var list []Pending
	for _, name := range names {
		if version, err := goose.NumericComponent(name); err == nil {
			list = append(list, Pending{Version: version, Name: name})
		}
	}
	slices.SortFunc(list, func(a, b Pending) int { return cmp.Compare(a.Version, b.Version) })
	return list
}
