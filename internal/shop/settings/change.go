package settings

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
)

// Types are the ways in which a value reads.
func Types() []string { return []string{"string", "number", "boolean", "json"} }

// NewSetting is what a setting begins with. Type "" is string.
type NewSetting struct {
	Key, Value, Description, Type string
	Public                        bool
}

// Change is what becomes different; nil leaves a field as it is.
type Change struct {
	Value, Description, Type *string
	Public                   *bool
}

func stream(key string) string { return "setting-" + key }

func validKey(key string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return key != "" && len(key) <= 100 && strings.Trim(key, letters+strings.ToUpper(letters)+"0123456789_") == ""
}

// check looks at what a setting would be. Two of them are read as numbers when orders are placed, whatever their type says: a
// slip there would deliver for nothing.
func check(c *fault.Checker, key, value, description, kind string) {
	switch strings.ToUpper(key) {
	case "DELIVERY_COST_USD":
		cost, err := money.ParseUSD(value)
		c.Check(err == nil && cost >= 0 && cost <= maxDelivery, "value", "value: dollars from 0 to %s, such as 5.00", maxDelivery)
	case "PAYMENT_HOLD_HOURS":
		hours, err := strconv.ParseFloat(value, 64)
		c.Check(value == "" || err == nil && hours > 0 && hours <= 24*365, "value", "value: hours, more than 0 and at most a year; empty for the default")
	}
	checkText(c, "value", value, 5000)
	checkText(c, "description", description, 1000)
	if c.Check(slices.Contains(Types(), kind), "type", "type: string, number, boolean or json") && kind != "string" && value != "" {
		_, text := Setting{Value: value, Type: kind}.Typed().(string)
		c.Check(!text, "value", "value: does not read as %s", kind)
	}
}

const maxDelivery = money.USD(1000_00)

func checkText(c *fault.Checker, path, s string, n int) {
	c.Check(utf8.RuneCountInString(s) <= n, path, "%s: at most %d characters", path, n)
	c.Check(utf8.ValidString(s) && !strings.Contains(s, "\x00"), path, "%s: characters that cannot be read", path)
}

func notFound(key string) error {
	return fault.NotFoundf("The requested setting was not found.").With("resource", "Setting").With("key", key)
}

func taken(key string) *fault.Error {
	return fault.New(fault.Conflict, "setting_taken", "The setting %s exists already.", key).With("key", key)
}

func derived() error {
	return fault.New(fault.Conflict, "setting_derived", "The setting %s follows the rate of the day; set the rate instead.", Derived)
}

// Create adds a setting. Faults: Invalid; Conflict setting_taken, also by an inactive one, or setting_derived.
func (s *Settings) Create(ctx context.Context, n NewSetting) (int, error) {
	if n.Type == "" {
		n.Type = "string"
	}
	var c fault.Checker
	c.Check(validKey(n.Key), "key", "key: 1 to 100 letters, digits and underscores")
	check(&c, n.Key, n.Value, n.Description, n.Type)
	if err := c.Err(); err != nil {
		return 0, err
	}
	if strings.EqualFold(n.Key, Derived) {
		return 0, derived()
	}
	ids, err := s.ids.Next(ctx, 1)
	if err != nil {
		return 0, err
	}
	id, err := idempotency.Execute(ctx, s.log, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, int, error) {
		found, err := read(ctx, tx, ` where upper(key) = upper($1)`, n.Key)
		if err != nil {
			return nil, 0, err
		}
		if len(found) > 0 {
			return nil, 0, taken(n.Key)
		}
		return []event.New{n.event(ids[0])}, ids[0], nil
	})
	if postgres.Constraint(err) == "settings_key" {
		return 0, taken(n.Key).Because(err)
	}
	return id, err
}

func (n NewSetting) event(id int) event.New {
	return event.New{Stream: stream(n.Key), Version: 1, Payload: &Created{ID: id, Key: n.Key, Value: n.Value,
		Description: n.Description, Type: n.Type, Public: n.Public}}
}

// Set gives an active setting a value. Faults: Invalid; NotFound; Conflict setting_derived.
func (s *Settings) Set(ctx context.Context, key, value string) error {
	return s.Change(ctx, key, Change{Value: &value})
}

// Change changes an active setting. Faults as those of Set.
func (s *Settings) Change(ctx context.Context, key string, ch Change) error {
	if ch == (Change{}) {
		return fault.New(fault.Invalid, "empty_change", "Nothing to change was given.")
	}
	return s.change(ctx, key, func(old Setting) ([]any, error) {
		now := old
		for field, value := range map[*string]*string{&now.Value: ch.Value, &now.Description: ch.Description, &now.Type: ch.Type} {
			if value != nil {
				*field = *value
			}
		}
		if ch.Public != nil {
			now.Public = *ch.Public
		}
		var c fault.Checker
		check(&c, now.Key, now.Value, now.Description, now.Type)
		if err := c.Err(); err != nil {
			return nil, err
		}
		var payloads []any
		if now.Description != old.Description || now.Type != old.Type || now.Public != old.Public {
			payloads = append(payloads, &Described{old.ID, now.Description, now.Type, now.Public})
		}
		if now.Value != old.Value {
			payloads = append(payloads, &Set{old.ID, now.Value})
		}
		return payloads, nil
	})
}

// Deactivate hides a setting; its key stays taken. An inactive one is NotFound.
func (s *Settings) Deactivate(ctx context.Context, key string) error {
	return s.change(ctx, key, func(old Setting) ([]any, error) { return []any{&Deactivated{old.ID}}, nil })
}

func (s *Settings) change(ctx context.Context, key string, decide func(Setting) ([]any, error)) error {
	if !validKey(key) {
		return notFound("")
	}
	if strings.EqualFold(key, Derived) {
		return derived()
	}
	_, err := s.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		found, err := read(ctx, tx, ` where upper(key) = upper($1) and active for no key update`, key)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, notFound(key)
		}
		payloads, err := decide(found[0])
		if err != nil {
			return nil, err
		}
		news := make([]event.New, len(payloads))
		for i, p := range payloads {
			news[i] = event.New{Stream: stream(found[0].Key), Version: found[0].Version + 1 + i, Payload: p}
		}
		return news, nil
	})
	return err
}
