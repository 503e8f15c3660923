package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres/cluster"
)

// EnvURL names a running cluster (administrator's URL) to use instead of starting one.
const EnvURL = "FLORESYA_TEST_POSTGRES"

// envSync set to "on" makes the cluster of tests sync to disk like a real one.
const envSync = "FLORESYA_TEST_FSYNC"

// superuser of the cluster; tests are not.
const superuser = "postgres"

// keeper runs as the parent of PostgreSQL. It learns of the end of the test process, however that ended, by its
// standard input, stops PostgreSQL and removes the folder; so nothing is left behind even by `kill -9`.
const keeper = `
dir=$1; shift
"$@" </dev/null &
cat >/dev/null
kill -QUIT $!
wait $!
cd / && rm -rf "$dir"`

// Server is a throw-away PostgreSQL cluster for tests.
type Server struct {
	// URL connects to the database postgres as floresya, who may make databases and is no superuser, as in real life.
	URL string

	stdin io.Closer
	cmd   *exec.Cmd
}

// Start makes a cluster in a new short folder under /tmp and starts it; it listens on a unix socket only.
// It ends with Stop, or with this process.
func Start(ctx context.Context) (*Server, error) {
	found, err := cluster.Find(ctx)
	if err != nil {
		return nil, err
	}
	account, err := cluster.ServerAccount()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "fytest-") // not TempDir: a socket path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	if err := account.Own(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s, err := start(ctx, found[0], account, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func start(ctx context.Context, bin cluster.Binaries, account cluster.Account, dir string) (*Server, error) {
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(ctx, bin.Path("initdb"), "--pgdata", data, "--username", superuser,
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "trust", "--no-sync")
	initdb.Dir = dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: account.Credential()}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	logs, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer logs.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", keeper, "keeper", dir, bin.Path("postgres")}, serverArgs(dir, data)...)...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = logs, logs // never the test's own: `go test` waits until all who hold them are gone
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account.Credential(), Setsid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	s := &Server{URL: "postgres://floresya@/postgres?host=" + url.QueryEscape(dir), stdin: stdin, cmd: cmd}
	if err := furnish(ctx, "postgres://"+superuser+"@/postgres?host="+url.QueryEscape(dir)); err != nil {
		said, _ := os.ReadFile(logs.Name())
		return nil, errors.Join(fmt.Errorf("postgres did not start: %w: %s", err, said), s.Stop())
	}
	return s, nil
}

func serverArgs(dir, data string) []string {
	sync := "off"
	if os.Getenv(envSync) == "on" {
		sync = "on"
	}
	var args []string
	for _, setting := range []string{
		"listen_addresses=", "unix_socket_directories=" + dir, "unix_socket_permissions=0700",
		"fsync=" + sync, "full_page_writes=" + sync, "synchronous_commit=" + sync,
		"max_connections=300", "shared_buffers=64MB", "max_wal_size=256MB", "autovacuum_naptime=10s",
		"timezone=UTC", "log_min_messages=warning", "max_locks_per_transaction=128",
	} {
		args = append(args, "-c", setting)
	}
	return append(args, "-D", data)
}

// furnish makes the role floresya as soon as the server answers.
func furnish(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("no answer in 30 s"))
	defer cancel()
	again := time.NewTicker(25 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			_, err = conn.Exec(ctx, `create role floresya login createdb in role pg_monitor, pg_signal_backend`)
			return errors.Join(err, conn.Close(ctx))
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() error {
	err := s.stdin.Close()
	_ = s.cmd.Wait() // the keeper's exit code is that of rm or of a postgres that was told to quit
	return err
}

// database is url with another database name.
func database(admin, name string) string {
	u, err := url.Parse(admin)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		panic("pgtest: " + EnvURL + " is not a postgres:// URL")
	}
	u.Path = "/" + name
	return u.String()
}
