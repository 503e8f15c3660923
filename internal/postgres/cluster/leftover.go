package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// evict stops every process of a server that an earlier owner left in pgdata, and removes the file that would keep
// the next from starting. The caller holds the folder's lock, so none of them is anybody's.
func evict(ctx context.Context, pgdata string) error {
	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{
		{0, 0}, // mostly there is nobody
		{syscall.SIGINT, 15 * time.Second},
		{syscall.SIGQUIT, 5 * time.Second},
		{syscall.SIGKILL, 5 * time.Second},
	} {
		for _, pid := range residents(pgdata) {
			if step.signal != 0 {
				_ = syscall.Kill(pid, step.signal) // it may just have ended
			}
		}
		if gone(ctx, pgdata, step.limit) {
			err := os.Remove(filepath.Join(pgdata, "postmaster.pid"))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				return explain(pgdata, err)
			}
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return fmt.Errorf("processes %v of an earlier PostgreSQL in %s do not end", residents(pgdata), pgdata)
}

func gone(ctx context.Context, pgdata string, limit time.Duration) bool {
	over := time.NewTimer(limit)
	defer over.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for len(residents(pgdata)) > 0 {
		select {
		case <-again.C:
		case <-over.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// residents are the processes of a server in pgdata: each of them works in this folder, and runs postgres.
func residents(pgdata string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd"))
		if err != nil || cwd != pgdata { // gone, or another user's
			continue
		}
		if exe, err := os.Readlink(filepath.Join("/proc", e.Name(), "exe")); err == nil && filepath.Base(exe) == "postgres" {
			pids = append(pids, pid)
		}
	}
	return pids
}
