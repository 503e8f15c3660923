package event

import (
	"errors"
	"fmt"
	"reflect"
	"sort"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"
)

// Def ties a stored type to its Go struct and to the statements that apply it. Made by On.
type Def struct {
	Name   string // "orders.placed"
	Schema int    // current schema version, from 1
	goType reflect.Type
	apply  func(b *pgx.Batch, run []*Recorded)
	up     map[int]Upcaster
}

// Upcaster turns the data of one schema version into that of the next.
type Upcaster func(jsontext.Value) (jsontext.Value, error)

// On defines an event type: its stored name, its schema version, and apply, which queues set-based statements for a run of
// such events in log order. apply must not fail, read a clock or make ids; upcasters[i] leads from version i+1 to i+2.
func On[T any](name string, schema int, apply func(b *pgx.Batch, run []Of[T]), upcasters ...Upcaster) Def {
	d := Def{Name: name, Schema: schema, goType: reflect.TypeFor[T](), up: map[int]Upcaster{}}
	for i, u := range upcasters {
		d.up[i+1] = u
	}
	d.apply = func(b *pgx.Batch, run []*Recorded) {
		typed := make([]Of[T], len(run))
		for i, r := range run {
			typed[i] = Of[T]{r, r.Payload.(*T)}
		}
		apply(b, typed)
	}
	return d
}

// GoType is the struct that holds the type's current form.
func (d Def) GoType() reflect.Type { return d.goType }

// Registry knows every event type of the program.
type Registry struct {
	byName map[string]*Def
	byType map[reflect.Type]*Def
}

// NewRegistry joins the definitions of all packages; two of one name, or one struct under two names, are errors.
func NewRegistry(sets ...[]Def) (*Registry, error) {
	r := &Registry{byName: map[string]*Def{}, byType: map[reflect.Type]*Def{}}
	var errs []error
	for _, set := range sets {
		for _, d := range set {
			if r.byName[d.Name] != nil || r.byType[d.goType] != nil {
				errs = append(errs, fmt.Errorf("event type %s (%v) is defined twice", d.Name, d.goType))
			}
			if len(d.up) != d.Schema-1 {
				errs = append(errs, fmt.Errorf("event type %s: %d upcasters for schema version %d", d.Name, len(d.up), d.Schema))
			}
			r.byName[d.Name], r.byType[d.goType] = &d, &d
		}
	}
	return r, errors.Join(errs...)
}

// Defs are all definitions by name.
func (r *Registry) Defs() []Def {
	defs := make([]Def, 0, len(r.byName))
	for _, d := range r.byName {
		defs = append(defs, *d)
	}
	sort.Slice(defs, func(i, j int) bool { return defs[i].Name < defs[j].Name })
	return defs
}

// Encode is the stored form of a payload, a pointer to a registered struct.
func (r *Registry) encode(payload any) (*Def, []byte, error) {
	t := reflect.TypeOf(payload)
	if t == nil || t.Kind() != reflect.Pointer || r.byType[t.Elem()] == nil {
		return nil, nil, fmt.Errorf("encode event: %T is no pointer to a registered event type", payload)
	}
	d := r.byType[t.Elem()]
	data, err := json.Marshal(payload)
	if err != nil {
		return nil, nil, fmt.Errorf("encode event %s: %w", d.Name, err)
	}
	if len(data) > MaxData {
		return nil, nil, fmt.Errorf("encode event %s: %d bytes are more than %d", d.Name, len(data), MaxData)
	}
	return d, data, nil
}

// Decode reads stored data of any known schema version into a pointer to the type's struct.
func (r *Registry) Decode(name string, schema int, data []byte) (any, error) {
	d := r.byName[name]
	if d == nil || schema < 1 || schema > d.Schema {
		return nil, &UnknownError{name, schema}
	}
	value := jsontext.Value(data)
	for v := schema; v < d.Schema; v++ {
		var err error
		if value, err = d.up[v](value); err != nil {
			return nil, fmt.Errorf("upcast %s from schema version %d: %w", name, v, err)
		}
	}
	payload := reflect.New(d.goType).Interface()
	if err := json.Unmarshal(value, payload, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("decode event %s: %w", name, err)
	}
	return payload, nil
}

// Apply queues the statements that bring the tables from before events to after them, run by run of one type.
func (r *Registry) Apply(b *pgx.Batch, events []*Recorded) {
	for start := 0; start < len(events); {
		end := start + 1
		for end < len(events) && events[end].Type == events[start].Type {
			end++
		}
		r.byName[events[start].Type].apply(b, events[start:end])
		start = end
	}
}
