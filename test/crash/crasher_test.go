package crash

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"floresya/internal/app"
	"floresya/internal/config"
	"floresya/internal/saga"
)

// crasher is the program `floresya up`, composed as it is, but for the runner of sagas: it writes down each point that it
// passes, and at the one that the file "crash" names it ends the process as `kill -9` does. It looks for due sagas more often
// and trusts a dead process for a shorter time, so that a test need not wait.
func crasher() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	flags := map[string]string{}
	for i := 2; i+1 < len(os.Args); i += 2 {
		flags[strings.TrimPrefix(os.Args[i], "--")] = os.Args[i+1]
	}
	c, err := config.Load(config.Sources{Command: "up", Flags: flags})
	if err == nil {
		err = app.Up(ctx, c, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil)), app.WithSagas(saga.Config{
			Every: 100 * time.Millisecond, Lease: 500 * time.Millisecond, FirstPause: 50 * time.Millisecond, Crash: fuse(c.Data).pass,
		}))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// fuse is a data folder's two files about crashes: the points passed since it was armed, and the one to crash at.
type fuse string

func (f fuse) points() string { return filepath.Join(string(f), "points") }
func (f fuse) crash() string  { return filepath.Join(string(f), "crash") }

// arm forgets the points passed and names the one to crash at; "" is none.
func (f fuse) arm(point string) error {
	if err := os.WriteFile(f.points(), nil, 0o600); err != nil {
		return err
	}
	return os.WriteFile(f.crash(), []byte(point), 0o600)
}

// passed are the points since it was armed. The second time that one is passed it is "point#2".
func (f fuse) passed() []string {
	text, _ := os.ReadFile(f.points()) // it may not be there yet
	return strings.Fields(string(text))
}

func (f fuse) pass(point string) {
	if err := f.note(&point); err != nil {
		panic(err)
	}
	if armed, _ := os.ReadFile(f.crash()); string(armed) != point {
		return
	}
	if err := os.WriteFile(f.crash(), nil, 0o600); err != nil { // once is enough
		panic(err)
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// note writes the point down, as the how manieth of its name.
func (f fuse) note(point *string) error {
	times := 1
	for _, p := range f.passed() {
		if name, _, _ := strings.Cut(p, "#"); name == *point {
			times++
		}
	}
	*point = fmt.Sprintf("%s#%d", *point, times)
	file, err := os.OpenFile(f.points(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, *point)
	return errors.Join(err, file.Close())
}
