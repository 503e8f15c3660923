package money_test

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/money"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// away is r rounded to an integer, half away from zero: the oracle of every rounding.
func away(r *big.Rat) *big.Int {
	twice := new(big.Rat).Add(new(big.Rat).Abs(r), big.NewRat(1, 2))
	q := new(big.Int).Quo(twice.Num(), twice.Denom())
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// agrees fails t unless got is want, or err is ErrRange and want does not fit. The range is symmetric: the smallest int64
// may be refused.
func agrees(t rapid.TB, what string, got int64, err error, want *big.Int) {
	t.Helper()
	switch {
	case errors.Is(err, money.ErrRange) && want.IsInt64() && want.Int64() == math.MinInt64:
	case !want.IsInt64():
		if !errors.Is(err, money.ErrRange) {
			t.Fatalf("%s = %d, %v; want ErrRange for %s", what, got, err, want)
		}
	case err != nil || got != want.Int64():
		t.Fatalf("%s = %d, %v; want %s", what, got, err, want)
	}
}

// amounts favours what shops see, and the edges.
func amounts() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(-10_000_00, 10_000_00), rapid.Int64(),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64}))
}

func rateValues() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(1, 2000_000000), rapid.Int64Range(1, math.MaxInt64))
}

func TestConversionsRoundOnceHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkConversions(t, amounts().Draw(t, "amount"), rateValues().Draw(t, "rate"))
	})
}

// checkConversions compares the three conversions of one amount with math/big.
func checkConversions(t rapid.TB, a, r int64) {
	t.Helper()
	rate, product := money.Rate(r), new(big.Int).Mul(big.NewInt(a), big.NewInt(r))
	ves, err := rate.VES(money.USD(a))
	agrees(t, "VES", int64(ves), err, away(new(big.Rat).SetFrac(product, big.NewInt(1_000_000))))
	whole := away(new(big.Rat).SetFrac(product, big.NewInt(100_000_000)))
	ves, err = rate.WholeVES(money.USD(a))
	agrees(t, "WholeVES", int64(ves), err, whole.Mul(whole, big.NewInt(100)))
	usd, err := rate.USD(money.VES(a))
	back := new(big.Int).Mul(big.NewInt(a), big.NewInt(1_000_000))
	agrees(t, "USD", int64(usd), err, away(new(big.Rat).SetFrac(back, big.NewInt(r))))
}

func TestConversionsAtTheEdgesOf128Bits(t *testing.T) {
	t.Parallel()
	// a × 10⁶ ÷ r is 2⁶⁴ − ½ or a little more: its whole part still fits 64 bits, rounding it up does not.
	for r := int64(499_900); r <= 500_000; r++ {
		near := new(big.Int).Lsh(big.NewInt(r), 64)
		a := near.Quo(near, big.NewInt(1_000_000))
		for d := int64(-1); d <= 1; d++ {
			if v := new(big.Int).Add(a, big.NewInt(d)); v.IsInt64() {
				checkConversions(t, v.Int64(), r)
				checkConversions(t, -v.Int64(), r)
			}
		}
	}
	for _, r := range []int64{1, 2, 3, 1_000_000, math.MaxInt64} {
		for _, a := range []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64} {
			checkConversions(t, a, r)
		}
	}
}

func TestNoRateConvertsNothing(t *testing.T) {
	t.Parallel()
	for _, rate := range []money.Rate{0, -1} {
		_, ves := rate.VES(1)
		_, whole := rate.WholeVES(1)
		_, usd := rate.USD(1)
		for what, err := range map[string]error{"VES": ves, "WholeVES": whole, "USD": usd} {
			if !errors.Is(err, money.ErrRange) {
				t.Errorf("%s at rate %d: %v, want ErrRange", what, rate, err)
			}
		}
	}
}

func TestTimesTellsOverflow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := amounts().Draw(t, "a")
		n := rapid.OneOf(rapid.IntRange(-100, 100), rapid.Int()).Draw(t, "n")
		want := new(big.Int).Mul(big.NewInt(a), big.NewInt(int64(n)))
		got, ok := money.USD(a).Times(n)
		switch {
		case ok && (!want.IsInt64() || int64(got) != want.Int64()):
			t.Fatalf("%d × %d = %d, want %s", a, n, got, want)
		case !ok && want.IsInt64() && want.Int64() != math.MinInt64: // the one that is refused though it fits
			t.Fatalf("%d × %d is refused, want %s", a, n, want)
		}
	})
}

func TestTextOfAnAmountReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(amounts(), rapid.Int64Range(-200, 200)).Draw(t, "v")
		if v == math.MinInt64 {
			v++ // parse takes the symmetric range
		}
		if got, err := money.ParseUSD(money.USD(v).String()); err != nil || int64(got) != v {
			t.Fatalf("USD %s reads back as %d, %v; want %d", money.USD(v), got, err, v)
		}
		if got, err := money.ParseVES(money.VES(v).String()); err != nil || int64(got) != v {
			t.Fatalf("VES %s reads back as %d, %v; want %d", money.VES(v), got, err, v)
		}
		if got, err := money.ParseRate(money.Rate(v).String()); err != nil || int64(got) != v {
			t.Fatalf("rate %s reads back as %d, %v; want %d", money.Rate(v), got, err, v)
		}
		want := new(big.Rat).SetFrac64(v, 100).FloatString(2)
		if got := money.USD(v).String(); got != want {
			t.Fatalf("text = %s, want %s", got, want)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "-", ".", "-.", "+1", "1,5", " 1", "1 ", "0x10", "1e", "e5", "1e5.0", "1e1_0", "NaN", "Inf", "-Infinity",
		"--1", "1.2.3", "١", "1e41", "1e-401", "1\x00", "\xff", "00000000000000000000000000000000000000000000000000000000000000001"} {
		if v, err := money.ParseUSD(s); !errors.Is(err, money.ErrSyntax) {
			t.Errorf("ParseUSD(%q) = %d, %v; want ErrSyntax", s, v, err)
		}
	}
	for _, s := range []string{"1e30", "92233720368547758.08", "-92233720368547758.08", "92233720368547758.075", "99999999999999999999"} {
		if v, err := money.ParseUSD(s); !errors.Is(err, money.ErrRange) {
			t.Errorf("ParseUSD(%q) = %d, %v; want ErrRange", s, v, err)
		}
	}
}

// decimal is what ParseUSD promises to read.
var decimal = regexp.MustCompile(`^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

// FuzzParse compares with math/big.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-0.005", "0.005", "1.005", "45.9", "1e2", "80.97999999999999999", "92233720368547758.07", ".5", "5.", "1e-400", "0e40"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		usd, err := money.ParseUSD(s)
		if !decimal.MatchString(s) || len(s) > 64 {
			if err == nil {
				t.Fatalf("ParseUSD(%q) = %d, want an error", s, usd)
			}
			return
		}
		if errors.Is(err, money.ErrSyntax) { // only for exponents nobody needs
			if !regexp.MustCompile(`[eE][+-]?\d*\d\d`).MatchString(s) {
				t.Fatalf("ParseUSD(%q): %v", s, err)
			}
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("math/big does not read %q", s)
		}
		agrees(t, "ParseUSD("+s+")", int64(usd), err, away(exact.Mul(exact, big.NewRat(100, 1))))
	})
}
