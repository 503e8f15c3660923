package app_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"floresya/internal/app"
	"floresya/internal/event"
	"floresya/internal/shop/money"
)

var update = flag.Bool("update", false, "write the files of event types and versions that have none yet")

// golden is where each stored type and version has one example and one JSON Schema, for ever.
const golden = "../../docs/events"

func TestEventTypesKeepTheirForm(t *testing.T) {
	registry, err := app.Events()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range registry.Defs() {
		base := filepath.Join(golden, fmt.Sprintf("%s.v%d", d.Name, d.Schema))
		compareGolden(t, base+".json", example(t, d))
		compareGolden(t, base+".schema.json", schemaOf(t, d))
	}
}

func TestEveryEventEverStoredCanBeRead(t *testing.T) {
	registry, err := app.Events()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(golden, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	name := regexp.MustCompile(`^(.+)\.v(\d+)\.json$`)
	for _, file := range files {
		m := name.FindStringSubmatch(filepath.Base(file))
		if m == nil {
			continue // a schema
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		version, _ := strconv.Atoi(m[2])
		if _, err := registry.Decode(m[1], version, data); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(file)
	if os.IsNotExist(err) && *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Errorf("%v; go test ./internal/app -run Events -update writes it", err)
		return
	}
	if string(got) != string(want) {
		t.Errorf("%s: the stored form has changed; give the type a new schema version with an upcaster.\ngot  %s\nwant %s", file, got, want)
	}
}

// example is the type's JSON with every field filled.
func example(t *testing.T, d event.Def) []byte {
	t.Helper()
	v := reflect.New(d.GoType())
	fill(v.Elem())
	data, err := json.Marshal(v.Interface(), jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		t.Fatalf("%s: %v", d.Name, err)
	}
	return append(data, '\n')
}

// fill gives every field a value that says something about its type.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case uuid.UUID:
		v.Set(reflect.ValueOf(uuid.MustParse("01920000-0000-7000-8000-000000000001")))
		return
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 5, 10, 13, 0, 0, 0, time.UTC)))
		return
	case money.USD, money.VES:
		v.SetInt(45_90)
		return
	case money.Rate:
		v.SetInt(243_800_000)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
		panic(fmt.Sprintf("no example for %v", v.Type()))
	}
}

// schemaOf is the JSON Schema of the type, from the same struct.
func schemaOf(t *testing.T, d event.Def) []byte {
	t.Helper()
	registry := huma.NewMapRegistry("#/$defs/", huma.DefaultSchemaNamer)
	for _, amount := range []reflect.Type{reflect.TypeFor[money.USD](), reflect.TypeFor[money.VES](), reflect.TypeFor[money.Rate]()} {
		registry.RegisterTypeAlias(amount, reflect.TypeFor[float64]())
	}
	registry.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[string]())
	schema := registry.Schema(d.GoType(), false, d.Name)
	document := map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": d.Name, "$defs": registry.Map()}
	encoded, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &document); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(document, jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		t.Fatalf("%s: %v", d.Name, err)
	}
	return append(data, '\n')
}
