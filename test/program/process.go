package program

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Limit bounds everything that a test of a process waits for.
const Limit = time.Minute

// Process is a floresya that runs as a process of its own, so that a test can kill it.
type Process struct {
	URL string
	// Printed is what it has written to stdout so far, Said what to stderr.
	Printed, Said *Buffer

	t     testing.TB
	cmd   *exec.Cmd
	ended chan struct{}
}

// Buffer collects what a process writes while others read it.
type Buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// StartProcess starts cmd and returns when it has said that it is ready. It is stopped with the test.
func StartProcess(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{t: t, cmd: cmd, ended: make(chan struct{}), Printed: &Buffer{}, Said: &Buffer{}}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	}
	cmd.Stderr = p.Said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			fmt.Fprintln(p.Printed, scanner.Text())
			if url, ok := strings.CutPrefix(scanner.Text(), "ready "); ok {
				lines <- url
			}
		}
		_ = cmd.Wait() // its state is read below
		close(p.ended)
	}()
	t.Cleanup(func() { p.End(syscall.SIGTERM) })
	select {
	case p.URL = <-lines:
	case <-p.ended:
		t.Fatalf("%v ended before it was ready: %s", cmd.Args, p.Said)
	case <-time.After(Limit):
		t.Fatalf("%v is not ready: %s", cmd.Args, p.Said)
	}
	return p
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ended is closed when the process is gone.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// End sends a signal, waits for the end and returns the exit code; -1 after a signal that is not handled.
func (p *Process) End(s syscall.Signal) int {
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
	case <-time.After(Limit):
		p.t.Fatalf("the program does not end: %s", p.Said)
	}
	return p.cmd.ProcessState.ExitCode()
}

// Folder is the path of a data folder to be, which PostgreSQL's user can reach, also when root runs the test.
func Folder(t testing.TB) string {
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

// PostgresPID is the process id of a data folder's database server, 0 when there is none.
func PostgresPID(data string) int {
	text, err := os.ReadFile(filepath.Join(data, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return 0
	}
	return pid
}

// Alive reports whether a process runs; one that only waits for its parent does not.
func Alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// Eventually waits until something holds.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	over := time.After(Limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("after %v still not: %s", Limit, what)
		}
	}
}
