package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// MinVersion is the oldest major version of PostgreSQL that FloresYa works with.
const MinVersion = 15

// ErrNoBinaries is returned by Find when this machine has no PostgreSQL server.
var ErrNoBinaries = errors.New("no PostgreSQL server on this machine: install it with `apt-get install postgresql` " +
	"or put its bin folder into PATH")

// TooOldError is returned by Find when the newest PostgreSQL server on this machine is older than MinVersion.
type TooOldError struct {
	Dir     string // the bin folder
	Version int    // its major version
}

func (e *TooOldError) Error() string {
	return fmt.Sprintf("PostgreSQL %d in %s is too old: version %d or newer is needed", e.Version, e.Dir, MinVersion)
}

// Binaries is a folder with the programs of a PostgreSQL server.
type Binaries struct {
	Dir     string // absolute
	Version int    // major
}

// Path is the file of one program, such as "initdb".
func (b Binaries) Path(program string) string { return filepath.Join(b.Dir, program) }

// Find looks for the server programs: what pg_config or postgres in PATH point to, and the folders that
// distributions use. It returns all that are new enough, the newest first; never none without an error.
func Find(ctx context.Context) ([]Binaries, error) {
	var found []Binaries
	var tooOld *TooOldError
	for _, dir := range candidates(ctx) {
		v, err := majorVersion(ctx, dir)
		switch {
		case err != nil:
			continue // an unfinished or broken installation is none
		case v < MinVersion:
			if tooOld == nil || v > tooOld.Version {
				tooOld = &TooOldError{Dir: dir, Version: v}
			}
		default:
			found = insertNewest(found, Binaries{Dir: dir, Version: v})
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if tooOld != nil {
		return nil, tooOld
	}
	return nil, ErrNoBinaries
}

// candidates lists folders that hold both initdb and postgres, each once.
func candidates(ctx context.Context) []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	if out, err := command(ctx, "pg_config", "--bindir"); err == nil {
		dirs = append(dirs, out)
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // PGDG on Red Hat
		"/usr/libexec/postgresql*",  // Alpine
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/pgsql/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are constants and well-formed
		dirs = append(dirs, matches...)
	}
	var out []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		if !seen[dir] && executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			out = append(out, dir)
		}
		seen[dir] = true
	}
	return out
}

// majorVersion asks the server program itself; the name of its folder proves nothing.
func majorVersion(ctx context.Context, dir string) (int, error) {
	out, err := command(ctx, filepath.Join(dir, "postgres"), "--version") // "postgres (PostgreSQL) 15.18 (Debian …)"
	if err != nil {
		return 0, err
	}
	_, after, ok := strings.Cut(out, "(PostgreSQL) ")
	if !ok {
		return 0, fmt.Errorf("read version from %q", out)
	}
	digits := strings.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(after)
	}
	return strconv.Atoi(after[:digits])
}

func command(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	return strings.TrimSpace(string(out)), err
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func insertNewest(list []Binaries, b Binaries) []Binaries {
	at := 0
	for at < len(list) && list[at].Version >= b.Version {
		at++
	}
	return append(list[:at], append([]Binaries{b}, list[at:]...)...)
}
