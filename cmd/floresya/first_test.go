package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"floresya/test/program"
)

func TestFirstStartMayBeInterrupted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"stopped": {syscall.SIGTERM, 0}, "killed": {syscall.SIGKILL, -1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := program.Folder(t)
			cmd := command(upArgs(data)...)
			var errs program.Buffer
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			program.Eventually(t, "the database is being made", func() bool {
				_, err := os.Stat(filepath.Join(data, "postgres.new", "base"))
				return err == nil
			})
			if err := cmd.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the code says it
			if got := cmd.ProcessState.ExitCode(); got != c.code {
				t.Errorf("got exit code %d, want %d: %s", got, c.code, &errs)
			}
			p := start(t, upArgs(data)...)
			if code := answer(t, p.URL+"/readyz"); code >= 300 {
				t.Errorf("got status %d", code)
			}
			if _, err := os.Stat(filepath.Join(data, "postgres.new")); err == nil {
				t.Error("the unfinished database is still there")
			}
		})
	}
}
