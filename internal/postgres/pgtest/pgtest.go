// Package pgtest gives each test a database of its own on a real PostgreSQL: a copy of a template that has all
// migrations. The cluster is started once per test process, or is the one that FLORESYA_TEST_POSTGRES names.
// Nothing needs to be cleaned up by the user; databases go with their test, the cluster with its process.
//
//	func TestOrders(t *testing.T) {
//		t.Parallel()
//		pool := pgtest.Pool(t)
//		…
//	}
package pgtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"
)

var (
	// shared is the cluster of this process with its template, made when the first test asks.
	shared = sync.OnceValues(prepare)
	// running is the cluster that shared has started; nil while no test has asked.
	running atomic.Pointer[Server]
	serial  atomic.Int64
)

// URL makes a fresh migrated database and returns its connection URL. The database is dropped when the test ends,
// whoever is still connected.
func URL(t testing.TB) string {
	t.Helper()
	return fresh(t, "")
}

// Empty is URL for a database without any table.
func Empty(t testing.TB) string {
	t.Helper()
	return fresh(t, "template0")
}

// Pool is a pool of at most 10 connections to a database of URL's kind, closed when the test ends.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(URL(t))
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = 10
	config.ConnConfig.RuntimeParams["timezone"] = "America/Caracas"
	config.ConnConfig.RuntimeParams["application_name"] = "floresya test"
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Main runs the tests of a package, stops the cluster and fails when a goroutine is left behind. A package without
// it is cleaned up as well, a moment after its process.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for packages that have more to clean up: it returns the exit code.
func Run(m *testing.M) int {
	code := m.Run()
	if server := running.Load(); server != nil {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest: stop the cluster:", err)
			code = max(code, 1)
		}
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}

// fresh copies template, or the migrated one when it is empty.
func fresh(t testing.TB, template string) string {
	t.Helper()
	p, err := shared()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), serial.Add(1))
	if template == "" {
		template = p.template
	}
	if err := execute(p.admin, fmt.Sprintf(`create database %s template %s`, name, template)); err != nil {
		t.Fatalf("pgtest: create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(p.admin, fmt.Sprintf(`drop database if exists %s with (force)`, name)); err != nil {
			t.Errorf("pgtest: drop the test's database: %v", err)
		}
	})
	return database(p.admin, name)
}
