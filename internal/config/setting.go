package config

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"floresya/internal/security/secret"
)

// Setting is one line of the table.
type Setting struct {
	Name    string // of the flag, without dashes; "listen"
	Group   string
	Unit    string
	Default string
	Range   string // "": anything the unit allows
	Effect  string
	Command string // "up" or "serve" when only one of them has it
	Hot     bool   // changes while running
	Secret  bool   // has no flag unless Flag: command lines are seen by other users
	Flag    bool
	Switch  bool // a flag without value means true

	read func(*Config, string) error
}

// Variable is the name in the environment and in the file: FLORESYA_LISTEN.
func (s Setting) Variable() string {
	return "FLORESYA_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

func (s Setting) unit(u string) Setting       { s.Unit = u; return s }
func (s Setting) span(r string) Setting       { s.Range = r; return s }
func (s Setting) only(cmd string) Setting     { s.Command = cmd; return s }
func (s Setting) hot() Setting                { s.Hot = true; return s }
func (s Setting) withFlag() Setting           { s.Flag = true; return s }
func (s Setting) is(c bool, u string) Setting { s.Switch, s.Unit = c, u; return s }

func in(group string, list ...Setting) []Setting {
	for i := range list {
		list[i].Group = group
	}
	return list
}

// value is a setting of any type.
func value[T any](name, def string, parse func(string) (T, error), field func(*Config) *T, effect string) Setting {
	return Setting{Name: name, Default: def, Effect: effect, Flag: true, Unit: "text",
		read: func(c *Config, text string) error {
			v, err := parse(text)
			if err == nil {
				*field(c) = v
			}
			return err
		}}
}

func text(name, def string, field func(*Config) *string, check func(string) error, effect string) Setting {
	return value(name, def, func(v string) (string, error) { return v, check(v) }, field, effect)
}

func secretText(name string, field func(*Config) *secret.Text, check func(string) error, effect string) Setting {
	s := value(name, "", func(v string) (secret.Text, error) { return secret.New(v), check(v) }, field, effect)
	s.Secret, s.Flag = true, false
	return s
}

func flag(name string, field func(*Config) *bool, effect string) Setting {
	return value(name, "false", strconv.ParseBool, field, effect).is(true, "true or false")
}

func choice[T ~string](name, def string, all []T, field func(*Config) *T, effect string) Setting {
	var words []string
	for _, v := range all {
		words = append(words, string(v))
	}
	list := strings.Join(words, ", ")
	return value(name, def, func(v string) (T, error) {
		for _, one := range all {
			if string(one) == v {
				return one, nil
			}
		}
		return "", fmt.Errorf("%q is none of %s", v, list)
	}, field, effect).unit("word").span(list)
}

func number(name, def string, least, most int, field func(*Config) *int, effect string) Setting {
	return value(name, def, func(v string) (int, error) {
		n, err := strconv.Atoi(v)
		if err != nil {
			return 0, fmt.Errorf("%q is no whole number", v)
		}
		return n, between(n, least, most)
	}, field, effect).unit("number").span(fmt.Sprintf("%d – %d", least, most))
}

func ratio(name, def string, least, most float64, field func(*Config) *float64, effect string) Setting {
	return value(name, def, func(v string) (float64, error) {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || x != x { // NaN compares with nothing
			return 0, fmt.Errorf("%q is no number", v)
		}
		return x, between(x, least, most)
	}, field, effect).unit("ratio").span(fmt.Sprintf("%g – %g", least, most))
}

func duration(name, def string, least, most time.Duration, field func(*Config) *time.Duration, effect string) Setting {
	return value(name, def, func(v string) (time.Duration, error) {
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, fmt.Errorf("%q is no duration such as 1h30m or 500ms", v)
		}
		return d, between(d, least, most)
	}, field, effect).unit("duration").span(short(least) + " – " + short(most))
}

func bytesize(name, def string, least, most int64, field func(*Config) *int64, effect string) Setting {
	return value(name, def, func(v string) (int64, error) {
		n, err := parseBytes(v)
		if err != nil {
			return 0, err
		}
		return n, between(n, least, most)
	}, field, effect).unit("bytes, kB, MB").span(fmt.Sprintf("%dkB – %dMB", least>>10, most>>20))
}

func between[T cmp.Ordered](v, least, most T) error {
	if v < least || v > most {
		return fmt.Errorf("%v is not between %v and %v", v, least, most)
	}
	return nil
}

// short writes 1h instead of 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
