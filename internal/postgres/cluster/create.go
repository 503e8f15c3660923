package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"floresya/internal/supervise"
)

// admin is the superuser of the server, for the cluster itself and for the operator; the shop is `floresya`.
const (
	admin = "postgres"
	role  = "floresya"
)

// create makes the server's files under another name and renames the whole.
func create(ctx context.Context, p place, bin Binaries, dir string) error {
	half := p.pgdata + ".new"
	if err := os.RemoveAll(half); err != nil {
		return explain(dir, err)
	}
	if err := os.Mkdir(half, 0o700); err != nil {
		return explain(dir, err)
	}
	if err := p.account.Own(half); err != nil {
		return explain(dir, err)
	}
	if err := initdb(ctx, p, bin, half, dir); err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	include := "\n# What FloresYa sets; rewritten at every start. Override it below or by `alter system`.\ninclude_if_exists = 'floresya.conf'\n"
	if err := p.append(filepath.Join(half, "postgresql.conf"), include); err != nil {
		return explain(dir, err)
	}
	hba := "# Who may connect: the socket's folder is private, and users are known by the kernel.\n" +
		"local all all peer map=floresya\nlocal replication all peer map=floresya\n"
	if err := p.write(filepath.Join(half, "pg_hba.conf"), hba); err != nil {
		return explain(dir, err)
	}
	if err := os.Rename(half, p.pgdata); err != nil {
		return explain(dir, err)
	}
	return syncDir(filepath.Dir(p.pgdata))
}

func initdb(ctx context.Context, p place, bin Binaries, half, dir string) error {
	var out bytes.Buffer
	child, err := supervise.Start(supervise.Command{
		Path: bin.Path("initdb"),
		Args: []string{"--pgdata", half, "--username", admin, "--encoding", "UTF8", "--locale", "C.UTF-8",
			"--lc-messages", "C", "--data-checksums", "--auth", "peer"},
		Env:        environment(),
		Dir:        half,
		Credential: p.account.Credential(),
		Output:     &out,
	})
	if err != nil {
		return err
	}
	select {
	case <-child.Done():
	case <-ctx.Done():
		return errors.Join(context.Cause(ctx), child.Stop(ctx))
	}
	if err := child.Err(); err != nil {
		return said(dir, strings.Split(strings.TrimSpace(out.String()), "\n"), err)
	}
	return nil
}

// environment keeps PG* variables of the caller away from the server programs.
func environment() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PG") && !strings.HasPrefix(kv, "LC_") && !strings.HasPrefix(kv, "FLORESYA_") {
			env = append(env, kv)
		}
	}
	return env
}

// dataVersion is the major version that made the data; 0: there is none yet.
func dataVersion(pgdata string) (int, error) {
	text, err := os.ReadFile(filepath.Join(pgdata, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(pgdata); errors.Is(err, os.ErrNotExist) {
			return 0, nil
		}
		return 0, fmt.Errorf("%s is not a PostgreSQL data folder", pgdata)
	}
	if err != nil {
		return 0, explain(pgdata, err)
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// write replaces a file by one that the account owns.
func (p place) write(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return p.account.Own(path)
}

func (p place) append(path, text string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) { // some file systems cannot
		err = nil
	}
	return errors.Join(err, d.Close())
}
