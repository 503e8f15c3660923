package pgtest_test

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"floresya/internal/postgres/pgtest"
)

// asHolder makes this test binary a process that starts a cluster of its own, names it and waits to be killed.
const asHolder = "FLORESYA_TEST_HOLD_CLUSTER"

func TestMain(m *testing.M) {
	if os.Getenv(asHolder) != "" {
		hold()
		return
	}
	pgtest.Main(m)
}

func hold() {
	server, err := pgtest.Start(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(server.URL)
	<-time.After(time.Hour) // killed long before
}

func TestKilledTestProcessLeavesNothing(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asHolder+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	dir := u.Query().Get("host")
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); err != nil {
		t.Fatalf("no server in %q: %v", dir, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "signal: killed"
	over := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			break
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("%s is still there 30 s after its process was killed", dir)
		}
	}
	if left := servers(t, dir); len(left) > 0 {
		t.Errorf("processes %v of the cluster are left", left)
	}
}

// servers are the processes whose command line names the folder.
func servers(t *testing.T, dir string) []string {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, path := range lines {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), dir) {
			left = append(left, path)
		}
	}
	return left
}
