package store

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"floresya/internal/web/lang"
)

var tuesday = time.Date(2026, 11, 24, 9, 40, 0, 0, lang.Caracas())

func TestBagSurvivesItsCookie(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b Bag
		if rapid.Bool().Draw(t, "dated") {
			b.Date = midnight(tuesday).AddDate(0, 0, rapid.IntRange(0, maxAhead).Draw(t, "ahead"))
		}
		b.Zone = rapid.IntRange(0, maxID).Draw(t, "zone")
		for range rapid.IntRange(0, maxLines+5).Draw(t, "lines") {
			b = b.With(rapid.IntRange(1, maxID).Draw(t, "product"), rapid.IntRange(-1, maxPieces+5).Draw(t, "pieces"))
		}
		text := b.encode()
		if got := decodeBag(text, tuesday); got.encode() != text || got.Pieces() != b.Pieces() {
			t.Errorf("%q came back as %q", text, got.encode())
		}
		if len(text) > 1200 || strings.ContainsAny(text, "\",; \\") {
			t.Errorf("%q does not fit into a cookie", text)
		}
	})
}

func TestBagDropsWhatIsNotValid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "1..0.",
		"2.2026-11-28.3.12x1":                 "1..0.",
		"1.2026-11-28.3.12x1_5x2":             "1.2026-11-28.3.12x1_5x2",
		"1.2026-11-23.3.12x1":                 "1..3.12x1", // yesterday
		"1.2027-11-23.3.":                     "1..3.",     // beyond the calendar
		"1.2026-13-99.-3.0x1_-5x2_7x0":        "1..0.",
		"1..0.12x101_12":                      "1..0.12x100",
		"1..99999999999.1x1_1x2_2xx":          "1..0.1x2",
		"1..0." + strings.Repeat("1x1_", 400): "1..0.",
	} {
		if got := decodeBag(text, tuesday).encode(); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func FuzzBag(f *testing.F) {
	f.Add("1.2026-11-28.3.12x1_5x2")
	f.Add("1..0.9999999999999999999x99999999999999999999")
	f.Fuzz(func(t *testing.T, text string) {
		b := decodeBag(text, tuesday)
		if len(b.Lines) > maxLines || b.Zone < 0 || b.Zone > maxID {
			t.Errorf("%q became %+v", text, b)
		}
		for _, l := range b.Lines {
			if l.Product < 1 || l.Pieces < 1 || l.Pieces > maxPieces {
				t.Errorf("%q became the line %+v", text, l)
			}
		}
		if again := decodeBag(b.encode(), tuesday); again.encode() != b.encode() {
			t.Errorf("%q is not read back as it was written: %q, %q", text, b.encode(), again.encode())
		}
	})
}
