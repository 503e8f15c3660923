package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres/pgtest"
	"floresya/internal/postgres/schema"
	"floresya/test/program"
)

func serveArgs(t *testing.T, url string) []string {
	return []string{"serve", "--data", program.Folder(t), "--listen", "127.0.0.1:0", "--database-url", url}
}

func TestServeRunsOnAnExistingDatabase(t *testing.T) {
	t.Parallel()
	p := start(t, serveArgs(t, pgtest.URL(t))...)
	if code := answer(t, p.URL+"/readyz"); code >= 300 {
		t.Errorf("got status %d", code)
	}
	if code := p.End(syscall.SIGTERM); code != 0 {
		t.Errorf("got exit code %d, want 0: %s", code, p.Said)
	}
}

func TestServeRefusesOlderAndNewerSchema(t *testing.T) {
	t.Parallel()
	refused(t, []string{"version 0", "migrate up"}, serveArgs(t, pgtest.Empty(t))...)
	newer := pgtest.URL(t)
	advance(t, newer)
	refused(t, []string{fmt.Sprint("version ", schema.Latest()+1), "newer"}, serveArgs(t, newer)...)
}

// advance makes a database look as if a later program had migrated it.
func advance(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	const insert = `insert into goose_db_version (version_id, is_applied) values ($1, true)`
	if _, err := conn.Exec(t.Context(), insert, schema.Latest()+1); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateGoesUpAndDown(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	for _, step := range []struct {
		command string
		version int64
	}{{"status", 0}, {"up", schema.Latest()}, {"up", schema.Latest()}, {"down", schema.Latest() - 1}} {
		code, out, errs := run(t, "migrate", step.command, "--database-url", url)
		if want := fmt.Sprintf("schema version %d,", step.version); code != 0 || !strings.HasPrefix(out, want) {
			t.Errorf("%s: got exit code %d, %q and %q, want %q", step.command, code, out, errs, want)
		}
	}
	for range schema.Latest() - 2 {
		_, _, _ = run(t, "migrate", "down", "--database-url", url)
	}
	refused(t, []string{"drops all tables", "--erase-everything"}, "migrate", "down", "--database-url", url)
	if code, out, _ := run(t, "migrate", "down", "--erase-everything", "--database-url", url); code != 0 || !strings.HasPrefix(out, "schema version 0,") {
		t.Errorf("down to nothing: got exit code %d and %q", code, out)
	}
}

func TestDoctorSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	if code, out, errs := run(t, "doctor", "--data", program.Folder(t), "--listen", "127.0.0.1:0"); code != 0 || strings.Contains(out, "wrong") {
		t.Errorf("got exit code %d, %q and %q, want all well", code, out, errs)
	}
	p := start(t, serveArgs(t, pgtest.URL(t))...)
	for _, args := range [][]string{
		{"doctor", "--data", "/proc/floresya"},
		{"doctor", "--data", program.Folder(t), "--listen", strings.TrimPrefix(p.URL, "http://")},
		{"doctor", "--database-url", pgtest.Empty(t), "--listen", "127.0.0.1:0"},
		{"doctor", "--order-batch", "0"},
	} {
		code, out, _ := run(t, args...)
		if code != 1 || strings.Count(out, "wrong ") != 1 || strings.Count(out, "to mend:") != 1 {
			t.Errorf("%v: got exit code %d and %q, want 1 and one thing wrong", args, code, out)
		}
	}
}

func TestVersionNamesSchemaAndToolchain(t *testing.T) {
	t.Parallel()
	code, out, _ := run(t, "version")
	if code != 0 || !strings.Contains(out, "go1.") || !strings.Contains(out, fmt.Sprint("schema ", schema.Latest())) {
		t.Errorf("got exit code %d and %q", code, out)
	}
}
