package event_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
)

func define[T any](name string, schema int, up ...event.Upcaster) event.Def {
	return event.On(name, schema, func(*pgx.Batch, []event.Of[T]) {}, up...)
}

func replace(old, new string) event.Upcaster {
	return func(v jsontext.Value) (jsontext.Value, error) {
		if !strings.Contains(string(v), old) {
			return nil, errors.New("no " + old)
		}
		return jsontext.Value(strings.ReplaceAll(string(v), old, new)), nil
	}
}

func TestRegistryRefusesWrongDefinitions(t *testing.T) {
	t.Parallel()
	for what, defs := range map[string][]event.Def{
		"two of one name":        {define[Added]("a", 1), define[Noted]("a", 1)},
		"one struct twice":       {define[Added]("a", 1), define[Added]("b", 1)},
		"too few upcasters":      {define[Added]("a", 3, replace("x", "y"))},
		"too many upcasters":     {define[Added]("a", 1, replace("x", "y"))},
		"a schema version below": {define[Added]("a", 0)},
	} {
		if _, err := event.NewRegistry(defs); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	_, err := event.NewRegistry([]event.Def{define[Added]("a", 2)}, []event.Def{define[Added]("a", 1)})
	if err == nil || !strings.Contains(err.Error(), "upcasters") || !strings.Contains(err.Error(), "twice") {
		t.Errorf("error = %v, want both faults at once, also across packages", err)
	}
}

func TestOldSchemasPassAllUpcasters(t *testing.T) {
	t.Parallel()
	r, err := event.NewRegistry([]event.Def{define[Added]("tally.added", 3, replace("label", "title"), replace("title", "name"))})
	if err != nil {
		t.Fatal(err)
	}
	for schema, data := range map[int]string{1: `{"label":"a","n":2}`, 2: `{"title":"a","n":2}`, 3: `{"name":"a","n":2}`} {
		got, err := r.Decode("tally.added", schema, []byte(data))
		if err != nil || *got.(*Added) != (Added{"a", 2}) {
			t.Errorf("schema version %d: %+v, %v; want {a 2}", schema, got, err)
		}
	}
	if _, err := r.Decode("tally.added", 1, []byte(`{"title":"a"}`)); err == nil {
		t.Error("an upcaster that cannot read its data: no error")
	}
}

func TestDataOfANewerProgramIsUnknown(t *testing.T) {
	t.Parallel()
	r, err := event.NewRegistry([]event.Def{define[Added]("tally.added", 1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []event.UnknownError{{"tally.added", 2}, {"tally.added", 0}, {"tally.doubled", 1}, {"", 1}} {
		_, err := r.Decode(want.Type, want.Schema, []byte(`{}`))
		if got, ok := errors.AsType[*event.UnknownError](err); !ok || *got != want {
			t.Errorf("error = %v, want %+v", err, want)
		}
	}
}

func TestStoredDataThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	r, err := event.NewRegistry([]event.Def{define[Added]("tally.added", 1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{`{"name":"a","n":1,"more":1}`, `{"name":1}`, `{"n":"1"}`, `{"name":"a","name":"b"}`, `[]`, ``, "{\"name\":\"\xff\"}", `{"n":1.5}`} {
		if got, err := r.Decode("tally.added", 1, []byte(data)); err == nil {
			t.Errorf("%s is read as %+v, want an error", data, got)
		}
	}
}

func TestScanTellsWhereTheLogIsUnknown(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if _, err := b.append(t.Context(), added("a", 1, 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(t.Context(), `update events set schema = 9`); err != nil {
		t.Fatal(err)
	}
	_, err := b.Stream(t.Context(), b.Reader(), "tally-a")
	if _, unknown := errors.AsType[*event.UnknownError](err); !unknown || !strings.Contains(err.Error(), "event 1") {
		t.Errorf("error = %v, want *UnknownError that names the position", err)
	}
}

func TestDefsAreSortedAndKnowTheirStruct(t *testing.T) {
	t.Parallel()
	r, err := event.NewRegistry([]event.Def{define[Noted]("b", 1)}, []event.Def{define[Added]("a", 1)})
	if err != nil {
		t.Fatal(err)
	}
	defs := r.Defs()
	if len(defs) != 2 || defs[0].Name != "a" || defs[0].GoType().Name() != "Added" || defs[1].Name != "b" {
		t.Errorf("defs = %+v", defs)
	}
}

func TestRoundsHoldEachStreamOnce(t *testing.T) {
	t.Parallel()
	var run []event.Of[Noted]
	for _, stream := range strings.Split("abcacbbd", "") {
		run = append(run, event.Of[Noted]{Recorded: &event.Recorded{Stream: stream}})
	}
	var got []string
	for round := range event.Rounds(run) {
		text := ""
		for _, e := range round {
			text += e.Stream
		}
		got = append(got, text)
	}
	if want := "abc acb bd"; strings.Join(got, " ") != want {
		t.Errorf("rounds = %v, want %s", got, want)
	}
	for range event.Rounds(run) {
		break // stops early without a word
	}
	for range event.Rounds[Noted](nil) {
		t.Error("a round of nothing")
	}
}
