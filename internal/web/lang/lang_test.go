package lang_test

import (
	"strings"
	"testing"
	"time"

	"floresya/internal/web/lang"
)

// plain replaces the spaces that do not break, so that the table below reads well.
func plain(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

func TestMoneyIsWrittenAsPeopleWriteIt(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{lang.USD(8100), "$81.00"}, {lang.USD(5), "$0.05"}, {lang.USD(125000050), "$1,250,000.50"}, {lang.USD(-350), "-$3.50"},
		{lang.ShortUSD(300), "$3"}, {lang.ShortUSD(450), "$4.50"}, {lang.ShortUSD(120000), "$1,200"},
		{lang.ES.Bs(1974780), "Bs 19.747,80"}, {lang.EN.Bs(1974780), "Bs 19,747.80"}, {lang.ES.Bs(-5), "-Bs 0,05"},
		{lang.ES.WholeBs(1974800), "Bs 19.748"}, {lang.EN.WholeBs(1974800), "Bs 19,748"}, {lang.ES.WholeBs(1974850), "Bs 19.748,50"},
		{lang.ES.Count(12345), "12.345"}, {lang.EN.Count(-999), "-999"}, {lang.EN.Count(0), "0"},
	} {
		if plain(c.got) != c.want {
			t.Errorf("got %q, want %q", plain(c.got), c.want)
		}
	}
}

func TestDatesAndHours(t *testing.T) {
	tuesday := time.Date(2026, 11, 24, 15, 48, 0, 0, lang.Caracas())
	for _, c := range []struct{ got, want string }{
		{lang.ES.Day(tuesday), "martes 24 de noviembre"}, {lang.EN.Day(tuesday), "Tuesday, November 24"},
		{lang.ES.ShortDay(tuesday), "martes 24 nov"}, {lang.EN.ShortDay(tuesday), "Tue, Nov 24"},
		{lang.ES.ShortWeekday(tuesday.AddDate(0, 0, 1)), "Mié"}, {lang.ES.ShortWeekday(tuesday.AddDate(0, 0, 4)), "Sáb"},
		{lang.ES.Numeric(tuesday), "24/11/2026"}, {lang.EN.Numeric(tuesday), "Nov 24, 2026"},
		{lang.ES.Hour(tuesday), "3:48 p. m."}, {lang.EN.Hour(tuesday.UTC()), "3:48 pm"},
		{lang.ES.Clock(0), "12:00 a. m."}, {lang.ES.Clock(12 * 60), "12:00 p. m."}, {lang.EN.Clock(24 * 60), "12:00 am"},
		{lang.ES.Span(540, 720), "9:00 a. m. a 12:00 p. m."}, {lang.EN.Span(540, 720), "9:00 am to 12:00 pm"},
		{lang.ES.Hours(540, 720), "9:00 a 12:00"}, {lang.EN.Hours(900, 1080), "3:00 pm to 6:00 pm"},
		{lang.ES.ShortSpan(540, 720), "9 a 12"}, {lang.ES.ShortSpan(930, 1080), "3:30 a 6"}, {lang.EN.ShortSpan(540, 720), "9 am–12 pm"},
		{lang.ES.When(tuesday, tuesday), "Hoy, 3:48 p. m."}, {lang.EN.When(tuesday, tuesday.AddDate(0, 0, 1)), "Yesterday, 3:48 pm"},
		{lang.ES.When(tuesday, tuesday.AddDate(0, 0, 9)), "Martes 24 nov, 3:48 p. m."},
		{lang.ES.Until(tuesday, tuesday), "hoy a las 3:48 p. m."}, {lang.EN.Until(tuesday, tuesday.AddDate(0, 0, -1)), "tomorrow at 3:48 pm"},
		{lang.ES.Until(tuesday.Add(-2*time.Hour), tuesday.AddDate(0, 0, -4)), "el martes 24 nov a la 1:48 p. m."},
		{lang.Capital("ámbar"), "Ámbar"}, {lang.Capital("s"), "S"}, {lang.Capital(""), ""},
	} {
		if plain(c.got) != c.want {
			t.Errorf("got %q, want %q", plain(c.got), c.want)
		}
	}
}

func TestTheDayIsTheOneInCaracas(t *testing.T) {
	lateMonday := time.Date(2026, 11, 24, 2, 30, 0, 0, time.UTC) // Monday 10:30 p. m. in Caracas
	noonMonday := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
	if got := plain(lang.ES.When(lateMonday, noonMonday)); got != "Hoy, 10:30 p. m." {
		t.Errorf("got %q, want the same day as at noon", got)
	}
}

func TestCatalogueRefusesHalfTranslatedMessages(t *testing.T) {
	_, err := lang.NewCatalogue(
		map[string]lang.Text{"a": {ES: "hola"}, "b": {ES: "%d ramos", EN: "bouquets"}, "c": {ES: "sí", EN: "yes"}},
		map[string]lang.Text{"c": {ES: "otra vez", EN: "again"}},
	)
	for _, want := range []string{`"a" lacks a language`, `"b" takes other arguments`, `"c" is written twice`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %s", err, want)
		}
	}
}

func TestCatalogueSays(t *testing.T) {
	c, err := lang.NewCatalogue(map[string]lang.Text{
		"cart.one":  {ES: "%s ramo para %s", EN: "%s bouquet for %s"},
		"cart.many": {ES: "%s ramos para %s", EN: "%s bouquets for %s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Plural(lang.ES, "cart", 1, "Ana"); got != "1 ramo para Ana" {
		t.Errorf("one: got %q", got)
	}
	if got := c.Plural(lang.EN, "cart", 1200, "Ana"); got != "1,200 bouquets for Ana" {
		t.Errorf("many: got %q", got)
	}
	if got := c.Say(lang.ES, "nothing"); got != "⟨nothing⟩" {
		t.Errorf("unknown key: got %q", got)
	}
}
