package pgtest_test

import (
	"testing"

	"floresya/internal/postgres/pgtest"
	"floresya/internal/postgres/schema"
)

func TestDatabasesOfTwoTestsAreApart(t *testing.T) {
	t.Parallel()
	one, two := pgtest.Pool(t), pgtest.Pool(t)
	if _, err := one.Exec(t.Context(), `create table mine ()`); err != nil {
		t.Fatal(err)
	}
	var exists bool
	if err := two.QueryRow(t.Context(), `select to_regclass('mine') is not null`).Scan(&exists); err != nil {
		t.Fatal(err)
	}
	if exists {
		t.Error("a table made in one test's database is in another's")
	}
}

func TestDatabaseHasTheSchemaOfThisBinary(t *testing.T) {
	t.Parallel()
	if err := schema.Check(t.Context(), pgtest.URL(t)); err != nil {
		t.Error(err)
	}
	var jobs bool
	if err := pgtest.Pool(t).QueryRow(t.Context(), `select to_regclass('river_job') is not null`).Scan(&jobs); err != nil {
		t.Fatal(err)
	}
	if !jobs {
		t.Error("River's tables are missing")
	}
}
