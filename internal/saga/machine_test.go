package saga

import (
	"context"
	"strings"
	"testing"
	"time"

	"floresya/internal/postgres"
)

func never(context.Context, postgres.Querier, Saga) (Signal, time.Time, error) {
	return "", time.Time{}, nil
}

func TestDefineFindsFaultsOfATable(t *testing.T) {
	t.Parallel()
	good := func() Definition {
		return Definition{Kind: "k", Start: "a", Final: []State{"z"}, Failed: "z", Look: never,
			Table: []Transition{{From: "a", On: "go", Do: []string{"s"}, To: "z"}}, Steps: []Step{{Name: "s"}}}
	}
	if _, err := Define(good()); err != nil {
		t.Fatalf("a sound table: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*Definition)
		want   string
	}{
		"unreachable": {func(d *Definition) { d.Table = append(d.Table, Transition{From: "island", On: "go", To: "z"}) }, `"island" is unreachable`},
		"dead end":    {func(d *Definition) { d.Table = append(d.Table, Transition{From: "a", On: "fall", To: "pit"}) }, `"pit" is a dead end`},
		"circle": {func(d *Definition) {
			d.Table = append(d.Table, Transition{From: "a", On: "turn", To: "b"}, Transition{From: "b", On: "turn", To: "c"},
				Transition{From: "c", On: "turn", To: "b"})
		}, `"c" is a dead end`},
		"two answers":  {func(d *Definition) { d.Table = append(d.Table, Transition{From: "a", On: "go", To: "a"}) }, "no single answer"},
		"unknown step": {func(d *Definition) { d.Table[0].Do = []string{"s", "x"} }, `unknown step "x"`},
		"unused step":  {func(d *Definition) { d.Steps = append(d.Steps, Step{Name: "idle"}) }, `"idle" is in no transition`},
		"failed state": {func(d *Definition) { d.Failed = "a" }, "is not final"},
	} {
		def := good()
		c.change(&def)
		if _, err := Define(def); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, c.want)
		}
	}
}
