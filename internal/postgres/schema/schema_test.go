package schema_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres/pgtest"
	"floresya/internal/postgres/schema"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func tables(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `
		select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestProcessesThatMigrateTogetherTakeTurns(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = schema.Up(t.Context(), url) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := schema.Check(t.Context(), url); err != nil {
		t.Error(err)
	}
	if got := tables(t, url); !slices.Contains(got, "river_job") {
		t.Errorf("got tables %q, want River's among them", got)
	}
}

func TestEveryMigrationHasItsWayBack(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	before := tables(t, url)
	for range schema.Latest() + 1 { // the last step removes River's tables
		if err := schema.Down(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := tables(t, url), []string{"goose_db_version"}; !slices.Equal(got, want) {
		t.Errorf("got tables %q after going all the way back, want %q", got, want)
	}
	if err := schema.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if got := tables(t, url); !slices.Equal(got, before) {
		t.Errorf("got tables %q after down and up, want %q", got, before)
	}
}

func TestOlderSchemaIsRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	err := schema.Check(t.Context(), url)
	if e, ok := errors.AsType[*schema.OlderError](err); !ok || e.Database != 0 || e.Binary != schema.Latest() {
		t.Errorf("got %v, want an OlderError from 0 to %d", err, schema.Latest())
	}
	state, err := schema.Status(t.Context(), url)
	if err != nil || int64(len(state.Pending)) != schema.Latest() {
		t.Errorf("got %+v, %v, want all %d migrations pending", state, err, schema.Latest())
	}
}

func TestNewerSchemaIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	newer := schema.Latest() + 1
	if _, err := conn.Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values ($1, true)`, newer); err != nil {
		t.Fatal(err)
	}
	before := tables(t, url)
	for name, err := range map[string]error{
		"Check": schema.Check(t.Context(), url),
		"Up":    schema.Up(t.Context(), url),
		"Down":  schema.Down(t.Context(), url),
	} {
		if e, ok := errors.AsType[*schema.NewerError](err); !ok || e.Database != newer {
			t.Errorf("%s: got %v, want a NewerError with %d", name, err, newer)
		}
	}
	if got := tables(t, url); !slices.Equal(got, before) {
		t.Errorf("got tables %q, want %q: a refused change has changed something", got, before)
	}
}
