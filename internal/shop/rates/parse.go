package rates

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// window is how far behind its mark a value of the page may stand, in bytes.
const window = 2000

var (
	dollarMark = regexp.MustCompile(`(?i)<[a-z]+\b[^>]*\bid\s*=\s*["']dolar["'][^>]*>`)
	nextMark   = regexp.MustCompile(`(?i)<[a-z]+\b[^>]*\bid\s*=`)
	strong     = regexp.MustCompile(`(?i)<strong[^>]*>\s*([0-9.,]{1,24})\s*</strong>`)
	dateMark   = regexp.MustCompile(`(?i)fecha\s+valor`)
	dateISO    = regexp.MustCompile(`(?i)\bcontent\s*=\s*["'](\d{4}-\d{2}-\d{2})(?:T[^"']{0,40})?["']`)
	dateText   = regexp.MustCompile(`(?i)(\d{1,2})\s+(?:de\s+)?(enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre)\s+(?:de\s+)?(\d{4})`)
	spanish    = regexp.MustCompile(`^(?:\d{1,12}|\d{1,3}(?:\.\d{3}){1,3})(?:,\d{1,10})?$`)
)

// parseBCV reads the dollar and its value date from the bank's front page:
//
//	<div id="dolar" …>…<strong> 243,11050000 </strong>…
//	Fecha Valor: <span … content="2025-11-21T00:00:00-04:00">Viernes, 21 Noviembre  2025</span>
//
// The comma is the decimal sign there, dots group thousands. Anything else is an error, not a guess.
func parseBCV(page []byte) (Answer, error) {
	at := dollarMark.FindIndex(page)
	if at == nil {
		return Answer{}, errors.New(`the page has no element of id "dolar"`)
	}
	cell := cut(page[at[1]:])
	if next := nextMark.FindIndex(cell); next != nil { // the next currency's
		cell = cell[:next[0]]
	}
	m := strong.FindSubmatch(cell)
	if m == nil {
		return Answer{}, errors.New("no figure stands beside the dollar")
	}
	value, err := parseSpanish(string(m[1]))
	if err != nil {
		return Answer{}, err
	}
	day, err := valueDate(page)
	return Answer{Value: value, Source: SourceBCV, ValueDate: day}, err
}

func valueDate(page []byte) (delivery.Day, error) {
	at := dateMark.FindIndex(page)
	if at == nil {
		return "", errors.New(`the page has no "Fecha Valor"`)
	}
	near := cut(page[at[1]:])
	if m := dateISO.FindSubmatch(near); m != nil {
		return delivery.ParseDay(string(m[1]))
	}
	m := dateText.FindSubmatch(near)
	if m == nil {
		return "", errors.New(`no date stands beside "Fecha Valor"`)
	}
	months := map[string]int{"enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8,
		"septiembre": 9, "setiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12}
	return delivery.ParseDay(fmt.Sprintf("%s-%02d-%02s", m[3], months[strings.ToLower(string(m[2]))], m[1]))
}

func cut(b []byte) []byte { return b[:min(len(b), window)] }

// parseSpanish reads "1.243,8050": more decimals than six are rounded.
func parseSpanish(s string) (money.Rate, error) {
	if !spanish.MatchString(s) {
		return 0, fmt.Errorf("%q is no figure with a decimal comma", s)
	}
	return parseRate(strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1))
}

func parseRate(s string) (money.Rate, error) {
	r, err := money.ParseRate(s)
	if err != nil {
		return 0, fmt.Errorf("rate %.40q: %w", s, err)
	}
	if r <= 0 || r > maxRate {
		return 0, fmt.Errorf("rate %.40q is not above 0 and at most a million", s)
	}
	return r, nil
}

// parseJSON reads one of two shapes, unknown members ignored:
//
//	{"promedio": 243.1105, "fechaActualizacion": "2025-11-21T17:02:04.116Z"}
//	{"rate": 243.1105, "date": "2025-11-21"}
//
// The rate is a number or a decimal text, the date a day or an instant, which counts as its day in Caracas.
func parseJSON(body []byte) (Answer, error) {
	var shape struct {
		Promedio           jsontext.Value `json:"promedio"`
		FechaActualizacion string         `json:"fechaActualizacion"`
		Rate               jsontext.Value `json:"rate"`
		Date               string         `json:"date"`
	}
	if err := json.Unmarshal(body, &shape); err != nil {
		return Answer{}, fmt.Errorf("read JSON: %w", err)
	}
	number, date := shape.Promedio, shape.FechaActualizacion
	if number == nil {
		number, date = shape.Rate, shape.Date
	}
	figure, err := figureOf(number)
	if err != nil {
		return Answer{}, err
	}
	value, err := parseRate(figure)
	if err != nil {
		return Answer{}, err
	}
	day, err := dayOf(date)
	return Answer{Value: value, Source: SourceJSON, ValueDate: day}, err
}

func figureOf(v jsontext.Value) (string, error) {
	switch v.Kind() {
	case '0':
		return string(v), nil
	case '"':
		var s string
		err := json.Unmarshal(v, &s)
		return s, err
	}
	return "", errors.New(`neither "promedio" nor "rate" is a number`)
}

func dayOf(s string) (delivery.Day, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return delivery.ParseDay(string(delivery.DayOf(t)))
	}
	return delivery.ParseDay(s)
}

var byHand = regexp.MustCompile(`^\d{1,7}(?:[.,]\d{1,6})?$`)

// ParseByHand reads a rate as people type it, "243.8" or "243,80": above 0, at most a million, at most six decimals.
func ParseByHand(s string) (money.Rate, error) {
	s = strings.TrimSpace(s)
	if byHand.MatchString(s) {
		if r, err := parseRate(strings.Replace(s, ",", ".", 1)); err == nil {
			return r, nil
		}
	}
	return 0, errByHand()
}
