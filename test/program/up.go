package program

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Shop is a running `floresya up --demo`.
type Shop struct {
	URL string
	// Data is its folder.
	Data string
	// Email and Password are those of the administrator, as it has printed them.
	Email, Password string
}

// Up builds floresya and runs it as a person would, with the shipped settings, on a data folder of its own until the test
// ends. It asks nobody outside for the rate of the day.
func Up(t testing.TB) *Shop {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "floresya")
	if said, err := exec.Command("go", "build", "-o", binary, "floresya/cmd/floresya").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, said)
	}
	s := &Shop{Data: filepath.Join(folder(t), "data")}
	cmd := exec.Command(binary, "up", "--demo", "--data", s.Data, "--listen", "127.0.0.1:0", "--bcv-url", "", "--bcv-json-url", "")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, ended := make(chan string, 64), make(chan error, 1)
	go func() {
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			lines <- scanner.Text()
		}
		close(lines)
		ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("the program ended with %v: %s", err, &errs)
			}
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			t.Error("the program does not end")
		}
	})
	s.listen(t, lines)
	return s
}

// listen takes what the program prints until it is ready.
func (s *Shop) listen(t testing.TB, lines <-chan string) {
	t.Helper()
	over := time.After(time.Minute)
	for s.URL == "" {
		select {
		case line, more := <-lines:
			if !more {
				t.Fatal("the program ended before it was ready")
			}
			if words := strings.Fields(line); len(words) > 3 && words[0] == "admin" && words[2] == "password" {
				s.Email, s.Password = words[1], words[3]
			}
			if url, ok := strings.CutPrefix(line, "ready "); ok {
				s.URL = strings.TrimSpace(url)
			}
		case <-over:
			t.Fatal("the program is not ready after a minute")
		}
	}
	if s.Password == "" {
		t.Error("the first start did not print the administrator's password")
	}
}

// folder can be reached by PostgreSQL's user, also when root runs the test.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "fyup-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}
