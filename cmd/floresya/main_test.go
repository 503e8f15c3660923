package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"floresya/internal/postgres/pgtest"
)

// limit bounds everything that a test waits for.
const limit = time.Minute

// asProgram makes this test binary the program itself, so that a test can kill it.
const asProgram = "FLORESYA_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	pgtest.Main(m)
}

// program is a started floresya.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	errors lockedBuffer
	ended  chan struct{}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	return cmd
}

// start starts the program and returns when it has said that it is ready. It is stopped with the test.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: command(args...), ended: make(chan struct{})}
	p.cmd.Stderr = &p.errors
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			if url, ok := strings.CutPrefix(scanner.Text(), "ready "); ok {
				lines <- url
			}
		}
		_ = p.cmd.Wait() // its state is read below
		close(p.ended)
	}()
	t.Cleanup(func() { p.end(syscall.SIGTERM) })
	select {
	case p.url = <-lines:
	case <-p.ended:
		t.Fatalf("%v ended before it was ready: %s", args, &p.errors)
	case <-time.After(limit):
		t.Fatalf("%v is not ready: %s", args, &p.errors)
	}
	return p
}

// end sends a signal, waits for the end and returns the exit code; -1 after a signal that is not handled.
func (p *program) end(s syscall.Signal) int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	default:
	}
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Fatalf("the program does not end: %s", &p.errors)
	}
	return p.cmd.ProcessState.ExitCode()
}

// run runs the program to its end.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
	defer killer.Stop()
	_ = cmd.Wait() // the code says it
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// refused runs the program, which must end with code 1 and one sentence that has all words.
func refused(t *testing.T, words []string, args ...string) {
	t.Helper()
	code, out, errs := run(t, args...)
	if code != 1 || out != "" {
		t.Errorf("%v: got exit code %d and output %q, want 1 and none", args, code, out)
	}
	var sentences []string
	for line := range strings.Lines(errs) {
		if !strings.HasPrefix(line, "time=") { // the log
			sentences = append(sentences, line)
		}
	}
	if len(sentences) != 1 || strings.Contains(errs, "Usage") {
		t.Errorf("%v: got %q, want one sentence", args, errs)
	}
	for _, word := range words {
		if !strings.Contains(errs, word) {
			t.Errorf("%v: got %q, which does not say %q", args, errs, word)
		}
	}
}

func answer(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	http.DefaultClient.CloseIdleConnections()
	return response.StatusCode
}

// folder can be reached by PostgreSQL's user, also when root runs the test.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "fyup-")
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

func serverPID(t *testing.T, data string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, "postgres", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

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
