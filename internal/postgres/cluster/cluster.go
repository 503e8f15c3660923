package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"floresya/internal/supervise"
)

// Elsewhere is where servers go whose user cannot reach the data folder.
const Elsewhere = "/var/lib/floresya"

const (
	needNew      = 128 << 20 // bytes free to make a server
	needExisting = 24 << 20  // bytes free to start one: a WAL segment and a little
)

// Config says where a Cluster works.
type Config struct {
	// Dir is the data folder; it is made when missing.
	Dir string
	// Elsewhere replaces the constant of the same name when not empty.
	Elsewhere string
	// Log gets what happens to the server; its own log is Dir/log/postgres.log. Nil: nobody.
	Log *slog.Logger
}

// Cluster is the prepared server of one data folder, locked for this process. Not safe for concurrent use, except
// that URL may be called while Run runs.
type Cluster struct {
	dir    string
	place  place
	bin    Binaries
	socket string
	locks  []*os.File
	log    *slog.Logger
	output *supervise.Log
}

// Open takes the data folder for this process, stops what an earlier owner left, makes the server's files when there
// are none, and starts nothing. Its errors are sentences for people: among others ErrNoBinaries, *TooOldError,
// *BusyError, *VersionError, *FullError. The caller calls Close when Run has returned.
func Open(ctx context.Context, config Config) (*Cluster, error) {
	if config.Elsewhere == "" {
		config.Elsewhere = Elsewhere
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		return nil, explain(config.Dir, err)
	}
	c := &Cluster{dir: dir, log: config.Log}
	if err := c.open(ctx, config.Elsewhere); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) open(ctx context.Context, elsewhere string) error {
	found, err := Find(ctx)
	if err != nil {
		return err
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // PostgreSQL's user has to pass
	}
	if err := os.MkdirAll(c.dir, mode); err != nil {
		return explain(c.dir, err)
	}
	if err := c.lock(c.dir); err != nil {
		return err
	}
	if c.place, err = locate(c.dir, elsewhere); err != nil {
		return err
	}
	if c.place.moved {
		c.log.Warn("the database is outside the data folder, which its user cannot reach",
			"user", c.place.account.Name, "data", c.dir, "database", c.place.pgdata)
	}
	if home := filepath.Dir(c.place.pgdata); !sameFile(home, c.dir) {
		if err := c.lock(home); err != nil {
			return err
		}
	}
	if err := c.prepare(ctx, found); err != nil {
		return err
	}
	if c.socket, err = socketDir(c.place); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(c.dir, "log"), 0o700); err != nil {
		return explain(c.dir, err)
	}
	c.output, err = supervise.OpenLog(filepath.Join(c.dir, "log", "postgres.log"), 10<<20, 5)
	return err
}

// prepare chooses the programs and makes sure that there are files for them.
func (c *Cluster) prepare(ctx context.Context, found []Binaries) error {
	version, err := dataVersion(c.place.pgdata)
	if err != nil {
		return err
	}
	if version == 0 {
		c.bin = found[0]
		if err := checkFree(filepath.Dir(c.place.pgdata), needNew); err != nil {
			return err
		}
		c.log.Info("making a database", "database", c.place.pgdata, "version", c.bin.Version)
		if err := create(ctx, c.place, c.bin, c.dir); err != nil {
			return err
		}
	} else if c.bin, err = choose(found, version, c.place.pgdata); err != nil {
		return err
	}
	if err := evict(ctx, c.place.pgdata); err != nil {
		return err
	}
	if err := checkFree(c.place.pgdata, needExisting); err != nil {
		return err
	}
	return explain(c.dir, configure(c.place))
}

func choose(found []Binaries, version int, pgdata string) (Binaries, error) {
	e := &VersionError{Dir: pgdata, Data: version}
	for _, b := range found {
		if b.Version == version {
			return b, nil
		}
		e.Have = append(e.Have, b.Version)
	}
	return Binaries{}, e
}

func (c *Cluster) lock(dir string) error {
	file, err := lockDir(dir)
	if err == nil {
		c.locks = append(c.locks, file)
	}
	return err
}

// URL connects to the shop's database as its owner.
func (c *Cluster) URL() string { return socketURL(c.socket, role, role) }

// AdminURL connects as superuser.
func (c *Cluster) AdminURL() string { return socketURL(c.socket, admin, "postgres") }

// DataDir is where the server's files are.
func (c *Cluster) DataDir() string { return c.place.pgdata }

// PID is the process id of the running server; 0 when there is none.
func (c *Cluster) PID() int {
	pid, _, _ := readPIDFile(c.place.pgdata)
	return pid
}

// Close gives the data folder free.
func (c *Cluster) Close() error {
	var errs []error
	if c.output != nil {
		errs = append(errs, c.output.Close())
	}
	if c.socket != "" {
		if err := os.Remove(c.socket); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			errs = append(errs, err)
		}
	}
	for _, file := range c.locks {
		errs = append(errs, file.Close())
	}
	c.locks = nil
	return errors.Join(errs...)
}

func socketURL(socket, user, database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s", user, database, url.QueryEscape(socket))
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// stopSteps: fast shutdown rolls back and writes a checkpoint; immediate leaves recovery to the next start.
func stopSteps() []supervise.Step {
	return []supervise.Step{
		{Signal: syscall.SIGINT, Limit: 25 * time.Second},
		{Signal: syscall.SIGQUIT, Limit: 5 * time.Second},
	}
}
