package supervise_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"floresya/internal/supervise"
)

func TestMain(m *testing.M) {
	if os.Getenv("SUPERVISE_TEST_PARENT") != "" {
		parent()
		return
	}
	goleak.VerifyTestMain(m)
}

// parent is this test binary as a process that owns a child and then waits to be killed.
func parent() {
	child, err := supervise.Start(supervise.Command{Path: "/bin/sleep", Args: []string{"300"}, Orphan: syscall.SIGTERM})
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(strconv.Itoa(child.PID()) + "\n")
	<-child.Done()
}

func shell(t *testing.T, script string, out io.Writer) *supervise.Child {
	t.Helper()
	child, err := supervise.Start(supervise.Command{Path: "/bin/sh", Args: []string{"-c", script}, Output: out})
	if err != nil {
		t.Fatal(err)
	}
	return child
}

func newLog(t *testing.T, maxBytes int64, keep int) (*supervise.Log, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	log, err := supervise.OpenLog(path, maxBytes, keep)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log, path
}

func TestChildDiesWithItsKilledParent(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SUPERVISE_TEST_PARENT=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 16)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
	deadline := time.After(5 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("child %d still runs 5 s after its parent was killed", pid)
		}
	}
}

// alive is false for a zombie: whoever inherits an orphan may never collect it.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestStopOfAnObedientChildNeedsNoForce(t *testing.T) {
	t.Parallel()
	child := shell(t, "sleep 300", nil)
	if err := child.Stop(t.Context(), supervise.Step{Signal: syscall.SIGTERM, Limit: 10 * time.Second}); err != nil {
		t.Errorf("Stop: got %v, want nil", err)
	}
	if child.Err() == nil {
		t.Error("a child that a signal ended has no error")
	}
}

func TestStopForcesADeafChild(t *testing.T) {
	t.Parallel()
	log, _ := newLog(t, 1<<20, 1)
	child := shell(t, `trap "" TERM; echo deaf; while :; do sleep 0.05; done`, log)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for len(log.Tail(1)) == 0 { // until the trap is set
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the child said nothing")
		}
	}
	err := child.Stop(t.Context(), supervise.Step{Signal: syscall.SIGTERM, Limit: 50 * time.Millisecond})
	if forced, ok := errors.AsType[*supervise.ForcedError](err); !ok || forced.Signal != syscall.SIGKILL {
		t.Errorf("Stop: got %v, want a ForcedError with SIGKILL", err)
	}
	if err := child.Stop(t.Context()); err != nil {
		t.Errorf("Stop of an ended child: got %v, want nil", err)
	}
}

func TestOutputIsKeptAndRotated(t *testing.T) {
	t.Parallel()
	log, path := newLog(t, 100, 2)
	child := shell(t, `for i in 1 2 3 4 5 6 7 8 9; do echo "line $i $(printf %40d 0)"; sleep 0.01; done; exit 3`, log)
	if exit, ok := errors.AsType[*exec.ExitError](child.Err()); !ok || exit.ExitCode() != 3 {
		t.Errorf("got end %v, want exit code 3", child.Err())
	}
	if tail := log.Tail(2); len(tail) != 2 || !strings.HasPrefix(tail[1], "line 9") {
		t.Errorf("got tail %q, want the last two lines", tail)
	}
	files, _ := filepath.Glob(path + "*")
	if want := []string{path, path + ".1", path + ".2"}; !slices.Equal(files, want) {
		t.Errorf("got files %q, want %q", files, want)
	}
	log.Forget()
	if tail := log.Tail(1); tail != nil {
		t.Errorf("got tail %q after Forget, want none", tail)
	}
}

func TestBackoffGrowsAndCalmsDown(t *testing.T) {
	t.Parallel()
	b := supervise.Backoff{First: time.Second, Max: 5 * time.Second, Calm: time.Minute}
	var got []time.Duration
	for _, ran := range []time.Duration{0, 0, 0, 0, time.Hour, 0} {
		got = append(got, b.After(ran))
	}
	want := []time.Duration{1e9, 2e9, 4e9, 5e9, 1e9, 2e9}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMissingProgramIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := supervise.Start(supervise.Command{Path: "/nonexistent"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want %v", err, os.ErrNotExist)
	}
}
