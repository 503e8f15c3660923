package api

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/shop/money"
)

// text is an answer's text where the empty one is null.
type text string

// MarshalJSONTo writes the text or null.
func (t text) MarshalJSONTo(e *jsontext.Encoder) error {
	if t == "" {
		return e.WriteToken(jsontext.Null)
	}
	return e.WriteToken(jsontext.String(string(t)))
}

// Schema describes it in the OpenAPI document.
func (text) Schema(huma.Registry) *huma.Schema { return nullable(huma.TypeString) }

// number is an answer's whole number where 0 is null.
type number int

// MarshalJSONTo writes the number or null.
func (n number) MarshalJSONTo(e *jsontext.Encoder) error {
	if n == 0 {
		return e.WriteToken(jsontext.Null)
	}
	return e.WriteToken(jsontext.Int(int64(n)))
}

// Schema describes it in the OpenAPI document.
func (number) Schema(huma.Registry) *huma.Schema { return nullable(huma.TypeInteger) }

// bolivares is an answer's amount where 0, no rate known, is null.
type bolivares money.VES

// MarshalJSONTo writes the amount or null.
func (b bolivares) MarshalJSONTo(e *jsontext.Encoder) error {
	if b == 0 {
		return e.WriteToken(jsontext.Null)
	}
	return money.VES(b).MarshalJSONTo(e)
}

// Schema describes it in the OpenAPI document.
func (bolivares) Schema(huma.Registry) *huma.Schema { return nullable(huma.TypeNumber) }

// rate is an answer's rate where 0, none known, is null.
type rate money.Rate

// MarshalJSONTo writes the rate or null.
func (r rate) MarshalJSONTo(e *jsontext.Encoder) error {
	if r == 0 {
		return e.WriteToken(jsontext.Null)
	}
	return money.Rate(r).MarshalJSONTo(e)
}

// Schema describes it in the OpenAPI document.
func (rate) Schema(huma.Registry) *huma.Schema { return nullable(huma.TypeNumber) }

// instant is a time as the contract writes it: microseconds and +00:00.
type instant time.Time

const instantLayout = "2006-01-02T15:04:05.000000-07:00"

// MarshalJSONTo writes the time, or null for none.
func (t instant) MarshalJSONTo(e *jsontext.Encoder) error {
	at := time.Time(t)
	if at.IsZero() {
		return e.WriteToken(jsontext.Null)
	}
	b := append(e.AvailableBuffer(), '"')
	b = at.UTC().AppendFormat(b, instantLayout)
	return e.WriteValue(append(b, '"'))
}

// Schema describes it in the OpenAPI document.
func (instant) Schema(huma.Registry) *huma.Schema {
	s := nullable(huma.TypeString)
	s.Format = "date-time"
	return s
}

func nullable(kind string) *huma.Schema { return &huma.Schema{Type: kind, Nullable: true} }

// opt is a field of a partial update: not named, null, or a value.
type opt[T any] struct {
	Set   bool // the field was named
	Null  bool
	Value T
}

// UnmarshalJSONFrom notes that the field was named.
func (o *opt[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	o.Set = true
	if d.PeekKind() == 'n' {
		o.Null = true
		return d.SkipValue()
	}
	return json.UnmarshalDecode(d, &o.Value)
}

// MarshalJSONTo writes the value or null.
func (o opt[T]) MarshalJSONTo(e *jsontext.Encoder) error {
	if !o.Set || o.Null {
		return e.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(e, o.Value)
}

// Schema describes it in the OpenAPI document.
func (o opt[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = s.Ref == "" && s.Type != huma.TypeObject
	return &s
}

// pointer is the value for a change: nil when not named, the zero value for null.
func (o opt[T]) pointer() *T {
	if !o.Set {
		return nil
	}
	v := o.Value
	return &v
}

// id is a row's id in a body: a positive 32-bit number, also as text, because pages take it from their address.
type id int

func (id) want() string { return "un número entero positivo" }

// UnmarshalJSONFrom reads a number or digits.
func (i *id) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	digits := string(value)
	if value.Kind() == '"' {
		if err := json.Unmarshal(value, &digits); err != nil {
			return err
		}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n <= 0 {
		return fmt.Errorf("want a positive whole number, got %s", value.Kind())
	}
	*i = id(n)
	return nil
}

// Schema describes it in the OpenAPI document.
func (id) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Minimum: new(1.0)}
}
