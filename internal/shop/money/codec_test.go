package money_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/money"
)

func TestAmountsPassThroughPostgreSQLUnchanged(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	rapid.Check(t, func(t *rapid.T) {
		usd, ves, rate := money.USD(amounts().Draw(t, "usd")), money.VES(amounts().Draw(t, "ves")), money.Rate(rateValues().Draw(t, "rate"))
		list := []money.USD{usd, 0, -usd}
		var (
			gotUSD  money.USD
			gotVES  money.VES
			gotRate money.Rate
			gotList []money.USD
			none    *money.USD
			texts   []string
		)
		err := pool.QueryRow(t.Context(), `
			select $1::numeric, $2::numeric, $3::numeric, $4::numeric[], $5::numeric, array[$1::numeric(30,2)::text,
				$2::numeric(30,2)::text, $3::numeric(30,6)::text]`, usd, ves, rate, list, none).
			Scan(&gotUSD, &gotVES, &gotRate, &gotList, &none, &texts)
		if err != nil {
			t.Fatal(err)
		}
		if gotUSD != usd || gotVES != ves || gotRate != rate || !slices.Equal(gotList, list) || none != nil {
			t.Fatalf("got %v %v %v %v %v, want %v %v %v %v nil", gotUSD, gotVES, gotRate, gotList, none, usd, ves, rate, list)
		}
		if want := []string{usd.String(), ves.String(), rate.String()}; !slices.Equal(texts, want) {
			t.Fatalf("PostgreSQL has %v, want %v", texts, want)
		}
	})
}

func TestScanRefusesWhatIsNoAmount(t *testing.T) {
	t.Parallel()
	pool := pgtest.Pool(t)
	for _, sql := range []string{"null::numeric", "'NaN'::numeric", "'Infinity'::numeric", "'-Infinity'::numeric", "1.005", "0.0000001",
		"92233720368547758.08", "1e131000::numeric"} {
		kept := money.USD(7)
		began := time.Now()
		if err := pool.QueryRow(t.Context(), "select "+sql).Scan(&kept); err == nil || kept != 7 {
			t.Errorf("select %s: scanned %v, %v; want an error and nothing changed", sql, kept, err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("select %s took %v", sql, took)
		}
	}
	for sql, want := range map[string]money.USD{"0": 0, "0e-30::numeric": 0, "1.50000000": 1_50, "1e3::numeric": 1000_00, "-0.01": -1} {
		var got money.USD
		if err := pool.QueryRow(t.Context(), "select "+sql).Scan(&got); err != nil || got != want {
			t.Errorf("select %s: %v, %v; want %v", sql, got, err, want)
		}
	}
}

func TestJSONOfAnAmountReadsBack(t *testing.T) {
	t.Parallel()
	type all struct {
		USD  money.USD
		VES  money.VES
		Rate money.Rate
	}
	rapid.Check(t, func(t *rapid.T) {
		in := all{money.USD(amounts().Draw(t, "usd")), money.VES(amounts().Draw(t, "ves")), money.Rate(rateValues().Draw(t, "rate"))}
		in.USD, in.VES = max(in.USD, -math.MaxInt64), max(in.VES, -math.MaxInt64)
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out all
		if err := json.Unmarshal(data, &out); err != nil || out != in {
			t.Fatalf("%s reads back as %+v, %v; want %+v", data, out, err, in)
		}
	})
	if data, err := json.Marshal(all{45_90, 40_00, 36_500000}); err != nil || string(data) != `{"USD":45.9,"VES":40,"Rate":36.5}` {
		t.Errorf("JSON = %s, %v; want plain numbers without trailing zeros", data, err)
	}
}

func TestJSONRefusesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`"1.50"`, `null`, `true`, `{}`, `[1]`, `NaN`, `01`, `+1`, `1e400`, `1e99`, strings.Repeat("1", 65), ``} {
		var got money.USD
		if err := json.Unmarshal([]byte(data), &got); err == nil {
			t.Errorf("%.20s gives %v, %v; want an error", data, got, err)
		}
	}
	var got money.USD
	if err := json.Unmarshal([]byte(`80.97999999999999`), &got); err != nil || got != 80_98 {
		t.Errorf("a sum of floats gives %v, %v; want 80.98", got, err)
	}
}

func TestMoneyKnowsItsCurrencies(t *testing.T) {
	t.Parallel()
	for currency, ok := range map[money.Currency]bool{money.CurrencyUSD: true, money.CurrencyVES: true, "EUR": false, "usd": false, "": false} {
		if err := (money.Money{Minor: 1, Currency: currency}).Validate(); (err == nil) != ok {
			t.Errorf("Validate of %q = %v", currency, err)
		}
	}
	if got := (money.Money{Minor: -5, Currency: money.CurrencyUSD}).String(); got != "-0.05 USD" {
		t.Errorf("String = %q, want -0.05 USD", got)
	}
}
