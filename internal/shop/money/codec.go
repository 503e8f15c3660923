package money

import (
	"fmt"
	"math/big"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5/pgtype"
)

// The one codec between Go and SQL numeric: amounts scan from and encode to numeric, also inside arrays. NULL is refused;
// nullable columns scan into pointers.
var (
	_ pgtype.NumericValuer  = USD(0)
	_ pgtype.NumericScanner = (*USD)(nil)
)

// NumericValue encodes for PostgreSQL.
func (a USD) NumericValue() (pgtype.Numeric, error)  { return numeric(int64(a), amountScale), nil }
func (a VES) NumericValue() (pgtype.Numeric, error)  { return numeric(int64(a), amountScale), nil }
func (r Rate) NumericValue() (pgtype.Numeric, error) { return numeric(int64(r), rateScale), nil }

// ScanNumeric decodes from PostgreSQL; a value with more decimals than the type holds is an error, not a rounding.
func (a *USD) ScanNumeric(n pgtype.Numeric) error  { return scan((*int64)(a), n, amountScale) }
func (a *VES) ScanNumeric(n pgtype.Numeric) error  { return scan((*int64)(a), n, amountScale) }
func (r *Rate) ScanNumeric(n pgtype.Numeric) error { return scan((*int64)(r), n, rateScale) }

func numeric(v int64, scale int32) pgtype.Numeric {
	return pgtype.Numeric{Int: big.NewInt(v), Exp: -scale, Valid: true}
}

func scan(dst *int64, n pgtype.Numeric, scale int32) error {
	if !n.Valid || n.NaN || n.InfinityModifier != pgtype.Finite {
		return fmt.Errorf("scan amount: NULL, NaN and infinity are no amounts")
	}
	if n.Exp > 20 && n.Int.Sign() != 0 { // no int64; and each power costs time
		return ErrRange
	}
	v := new(big.Int).Set(n.Int)
	ten := big.NewInt(10)
	for exp := n.Exp + scale; exp != 0; {
		if exp > 0 {
			v.Mul(v, ten)
			exp--
			continue
		}
		rem := new(big.Int)
		if v.QuoRem(v, ten, rem); rem.Sign() != 0 {
			return fmt.Errorf("scan amount: more than %d decimals", scale)
		}
		exp++
	}
	if !v.IsInt64() {
		return ErrRange
	}
	*dst = v.Int64()
	return nil
}

// JSON: decimal numbers with the fraction they need ("45.9", "40"), read from numbers only, rounded to the type's scale.

// MarshalJSONTo writes a decimal number.
func (a USD) MarshalJSONTo(e *jsontext.Encoder) error  { return encode(e, int64(a), amountScale) }
func (a VES) MarshalJSONTo(e *jsontext.Encoder) error  { return encode(e, int64(a), amountScale) }
func (r Rate) MarshalJSONTo(e *jsontext.Encoder) error { return encode(e, int64(r), rateScale) }

// UnmarshalJSONFrom reads a decimal number.
func (a *USD) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return decode(d, (*int64)(a), amountScale)
}
func (a *VES) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return decode(d, (*int64)(a), amountScale)
}
func (r *Rate) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	return decode(d, (*int64)(r), rateScale)
}

func encode(e *jsontext.Encoder, v int64, scale int) error {
	s := format(v, scale)
	end := len(s)
	for s[end-1] == '0' {
		end--
	}
	if s[end-1] == '.' {
		end--
	}
	return e.WriteValue(jsontext.Value(s[:end]))
}

func decode(d *jsontext.Decoder, dst *int64, scale int) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	if value.Kind() != '0' {
		return fmt.Errorf("want a number, got %s", value.Kind())
	}
	v, err := parse(string(value), scale)
	if err != nil {
		return err
	}
	*dst = v
	return nil
}
