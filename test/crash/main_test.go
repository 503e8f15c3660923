package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"floresya/internal/postgres/pgtest"
)

// asCrasher makes this test binary a shop whose sagas kill it, see saga_test.go.
const asCrasher = "FLORESYA_TEST_AS_CRASHER"

var (
	// workshop holds what all tests share; it goes with the last.
	workshop string
	// built is the program, as `make build` would make it.
	built = sync.OnceValues(func() (string, error) {
		path := filepath.Join(workshop, "floresya")
		if out, err := exec.Command("go", "build", "-o", path, "floresya/cmd/floresya").CombinedOutput(); err != nil {
			return "", fmt.Errorf("build the program: %w: %s", err, out)
		}
		return path, nil
	})
)

func TestMain(m *testing.M) {
	if os.Getenv(asCrasher) != "" {
		crasher()
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	var err error
	if workshop, err = os.MkdirTemp("/tmp", "fycrash-"); err == nil {
		err = os.Chmod(workshop, 0o711) // PostgreSQL's user passes through
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(workshop)
	return pgtest.Run(m)
}
