package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Use gives the URL of the data folder's database to a tool: of the running server when the folder is in use, else
// of one that is started now and stopped by done. It makes no new database.
func Use(ctx context.Context, config Config) (url string, done func() error, err error) {
	if _, err := os.Lstat(filepath.Join(config.Dir, "postgres")); err != nil {
		return "", nil, fmt.Errorf("there is no database in the data folder %s: `floresya up` makes one", config.Dir)
	}
	c, err := Open(ctx, config)
	if _, busy := errors.AsType[*BusyError](err); busy {
		running, ok := runningURL(config.Dir)
		if !ok {
			return "", nil, err // it starts or stops just now
		}
		return running, func() error { return nil }, nil
	}
	if err != nil {
		return "", nil, err
	}
	runCtx, stop := context.WithCancel(ctx)
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- c.Run(runCtx, func() { close(ready) }) }()
	done = func() error {
		stop()
		return errors.Join(<-ended, c.Close())
	}
	select {
	case <-ready:
		return c.URL(), done, nil
	case err := <-ended:
		stop()
		return "", nil, errors.Join(err, c.Close())
	}
}

// runningURL reads the socket's folder (line 5) from what the server writes about itself.
func runningURL(dir string) (string, bool) {
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	lines := strings.Split(string(text), "\n")
	if err != nil || len(lines) < 8 || strings.TrimSpace(lines[7]) != "ready" {
		return "", false
	}
	socket, _, _ := strings.Cut(lines[4], ",")
	return socketURL(strings.TrimSpace(socket), role, role), true
}
