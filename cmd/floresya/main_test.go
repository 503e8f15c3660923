package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"floresya/internal/postgres/pgtest"
	"floresya/test/program"
)

// asProgram makes this test binary the program itself, so that a test can kill it.
const asProgram = "FLORESYA_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	pgtest.Main(m)
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	return cmd
}

// start starts the program and returns when it has said that it is ready. It is stopped with the test.
func start(t *testing.T, args ...string) *program.Process {
	t.Helper()
	return program.StartProcess(t, command(args...))
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
	killer := time.AfterFunc(program.Limit, func() { _ = cmd.Process.Kill() })
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
