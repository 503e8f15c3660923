package cluster_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"floresya/internal/postgres/cluster"
)

// abandoned is a stopped data folder and how to start its server by hand, as a dead owner would have left it.
func abandoned(t *testing.T) (dir string, start func() *exec.Cmd) {
	t.Helper()
	dir = folder(t)
	c := open(t, cluster.Config{Dir: dir})
	if err := c.stop(); err != nil {
		t.Fatal(err)
	}
	account := accountOf(t, c.DataDir())
	found, err := cluster.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir, func() *exec.Cmd {
		cmd := exec.Command(found[0].Path("postgres"), "-D", c.DataDir(), "-c", "listen_addresses=",
			"-c", "unix_socket_directories="+c.DataDir())
		cmd.Dir = c.DataDir()
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account, Pdeathsig: syscall.SIGQUIT}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { _ = cmd.Wait() }()
		eventually(t, "the server by hand is ready", func() bool {
			text, err := os.ReadFile(filepath.Join(c.DataDir(), "postmaster.pid"))
			return err == nil && strings.Contains(string(text), "ready")
		})
		return cmd
	}
}

func accountOf(t *testing.T, path string) *syscall.Credential {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	if int(stat.Uid) == os.Geteuid() {
		return nil
	}
	return &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}
}

func TestLeftoverServerIsStopped(t *testing.T) {
	t.Parallel()
	dir, start := abandoned(t)
	left := start()
	c := open(t, cluster.Config{Dir: dir})
	if alive(left.Process.Pid) {
		t.Errorf("the leftover server, process %d, still runs", left.Process.Pid)
	}
	if got := query[int](t, c.URL(), `select 1`); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

func TestStalePIDFileDoesNotMatter(t *testing.T) {
	t.Parallel()
	dir, _ := abandoned(t)
	pidFile := filepath.Join(dir, "postgres", "postmaster.pid")
	// The parent of this process lives, and is no PostgreSQL; PostgreSQL alone would refuse to start beside it.
	other := strconv.Itoa(os.Getppid())
	if err := os.WriteFile(pidFile, []byte(other+"\n"+filepath.Join(dir, "postgres")+"\n1\n5432\n/nowhere\n\n0 0\nready\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, cluster.Config{Dir: dir})
	if got := query[int](t, c.URL(), `select 1`); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

func TestHalfMadeServerIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	half := filepath.Join(dir, "postgres.new")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := open(t, cluster.Config{Dir: dir})
	if got := query[int](t, c.URL(), `select 1`); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}

func TestDataOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	pgdata := filepath.Join(dir, "postgres")
	if err := os.MkdirAll(pgdata, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	account, err := cluster.ServerAccount()
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Own(pgdata); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pgdata, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = cluster.Open(t.Context(), cluster.Config{Dir: dir})
	if e, ok := errors.AsType[*cluster.VersionError](err); !ok || e.Data != 9 || len(e.Have) == 0 {
		t.Errorf("got %v, want a VersionError for 9", err)
	}
}

func TestUnusableFolderIsOneSentence(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(file, "data"), "/proc/floresya"} {
		_, err := cluster.Open(t.Context(), cluster.Config{Dir: dir})
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: got %v, want one sentence that names the folder", dir, err)
		}
	}
}

func TestFolderOutOfReachIsReplaced(t *testing.T) {
	t.Parallel()
	base := filepath.Dir(folder(t))
	closed := filepath.Join(base, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	config := cluster.Config{Dir: filepath.Join(closed, "data"), Elsewhere: filepath.Join(base, "elsewhere")}
	for range 2 { // the second start finds what the first made
		c := open(t, config)
		moved := strings.HasPrefix(c.DataDir(), config.Elsewhere+"/")
		if dropped := os.Geteuid() == 0; moved != dropped {
			t.Errorf("the database is in %s; only for root it should be below %s", c.DataDir(), config.Elsewhere)
		}
		if got := query[int](t, c.URL(), `select 1`); got != 1 {
			t.Errorf("got %d, want 1", got)
		}
		if err := c.stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestRootWorksForTheOwnerOfTheFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	owner := os.Geteuid()
	if owner == 0 {
		owner = 65534
		if err := os.Chown(dir, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, cluster.Config{Dir: dir})
	info, err := os.Stat(c.DataDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := int(info.Sys().(*syscall.Stat_t).Uid); got != owner || filepath.Dir(c.DataDir()) != dir {
		t.Errorf("the database in %s belongs to user %d, want it in %s and of user %d", c.DataDir(), got, dir, owner)
	}
}
