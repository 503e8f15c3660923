package crash

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"floresya/test/program"
)

// shop is a data folder and the process that runs on it, if one does.
type shop struct {
	t    *testing.T
	data string
	// command makes the process; it is the program itself but for saga_test.go.
	command func(args ...string) *exec.Cmd
	process *program.Process
	// url is where it answers now: each start takes another free port.
	url atomic.Pointer[string]
}

// settings of every shop here: the shipped ones, except that nobody outside is asked for the rate of the day, and for the
// rate limits, since all callers of a test share an address.
func settings() []string {
	return []string{
		"FLORESYA_ADMIN_EMAIL=" + program.AdminEmail, "FLORESYA_ADMIN_PASSWORD=" + program.AdminPassword,
		"FLORESYA_BCV_URL=", "FLORESYA_BCV_JSON_URL=", "FLORESYA_READS_PER_MINUTE=1000000", "FLORESYA_WRITES_PER_MINUTE=1000000",
		"FLORESYA_ORDERS_PER_MINUTE=1000000", "FLORESYA_LOGINS_PER_MINUTE=10000", "FLORESYA_ADDRESS_FACTOR=1000",
	}
}

func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), settings()...)
	return cmd
}

var sample struct {
	once sync.Once
	data string
}

// newShop is the demo shop, running on a data folder of its own: a copy of one that has been stopped, which is quicker than
// a first start.
func newShop(t *testing.T) *shop {
	t.Helper()
	s := idleShop(t, program.Folder(t))
	s.start()
	return s
}

func idleShop(t *testing.T, data string) *shop {
	t.Helper()
	sample.once.Do(func() {
		folder := filepath.Join(workshop, "data")
		p := program.StartProcess(t, command(t, "up", "--demo", "--data", folder, "--listen", "127.0.0.1:0"))
		if code := p.End(syscall.SIGTERM); code != 0 {
			t.Fatalf("the sample shop ended with code %d: %s", code, p.Said)
		}
		sample.data = folder
	})
	if sample.data == "" {
		t.Fatal("there is no sample shop")
	}
	if out, err := exec.Command("cp", "-aT", sample.data, data).CombinedOutput(); err != nil {
		t.Fatalf("copy the sample shop: %v: %s", err, out)
	}
	return &shop{t: t, data: data, command: func(args ...string) *exec.Cmd { return command(t, args...) }}
}

func (s *shop) start() {
	s.t.Helper()
	s.process = program.StartProcess(s.t, s.command("up", "--data", s.data, "--listen", "127.0.0.1:0"))
	s.url.Store(&s.process.URL)
	said := s.process.Said
	s.t.Cleanup(func() {
		for line := range strings.Lines(said.String()) {
			if s.t.Failed() && strings.Contains(line, "level=ERROR") && strings.Contains(line, "status=500") {
				s.t.Log(line)
			}
		}
	})
}

// kill ends the server as `kill -9` does.
func (s *shop) kill() {
	s.t.Helper()
	s.process.End(syscall.SIGKILL)
}

// stop ends it in good order.
func (s *shop) stop() {
	s.t.Helper()
	if code := s.process.End(syscall.SIGTERM); code != 0 {
		s.t.Errorf("stopped with code %d: %s", code, s.process.Said)
	}
}

// killPostgres ends the database server as `kill -9` does; the shop starts it again.
func (s *shop) killPostgres() {
	s.t.Helper()
	before := s.postgres()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	program.Eventually(s.t, "another PostgreSQL runs", func() bool {
		pid := program.PostgresPID(s.data)
		return pid != before && pid != 0
	})
}

// postgres is the process of the database server.
func (s *shop) postgres() int {
	s.t.Helper()
	pid := 0
	program.Eventually(s.t, "PostgreSQL runs", func() bool {
		pid = program.PostgresPID(s.data)
		return pid != 0 && program.Alive(pid)
	})
	return pid
}

func (s *shop) ready() {
	s.t.Helper()
	c := s.guest()
	program.Eventually(s.t, "the shop is ready", func() bool {
		a, err := c.try("GET", "/readyz", nil)
		return err == nil && a.status < 300
	})
}

// verify runs `floresya verify` on the folder; it must find nothing.
func (s *shop) verify() {
	s.t.Helper()
	cmd := command(s.t, "verify", "--data", s.data)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	killer := time.AfterFunc(program.Limit, func() { _ = cmd.Process.Kill() })
	defer killer.Stop()
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), " 0 differences") {
		s.t.Errorf("verify: %v\n%s%s", err, &out, &errs)
	}
}
