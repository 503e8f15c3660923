package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFullDiskIsTold(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"errno": explain("/data", &os.PathError{Op: "write", Path: "/data/lock", Err: syscall.ENOSPC}),
		"server": said("/data", []string{
			`2026-05-01 10:00:00 UTC [7] FATAL:  could not write lock file "postmaster.pid": No space left on device`,
		}, errors.New("exit status 1")),
		"beforehand": checkFree("/", 1<<62),
	} {
		if _, ok := errors.AsType[*FullError](err); !ok {
			t.Errorf("%s: got %v, want a FullError", name, err)
		}
	}
}

func TestServersLastWordsBecomeOneSentence(t *testing.T) {
	t.Parallel()
	err := said("/data", []string{
		`2026-05-01 10:00:00 UTC [7] FATAL:  data directory "/data/postgres" has invalid permissions`,
		`2026-05-01 10:00:00 UTC [7] DETAIL:  Permissions should be u=rwx (0700) or u=rwx,g=rx (0750).`,
	}, errors.New("exit status 1"))
	if want := `PostgreSQL does not start: data directory "/data/postgres" has invalid permissions`; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestOldAndBrokenProgramsAreNotTaken(t *testing.T) {
	dir := t.TempDir()
	for _, program := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'\n"
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	v, err := majorVersion(t.Context(), dir)
	if err != nil || v != 9 {
		t.Errorf("got version %d and %v, want 9", v, err)
	}
	t.Setenv("PATH", dir)
	found, err := Find(t.Context())
	for _, b := range found {
		if b.Dir == dir {
			t.Errorf("version 9 in %s was taken", dir)
		}
	}
	if _, old := errors.AsType[*TooOldError](err); len(found) == 0 && !old {
		t.Errorf("got %v, want a TooOldError", err)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is more than one sentence: %q", err)
	}
}
