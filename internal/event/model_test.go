package event_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"floresya/internal/event"
)

// TestLogFollowsItsModel compares streams, positions and the table that apply changes with plain maps, over random appends,
// stale versions, rollbacks and reopened logs.
func TestLogFollowsItsModel(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	rapid.Check(t, func(t *rapid.T) {
		if _, err := b.pool.Exec(t.Context(), `truncate events; truncate tallies`); err != nil {
			t.Fatal(err)
		}
		model, total := map[string][]int{}, 0 // stream → what was added, in order
		names := rapid.SampledFrom([]string{"a", "b", "c"})
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				var news []event.New
				grown := map[string][]int{}
				for name, list := range model {
					grown[name] = list[:len(list):len(list)]
				}
				for range rapid.IntRange(1, 3).Draw(t, "events") {
					name, n := names.Draw(t, "name"), rapid.IntRange(-5, 5).Draw(t, "n")
					grown[name] = append(grown[name], n)
					news = append(news, added(name, len(grown[name]), n))
				}
				if _, err := b.append(t.Context(), news...); err != nil {
					t.Fatal(err)
				}
				model, total = grown, total+len(news)
			},
			"conflict": func(t *rapid.T) { // one stale version takes its whole transaction down
				name := names.Draw(t, "name")
				if len(model[name]) == 0 {
					return
				}
				stale := rapid.IntRange(1, len(model[name])).Draw(t, "version")
				_, err := b.append(t.Context(), added("d", 1, 1), added(name, stale, 1))
				if _, conflict := errors.AsType[*event.ConflictError](err); !conflict {
					t.Fatalf("version %d again: %v, want *ConflictError", stale, err)
				}
			},
			"rolled back": func(t *rapid.T) {
				name := names.Draw(t, "name")
				if _, err := b.append(t.Context(), added(name, len(model[name])+1, 1000)); err == nil {
					t.Fatal("a broken check was committed")
				}
			},
			"next version": func(t *rapid.T) {
				name := names.Draw(t, "name")
				if v, err := b.nextVersion(t, name); err != nil || v != len(model[name])+1 {
					t.Fatalf("next version of %s = %d, %v; want %d", name, v, err, len(model[name])+1)
				}
			},
			"reopen": func(*rapid.T) { b.Log = event.NewLog(b.db, b.Registry(), time.Now) },
			"":       func(t *rapid.T) { b.same(t, model, total) },
		})
	})
}

// same compares the log, the tables and NextVersion with the model.
func (b *book) same(t *rapid.T, model map[string][]int, total int) {
	next := map[string]int{}
	last := int64(0)
	all := b.all(t, 16)
	for _, e := range all {
		d := e.Payload.(*Added)
		i := next[d.Name]
		if e.Position <= last || e.Version != i+1 || i >= len(model[d.Name]) || model[d.Name][i] != d.N {
			t.Fatalf("position %d: %s version %d adds %d; the model has %v", e.Position, e.Stream, e.Version, d.N, model[d.Name])
		}
		last, next[d.Name] = e.Position, i+1
	}
	if len(all) != total {
		t.Fatalf("%d events, want %d", len(all), total)
	}
	rows, err := b.pool.Query(t.Context(), `select name, sum, version from tallies`)
	if err != nil {
		t.Fatal(err)
	}
	var (
		name         string
		sum, version int
		tallies      int
	)
	if _, err := pgx.ForEachRow(rows, []any{&name, &sum, &version}, func() error {
		tallies++
		want := 0
		for _, n := range model[name] {
			want += n
		}
		if sum != want || version != len(model[name]) {
			t.Fatalf("tally %s = %d of version %d, want %d of %d", name, sum, version, want, len(model[name]))
		}
		return nil
	}); err != nil || tallies != len(model) {
		t.Fatalf("%d tallies, %v; want %d", tallies, err, len(model))
	}
}

func (b *book) nextVersion(t *rapid.T, name string) (int, error) {
	tx, err := b.pool.Begin(t.Context())
	if err != nil {
		return 0, err
	}
	defer tx.Rollback(t.Context())
	return event.NextVersion(t.Context(), tx, "tally-"+name)
}
