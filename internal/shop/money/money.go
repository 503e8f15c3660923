// Package money holds amounts as whole minor units and converts between dollars and bolívares.
//
// USD and VES are int64 counts of hundredths, so the compiler keeps the currencies apart; Money carries its currency as a
// value, for payments that come in either. Rate is bolívares per dollar in millionths. Every rounding is half away from
// zero and happens here. In SQL all of them are numeric, in JSON decimal numbers.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Errors of parsing and arithmetic.
var (
	ErrSyntax = errors.New("not a decimal number")
	ErrRange  = errors.New("amount out of range")
)

// Currency names a currency by its ISO 4217 code.
type Currency string

// The currencies the shop deals in.
const (
	CurrencyUSD Currency = "USD"
	CurrencyVES Currency = "VES"
)

type (
	// USD is an amount in cents.
	USD int64
	// VES is an amount in hundredths of a bolívar (céntimos).
	VES int64
)

// Rate is bolívares per US dollar in millionths; always > 0 when known. The zero value means "no rate known".
type Rate int64

// Money is an amount whose currency is known only at run time: Minor counts hundredths.
type Money struct {
	Minor    int64
	Currency Currency
}

// Scales: digits after the point.
const (
	amountScale = 2
	rateScale   = 6
)

// String is the plain decimal form: "45.90".
func (a USD) String() string   { return format(int64(a), amountScale) }
func (a VES) String() string   { return format(int64(a), amountScale) }
func (r Rate) String() string  { return format(int64(r), rateScale) }
func (m Money) String() string { return format(m.Minor, amountScale) + " " + string(m.Currency) }

// Times is a × n; ok is false when that overflows.
func (a USD) Times(n int) (USD, bool) {
	hi, lo := bits.Mul64(abs(int64(a)), abs(int64(n)))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return USD(signed(lo, (a < 0) != (n < 0))), true
}

// VES converts to bolívares and céntimos, rounded once: the price of a product.
func (r Rate) VES(a USD) (VES, error) {
	v, err := r.convert(int64(a), 1_000_000)
	return VES(v), err
}

// WholeVES converts to whole bolívares, rounded once from a: the amounts of an order.
func (r Rate) WholeVES(a USD) (VES, error) {
	v, err := r.convert(int64(a), 100_000_000)
	if err != nil || v > math.MaxInt64/100 || v < math.MinInt64/100 {
		return 0, ErrRange
	}
	return VES(v * 100), nil
}

// USD converts bolívares back to cents, rounded once: what a payment in bolívares is worth.
func (r Rate) USD(a VES) (USD, error) {
	if r <= 0 {
		return 0, ErrRange
	}
	v, err := mulDiv(int64(a), 1_000_000, int64(r))
	return USD(v), err
}

func (r Rate) convert(a, per int64) (int64, error) {
	if r <= 0 {
		return 0, ErrRange
	}
	return mulDiv(a, int64(r), per)
}

// mulDiv is a×b÷c rounded half away from zero, through 128 bits. b and c are positive.
func mulDiv(a, b, c int64) (int64, error) {
	hi, lo := bits.Mul64(abs(a), uint64(b))
	if hi >= uint64(c) {
		return 0, ErrRange
	}
	q, rem := bits.Div64(hi, lo, uint64(c))
	if q > math.MaxInt64 { // before rounding, which could wrap it around
		return 0, ErrRange
	}
	if rem >= uint64(c)-rem {
		q++
	}
	if q > math.MaxInt64 {
		return 0, ErrRange
	}
	return signed(q, a < 0), nil
}

func abs(a int64) uint64 {
	if a < 0 {
		return uint64(-(a + 1)) + 1
	}
	return uint64(a)
}

func signed(a uint64, negative bool) int64 {
	if negative {
		return -int64(a)
	}
	return int64(a)
}

func format(v int64, scale int) string {
	s := strconv.FormatUint(abs(v), 10)
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	if v < 0 {
		s = "-" + s
	}
	return s
}

// ParseUSD reads a decimal number, rounding digits beyond the cent half away from zero.
func ParseUSD(s string) (USD, error) { v, err := parse(s, amountScale); return USD(v), err }

// ParseVES reads a decimal number, rounding digits beyond the céntimo half away from zero.
func ParseVES(s string) (VES, error) { v, err := parse(s, amountScale); return VES(v), err }

// ParseRate reads a decimal number with at most six decimals that count; more are rounded.
func ParseRate(s string) (Rate, error) { v, err := parse(s, rateScale); return Rate(v), err }

// parse reads [-]digits[.digits][e[±]digits] into units of 10^-scale, rounded half away from zero.
func parse(s string, scale int) (int64, error) {
	if len(s) == 0 || len(s) > 64 {
		return 0, ErrSyntax
	}
	body, negative := strings.CutPrefix(s, "-")
	mantissa, exponent := body, 0
	if i := strings.IndexAny(body, "eE"); i >= 0 {
		e, err := strconv.Atoi(body[i+1:])
		if err != nil || e > 40 || e < -400 {
			return 0, ErrSyntax
		}
		mantissa, exponent = body[:i], e
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, ErrSyntax
	}
	return scaleDigits(digits, scale+exponent-len(frac), negative)
}

// scaleDigits is digits × 10^shift.
func scaleDigits(digits string, shift int, negative bool) (int64, error) {
	digits = strings.TrimLeft(digits, "0")
	up := false
	if shift < 0 {
		cut := len(digits) + shift
		if cut < 0 {
			return 0, nil
		}
		up = digits[cut] >= '5'
		digits = digits[:cut]
	} else if digits != "" {
		if shift > 20 {
			return 0, ErrRange
		}
		digits += strings.Repeat("0", shift)
	}
	if digits == "" {
		digits = "0"
	}
	v, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0, ErrRange
	}
	if up {
		v++
	}
	if v > math.MaxInt64 {
		return 0, ErrRange
	}
	return signed(v, negative), nil
}

// Validate is an error unless the currency is one the shop deals in.
func (m Money) Validate() error {
	if m.Currency != CurrencyUSD && m.Currency != CurrencyVES {
		return fmt.Errorf("currency %q: want USD or VES", m.Currency)
	}
	return nil
}
