package program

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Shop is a running `floresya up --demo`.
type Shop struct {
	*Process
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
	s := &Shop{Data: Folder(t)}
	s.Process = StartProcess(t, exec.Command(binary, "up", "--demo", "--data", s.Data, "--listen", "127.0.0.1:0",
		"--bcv-url", "", "--bcv-json-url", ""))
	for line := range strings.Lines(s.Printed.String()) {
		if words := strings.Fields(line); len(words) > 3 && words[0] == "admin" && words[2] == "password" {
			s.Email, s.Password = words[1], words[3]
		}
	}
	if s.Password == "" {
		t.Error("the first start did not print the administrator's password")
	}
	return s
}
