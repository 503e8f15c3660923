package saga

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
)

// State is where a saga stands between transitions.
type State string

// Signal is what a look at the saga's order says; "" is nothing to do.
type Signal string

// Saga is one process, as its steps see it.
type Saga struct {
	ID      string
	Kind    string
	OrderID int
	State   State
	// Round counts how often the saga has left a final state: it tells a second cancellation from a repeated first one.
	Round int
	// At is the instant of the turn.
	At time.Time
}

// Transition is one row of a machine's table: in From, on signal On, do the steps in order, then stand in To.
type Transition struct {
	From State
	On   Signal
	Do   []string
	To   State
}

// Step is something a saga does. Name is stable: it is part of the record.
type Step struct {
	Name string
	// Timeout bounds one attempt of Do or Undo. Default 10 s.
	Timeout time.Duration
	// Do runs at least once per key. Nil: nothing happens outside the transaction.
	Do func(ctx context.Context, key string, s Saga) error
	// Within runs in the transaction that records the step. Nil: nothing to write.
	Within func(ctx context.Context, tx pgx.Tx, key string, s Saga) error
	// Undo takes back what Do or Within did; it succeeds when nothing is left to undo. Nil: nothing to take back.
	Undo func(ctx context.Context, key string, s Saga) error
}

// Definition is the law of one kind of saga.
type Definition struct {
	Kind  string
	Start State
	// Final states are rest: nothing leads out of them by itself, only a change of what the saga is about.
	Final []State
	// Failed is the final state of a run whose step failed for good.
	Failed State
	Table  []Transition
	Steps  []Step
	// Begun is what the transaction did that started the saga; it is undone last. Its Do and Within never run.
	Begun Step
	// Look reads through q what the saga is about. It returns a signal, or "" and when to look again (zero: when woken).
	Look func(ctx context.Context, q postgres.Querier, s Saga) (Signal, time.Time, error)
}

// Machine is a Definition that has been checked. Immutable.
type Machine struct {
	def   Definition
	next  map[State]map[Signal]Transition
	steps map[string]Step
}

// Define checks a definition: a table without unreachable states and without dead ends, steps that exist and are used.
// All faults are reported at once.
func Define(def Definition) (*Machine, error) {
	m := &Machine{def: def, next: map[State]map[Signal]Transition{}, steps: map[string]Step{}}
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("saga %s: "+format, append([]any{def.Kind}, args...)...))
	}
	for _, s := range def.Steps {
		if s.Timeout == 0 {
			s.Timeout = 10 * time.Second
		}
		if _, twice := m.steps[s.Name]; twice || s.Name == "" || s.Name == def.Begun.Name {
			wrong("step %q has no name of its own", s.Name)
		}
		m.steps[s.Name] = s
	}
	if m.def.Begun.Timeout == 0 {
		m.def.Begun.Timeout = 10 * time.Second
	}
	used := map[string]bool{}
	for _, t := range def.Table {
		if m.next[t.From] == nil {
			m.next[t.From] = map[Signal]Transition{}
		}
		if _, twice := m.next[t.From][t.On]; twice || t.On == "" {
			wrong("state %q has no single answer to signal %q", t.From, t.On)
		}
		m.next[t.From][t.On] = t
		for _, name := range t.Do {
			if _, known := m.steps[name]; !known {
				wrong("%s on %s does the unknown step %q", t.From, t.On, name)
			}
			used[name] = true
		}
	}
	for name := range m.steps {
		if !used[name] {
			wrong("step %q is in no transition", name)
		}
	}
	if !slices.Contains(def.Final, def.Failed) {
		wrong("the failed state %q is not final", def.Failed)
	}
	for _, err := range checkStates(def) {
		wrong("%w", err)
	}
	return m, errors.Join(errs...)
}

// checkStates finds states that no run can be in and states that no run can leave for a final one.
func checkStates(def Definition) []error {
	all := map[State]bool{def.Start: true}
	for _, t := range def.Table {
		all[t.From], all[t.To] = true, true
	}
	reached := spread(def.Table, []State{def.Start, def.Failed}, func(t Transition) (State, State) { return t.From, t.To })
	ending := spread(def.Table, def.Final, func(t Transition) (State, State) { return t.To, t.From })
	var errs []error
	for s := range all {
		if !reached[s] {
			errs = append(errs, fmt.Errorf("state %q is unreachable", s))
		}
		if !ending[s] {
			errs = append(errs, fmt.Errorf("state %q is a dead end", s))
		}
	}
	for _, s := range def.Final {
		if !reached[s] && !all[s] {
			errs = append(errs, fmt.Errorf("final state %q is unreachable", s))
		}
	}
	return errs
}

// spread is every state that the edges of the table lead to from the seeds.
func spread(table []Transition, seeds []State, edge func(Transition) (from, to State)) map[State]bool {
	found := map[State]bool{}
	for _, s := range seeds {
		found[s] = true
	}
	for grew := true; grew; {
		grew = false
		for _, t := range table {
			if from, to := edge(t); found[from] && !found[to] {
				found[to], grew = true, true
			}
		}
	}
	return found
}

// Next is the pure transition function: what to do in a state on a signal, and where that leads.
func (m *Machine) Next(state State, signal Signal) (Transition, bool) {
	t, ok := m.next[state][signal]
	return t, ok
}

// Final reports whether state is one of rest.
func (m *Machine) Final(state State) bool { return slices.Contains(m.def.Final, state) }

// within reports that everything t does happens inside the recording transaction.
func (m *Machine) within(t Transition) bool {
	return !slices.ContainsFunc(t.Do, func(name string) bool { return m.steps[name].Do != nil })
}
