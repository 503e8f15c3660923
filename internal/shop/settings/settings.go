// Package settings keeps the texts and numbers of the shop that its people change without a programmer: contact, hours,
// where to pay, the price of delivery.
//
// Each setting lives in the stream "setting-KEY". Values are text; Type says how programs read them. Keys are one without
// regard to case. Reads come from the database each time, so a change holds from its commit. One setting is not decided
// here: bcv_usd_rate follows the rate of the day.
package settings

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/postgres"
)

// Derived is the setting that follows the rate of the day and cannot be set here.
const Derived = "bcv_usd_rate"

// Setting is one row.
type Setting struct {
	ID                   int
	Key, Value           string
	Description, Type    string // Type is string, number, boolean or json
	Public, Active       bool
	Version              int
	CreatedAt, UpdatedAt time.Time
}

// Typed is the value as its type says: a number and JSON as jsontext.Value, a boolean as bool, anything else, also what
// does not read as its type, as string.
func (s Setting) Typed() any {
	switch s.Type {
	case "boolean":
		switch strings.ToLower(s.Value) {
		case "true", "1":
			return true
		case "false", "0":
			return false
		}
	case "number":
		if v := jsontext.Value(s.Value); v.IsValid() && v.Kind() == '0' {
			return v
		}
	case "json":
		if v := jsontext.Value(s.Value); v.IsValid() {
			return v
		}
	}
	return s.Value
}

// Settings reads and changes the shop's settings. Safe for concurrent use.
type Settings struct {
	db  *postgres.DB
	log *event.Log
	ids *postgres.Sequence
}

// New makes Settings over db, whose log knows Events.
func New(db *postgres.DB, log *event.Log) *Settings {
	return &Settings{db: db, log: log, ids: postgres.NewSequence(db, "settings_id_seq", 1)}
}

func read(ctx context.Context, q postgres.Querier, rest string, args ...any) ([]Setting, error) {
	rows, err := q.Query(ctx, `select id, key, value, coalesce(description, ''), type, is_public, active, version, created_at,
		updated_at from settings`+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Setting, error) {
		var s Setting
		err := row.Scan(&s.ID, &s.Key, &s.Value, &s.Description, &s.Type, &s.Public, &s.Active, &s.Version, &s.CreatedAt, &s.UpdatedAt)
		s.CreatedAt, s.UpdatedAt = s.CreatedAt.UTC(), s.UpdatedAt.UTC()
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return list, nil
}

// Public is the active settings that everybody may see, by key.
func (s *Settings) Public(ctx context.Context) ([]Setting, error) {
	return read(ctx, s.db.Reader(), ` where is_public and active order by key collate "C"`)
}

// All is every setting by key, also private and inactive ones.
func (s *Settings) All(ctx context.Context) ([]Setting, error) {
	return read(ctx, s.db.Reader(), ` order by key collate "C"`)
}

// Lookup finds the active setting of that key, public or not; ok is false without one.
func (s *Settings) Lookup(ctx context.Context, key string) (found Setting, ok bool, err error) {
	if !validKey(key) {
		return Setting{}, false, nil
	}
	list, err := read(ctx, s.db.Reader(), ` where upper(key) = upper($1) and active`, key)
	if err != nil || len(list) == 0 {
		return Setting{}, false, err
	}
	return list[0], true, nil
}

// Map is the typed values of the active settings by key: the public ones, or all.
func (s *Settings) Map(ctx context.Context, includePrivate bool) (map[string]any, error) {
	list, err := read(ctx, s.db.Reader(), ` where active and (is_public or $1)`, includePrivate)
	if err != nil {
		return nil, err
	}
	values := make(map[string]any, len(list))
	for _, one := range list {
		values[one.Key] = one.Typed()
	}
	return values, nil
}
