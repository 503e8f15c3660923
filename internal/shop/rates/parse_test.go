package rates

import (
	"strings"
	"testing"
)

func TestTheBanksPage(t *testing.T) {
	t.Parallel()
	worded := strings.Replace(page("243,80", "x"), `content="xT00:00:00-04:00">Viernes`, `>Lunes, 6 Julio  2026`, 1)
	for _, c := range []struct{ name, page, rate, day, err string }{
		{"as published", page("243,11050000", "2026-07-03"), "243.110500", "2026-07-03", ""},
		{"thousands", page("1.243,8", "2026-07-03"), "1243.800000", "2026-07-03", ""},
		{"rounded half away from zero", page("243,11050050", "2026-07-03"), "243.110501", "2026-07-03", ""},
		{"date in words", worded, "243.800000", "2026-07-06", ""},
		{"a dot is no decimal sign", page("243.80", "2026-07-03"), "", "", "decimal comma"},
		{"two commas", page("2,43,80", "2026-07-03"), "", "", "decimal comma"},
		{"text", page("alto", "2026-07-03"), "", "", "no figure"},
		{"million and one", page("1.000.001,00", "2026-07-03"), "", "", "at most a million"},
		{"the figure is another's", `<div id="dolar"></div><div id="euro"><strong>281,99</strong></div>`, "", "", "no figure"},
		{"no date", `<div id="dolar"><strong>281,99</strong></div>`, "", "", "Fecha Valor"},
		{"empty", "", "", "", "no element"},
	} {
		a, err := parseBCV([]byte(c.page))
		check(t, c.name, a, err, c.rate, c.day, c.err)
	}
}

func TestTheJSONShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, rate, day, err string }{
		{"promedio", `{"fuente":"oficial","compra":null,"promedio":243.1105,"fechaActualizacion":"2026-07-03T17:02:04.116Z"}`, "243.110500", "2026-07-03", ""},
		{"an instant counts by its day in Caracas", `{"promedio":243,"fechaActualizacion":"2026-07-04T02:00:00Z"}`, "243.000000", "2026-07-03", ""},
		{"rate", `{"rate":"243.8","date":"2026-07-03"}`, "243.800000", "2026-07-03", ""},
		{"null", `{"promedio":null,"fechaActualizacion":"2026-07-03"}`, "", "", "is a number"},
		{"boolean", `{"rate":true,"date":"2026-07-03"}`, "", "", "is a number"},
		{"negative", `{"rate":-1,"date":"2026-07-03"}`, "", "", "not above 0"},
		{"huge", `{"rate":1e300,"date":"2026-07-03"}`, "", "", "rate"},
		{"words", `{"rate":"mucho","date":"2026-07-03"}`, "", "", "rate"},
		{"date of no day", `{"rate":243,"date":"ayer"}`, "", "", "no day"},
		{"no date", `{"rate":243}`, "", "", "no day"},
		{"date as a number", `{"rate":243,"date":20260703}`, "", "", "read JSON"},
		{"twice", `{"rate":243,"rate":244,"date":"2026-07-03"}`, "", "", "duplicate"},
		{"array", `[]`, "", "", "read JSON"},
		{"half", `{"rate":243`, "", "", "read JSON"},
		{"HTML", `<html>`, "", "", "read JSON"},
	} {
		a, err := parseJSON([]byte(c.body))
		check(t, c.name, a, err, c.rate, c.day, c.err)
	}
}

func check(t *testing.T, name string, a Answer, err error, rate, day, says string) {
	t.Helper()
	switch {
	case says != "" && (err == nil || !strings.Contains(err.Error(), says)):
		t.Errorf("%s: got %+v, %v; want an error with %q", name, a, err, says)
	case says == "" && (err != nil || a.Value.String() != rate || string(a.ValueDate) != day):
		t.Errorf("%s: got %+v, %v; want %s for %s", name, a, err, rate, day)
	}
}

func TestARateByHand(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"243.8": "243.800000", " 243,80 ": "243.800000", "1000000": "1000000.000000",
		"0.000001": "0.000001"} {
		if r, err := ParseByHand(s); err != nil || r.String() != want {
			t.Errorf("%q: got %s, %v; want %s", s, r, err, want)
		}
	}
	for _, s := range []string{"", "0", "0,000000", "-1", "1000000.000001", "1.2345678", "1.243,80", "1e3", "NaN", "٣", "1\x00"} {
		if r, err := ParseByHand(s); err == nil {
			t.Errorf("%q was accepted as %s", s, r)
		}
	}
}

// believable fails when a parser accepts what no bank publishes.
func believable(t *testing.T, a Answer, err error) {
	if err == nil && (a.Value <= 0 || a.Value > maxRate || !a.ValueDate.Valid() || a.check() != nil) {
		t.Errorf("accepted %+v", a)
	}
}

func FuzzParseBCV(f *testing.F) {
	f.Add([]byte(page("243,11050000", "2026-07-03")))
	f.Add([]byte(page("1.243,8", "2026-02-30")))
	f.Add([]byte(`<b id='dolar'><strong>9</strong>fecha valor 31 febrero 2026`))
	f.Fuzz(func(t *testing.T, page []byte) {
		a, err := parseBCV(page)
		believable(t, a, err)
	})
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"promedio":243.1105,"fechaActualizacion":"2026-07-03T17:02:04.116Z"}`))
	f.Add([]byte(`{"rate":"243.8","date":"2026-07-03"}`))
	f.Add([]byte(`{"rate":1e-400,"date":"9999-99-99"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parseJSON(body)
		believable(t, a, err)
	})
}
