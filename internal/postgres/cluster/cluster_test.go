package cluster_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"floresya/internal/postgres/cluster"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// limit bounds everything that a test waits for.
const limit = time.Minute

// folder is one that PostgreSQL's user can reach, also when the test runs as root: t.TempDir is closed to him.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "fycluster-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, "data")
}

type running struct {
	*cluster.Cluster
	stop func() error // waits for the end, closes
}

// open opens and runs a cluster, and stops it when the test ends.
func open(t *testing.T, config cluster.Config) running {
	t.Helper()
	c, err := cluster.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- c.Run(ctx, func() { close(ready) }) }()
	stopped := false
	r := running{Cluster: c, stop: func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return errors.Join(<-ended, c.Close())
	}}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("Run: %v", err)
	case <-time.After(limit):
		t.Fatal("the server is not ready")
	}
	return r
}

func query[T any](t *testing.T, url, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(context.Background())
	var v T
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// eventually polls until what holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	over := time.After(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("after %v still not: %s", limit, what)
		}
	}
}

func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestServerIsPrivateAndSafe(t *testing.T) {
	t.Parallel()
	c := open(t, cluster.Config{Dir: folder(t)})
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"listen_addresses": "", "TimeZone": "America/Caracas", "server_encoding": "UTF8", "lc_ctype": "C.UTF-8",
	} {
		if got := query[string](t, c.URL(), "select current_setting('"+setting+"')"); got != want {
			t.Errorf("%s: got %q, want %q", setting, got, want)
		}
	}
	if query[bool](t, c.URL(), `select rolsuper from pg_roles where rolname = current_user`) {
		t.Error("the shop's role is a superuser")
	}
	u, err := pgx.ParseConfig(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(u.Host)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has mode %v, want 0700", info.Mode().Perm())
	}
}

func TestStopIsCleanAndDataStay(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := open(t, cluster.Config{Dir: dir})
	query[int](t, c.URL(), `with made as (select 1) select 1 from made`)
	exec1(t, c.URL(), `create table kept as select 42 as n`)
	pid := c.PID()
	if err := c.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if alive(pid) {
		t.Errorf("the server, process %d, still runs", pid)
	}
	if state := controlState(t, c.DataDir()); state != "shut down" {
		t.Errorf("got state %q after the stop, want a clean one", state)
	}
	again := open(t, cluster.Config{Dir: dir})
	if n := query[int](t, again.URL(), `select n from kept`); n != 42 {
		t.Errorf("got %d, want 42", n)
	}
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func controlState(t *testing.T, pgdata string) string {
	t.Helper()
	found, err := cluster.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(found[0].Path("pg_controldata"), "-D", pgdata).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if value, ok := strings.CutPrefix(line, "Database cluster state:"); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no state in %s", out)
	return ""
}

func TestKilledServerComesBack(t *testing.T) {
	t.Parallel()
	c := open(t, cluster.Config{Dir: folder(t)})
	exec1(t, c.URL(), `create table kept as select 42 as n`)
	for range 2 {
		pid := c.PID()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "another server answers", func() bool {
			conn, err := pgx.Connect(t.Context(), c.URL())
			if err != nil {
				return false
			}
			defer conn.Close(context.Background())
			return c.PID() != pid
		})
		if n := query[int](t, c.URL(), `select n from kept`); n != 42 {
			t.Errorf("got %d, want 42", n)
		}
	}
}

func TestSecondOwnerIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	open(t, cluster.Config{Dir: dir})
	_, err := cluster.Open(t.Context(), cluster.Config{Dir: dir})
	busy, ok := errors.AsType[*cluster.BusyError](err)
	if !ok || busy.PID != os.Getpid() {
		t.Errorf("got %v, want a BusyError with process %d", err, os.Getpid())
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is more than one sentence: %q", err)
	}
}

func TestToolUsesRunningOrStoppedServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if _, _, err := cluster.Use(t.Context(), cluster.Config{Dir: dir}); err == nil {
		t.Error("Use made a database")
	}
	c := open(t, cluster.Config{Dir: dir})
	for _, state := range []string{"running", "stopped"} {
		url, done, err := cluster.Use(t.Context(), cluster.Config{Dir: dir})
		if err != nil {
			t.Fatalf("%s: %v", state, err)
		}
		if got := query[string](t, url, `select current_database()`); got != "floresya" {
			t.Errorf("%s: got database %q, want floresya", state, got)
		}
		if err := done(); err != nil {
			t.Errorf("%s: %v", state, err)
		}
		if err := c.stop(); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
}
