package store

import (
	"testing"

	"pgregory.net/rapid"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

func TestAmountsAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"19.747,80": 1974780, "19,747.80": 1974780, "19747,8": 1974780, "19747.80": 1974780, "19747": 1974700,
		"19.748": 1974800, "19,748": 1974800, "1.234.567": 123456700, "1,234,567.89": 123456789, "$81": 8100, "$ 81.00": 8100,
		"Bs 19.748": 1974800, "Bs. 10": 1000, "0,50": 50, " 12 ": 1200,
		"": 0, "0": 0, "-5": 0, "12,345,6": 0, "1.2.3,4,5": 0, "doce": 0, "1e3": 0, "12.3456": 0, "123456789012": 0, "٣": 0,
	} {
		got, ok := parseAmount(text)
		if got != want && (ok || want != 0) || ok != (want != 0) {
			t.Errorf("%q: got %d, %v; want %d", text, got, ok, want)
		}
	}
}

func TestAmountsThatWeWriteAreRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(1, 99_999_999_999).Draw(t, "minor")
		for _, text := range []string{lang.USD(money.USD(minor)), lang.ES.Bs(money.VES(minor)), lang.EN.Bs(money.VES(minor))} {
			if got, ok := parseAmount(text); !ok || got != minor {
				t.Errorf("%q: got %d, %v; want %d", text, got, ok, minor)
			}
		}
		whole := minor / 100 * 100
		for _, l := range lang.All() {
			if got, ok := parseAmount(l.WholeBs(money.VES(whole))); whole > 0 && (!ok || got != whole) {
				t.Errorf("%q: got %d, %v; want %d", l.WholeBs(money.VES(whole)), got, ok, whole)
			}
		}
	})
}

func FuzzAmount(f *testing.F) {
	for _, seed := range []string{"19.747,80", "$81", "Bs. 1.000", ",5", "5,"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if minor, ok := parseAmount(text); ok && (minor <= 0 || minor > 9_999_999_999_999) {
			t.Errorf("%q became %d", text, minor)
		}
	})
}

func TestWhereToPayIsReadFromTheShopsText(t *testing.T) {
	t.Parallel()
	got := accounts("Banco de Venezuela · 0412-5550101 · J-00000001-0\n\nBanesco · 0134 0000 00 0000000000 · Flores C. A. · pagos@flores.example")
	want := []Account{
		{[]AccountRow{{"account.bank", "Banco de Venezuela"}, {"account.phone", "0412-5550101"}, {"account.document", "J-00000001-0"}}},
		{[]AccountRow{{"account.bank", "Banesco"}, {"account.number", "0134 0000 00 0000000000"}, {"account.holder", "Flores C. A."},
			{"account.mail", "pagos@flores.example"}}},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		for k, row := range want[i].Rows {
			if got[i].Rows[k] != row {
				t.Errorf("got %v, want %v", got[i].Rows[k], row)
			}
		}
	}
}
