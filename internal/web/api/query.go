package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
)

// pathID is a positive 32-bit id in the path.
func pathID(r *http.Request, name string) (int, error) {
	s := r.PathValue(name)
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n <= 0 || strings.HasPrefix(s, "+") {
		return 0, fault.Invalidf(name, "%s: must be a positive whole number", name)
	}
	return int(n), nil
}

// pathText is a readable text in the path.
func pathText(r *http.Request, name string, most int) (string, error) {
	s := strings.TrimSpace(r.PathValue(name))
	if !readable(s, most) || s == "" {
		return "", fault.Invalidf(name, "%s: must be 1 to %d readable characters", name, most)
	}
	return s, nil
}

func readable(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
}

// query reads parameters and collects what is wrong with them. Unknown parameters are ignored; an empty one counts as
// not given.
type query struct {
	fault.Checker
	values url.Values
}

func queryOf(r *http.Request) *query { return queryFrom(r.URL.RawQuery) }

func queryFrom(raw string) *query {
	if raw == "" {
		return &query{}
	}
	values, err := url.ParseQuery(raw)
	q := &query{values: values}
	q.Check(err == nil, "query", "The query of the address is malformed.")
	return q
}

// first is the value of the first of these names that is given.
func (q *query) first(names ...string) (name, value string) {
	for _, name := range names {
		if v := strings.TrimSpace(q.values.Get(name)); v != "" {
			return name, v
		}
	}
	return names[0], ""
}

func (q *query) text(most int, names ...string) string {
	name, v := q.first(names...)
	if !q.Check(readable(v, most), name, "%s: must be at most %d readable characters", name, most) {
		return ""
	}
	return v
}

// number is a whole number from least to most, or none when it is not given.
func (q *query) number(least, most, none int, name string) int {
	_, v := q.first(name)
	if v == "" {
		return none
	}
	n, err := strconv.Atoi(v)
	if !q.Check(err == nil && n >= least && n <= most, name, "%s: must be a whole number from %d to %d", name, least, most) {
		return none
	}
	return n
}

func (q *query) flag(names ...string) *bool {
	name, v := q.first(names...)
	switch v {
	case "":
		return nil
	case "true", "1":
		return new(true)
	case "false", "0":
		return new(false)
	}
	q.Check(false, name, "%s: must be true or false", name)
	return nil
}

func (q *query) is(names ...string) bool {
	b := q.flag(names...)
	return b != nil && *b
}

func (q *query) usd(name string) *money.USD {
	_, v := q.first(name)
	if v == "" {
		return nil
	}
	amount, err := money.ParseUSD(v)
	if !q.Check(err == nil && amount >= 0 && !strings.HasPrefix(v, "-"), name, "%s: must be a number of at least 0", name) {
		return nil
	}
	return &amount
}

func (q *query) oneOf(name string, values ...string) string {
	_, v := q.first(name)
	if v != "" && !q.Check(slices.Contains(values, v), name, "%s: must be one of %s", name, strings.Join(values, ", ")) {
		return ""
	}
	return v
}

const (
	maxID     = 1<<31 - 1
	maxOffset = 10_000_000
)

// page is limit and offset; the offset may be told as a page number. limit above most is cut to it, none and 0 mean 0.
func (q *query) page(most int) (limit, offset int) {
	limit = min(q.number(0, maxID, 0, "limit"), most)
	offset = q.number(0, maxOffset, -1, "offset")
	page := q.number(1, maxOffset, 1, "page")
	if offset < 0 {
		offset = min((page-1)*limit, maxOffset)
	}
	return limit, offset
}
