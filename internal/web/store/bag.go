package store

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"floresya/internal/web/lang"
)

// Limits of what a visitor may carry; the contract's for an order.
const (
	maxLines   = 50
	maxPieces  = 100
	maxID      = 1<<31 - 1
	maxAhead   = 120 // days
	bagCookie  = "fy_bolsa"
	bagAge     = 30 * 24 * time.Hour
	dateLayout = "2006-01-02"
)

// Bag is what a visitor has chosen so far. The zero value is an empty one.
type Bag struct {
	Date  time.Time // midnight in Caracas; zero: not chosen
	Zone  int       // 0: not chosen
	Lines []Line
}

// Pieces counts all pieces.
func (b Bag) Pieces() int {
	n := 0
	for _, line := range b.Lines {
		n += line.Pieces
	}
	return n
}

// Of is how many pieces of a product are in the bag.
func (b Bag) Of(product int) int {
	for _, line := range b.Lines {
		if line.Product == product {
			return line.Pieces
		}
	}
	return 0
}

// With returns the bag with exactly pieces of product, none if pieces ≤ 0; never more than an order may have.
func (b Bag) With(product, pieces int) Bag {
	lines := slices.Clone(b.Lines)
	at := slices.IndexFunc(lines, func(l Line) bool { return l.Product == product })
	pieces = min(pieces, maxPieces)
	switch {
	case at >= 0 && pieces <= 0:
		lines = slices.Delete(lines, at, at+1)
	case at >= 0:
		lines[at].Pieces = pieces
	case pieces > 0 && len(lines) < maxLines:
		lines = append(lines, Line{Product: product, Pieces: pieces})
	}
	b.Lines = lines
	return b
}

// encode writes the bag as "1.2026-11-28.3.12x1_5x2": version, day, zone, lines. All of it may stand in a cookie.
func (b Bag) encode() string {
	date := ""
	if !b.Date.IsZero() {
		date = b.Date.Format(dateLayout)
	}
	lines := make([]string, len(b.Lines))
	for i, l := range b.Lines {
		lines[i] = strconv.Itoa(l.Product) + "x" + strconv.Itoa(l.Pieces)
	}
	return "1." + date + "." + strconv.Itoa(b.Zone) + "." + strings.Join(lines, "_")
}

// decodeBag reads what encode wrote. It takes what is valid and drops the rest, since a cookie can hold anything and a
// day that has passed since is no error.
func decodeBag(text string, now time.Time) Bag {
	var b Bag
	parts := strings.SplitN(text, ".", 4)
	if len(parts) != 4 || parts[0] != "1" || len(text) > 1200 {
		return b
	}
	b.Date = parseDay(parts[1], now)
	b.Zone = parseID(parts[2])
	for part := range strings.SplitSeq(parts[3], "_") {
		id, pieces, _ := strings.Cut(part, "x")
		if n, err := strconv.Atoi(pieces); err == nil && parseID(id) > 0 && n > 0 {
			b = b.With(parseID(id), n)
		}
	}
	return b
}

// parseDay reads a day from today on that the calendar can still show, else the zero time.
func parseDay(text string, now time.Time) time.Time {
	day, err := time.ParseInLocation(dateLayout, text, lang.Caracas())
	today := midnight(now)
	if err != nil || day.Before(today) || day.After(today.AddDate(0, 0, maxAhead)) {
		return time.Time{}
	}
	return day
}

// parseID reads an id, 0 if it is none.
func parseID(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxID {
		return 0
	}
	return n
}

// code reads the code of a payment method, "" if it has another shape.
func code(text string) string {
	if len(text) > 40 || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return text
}

func readBag(r *http.Request, now time.Time) Bag {
	c, err := r.Cookie(bagCookie)
	if err != nil {
		return Bag{}
	}
	return decodeBag(c.Value, now)
}

// keep remembers the bag for the next requests.
func (v *visit) keep(b Bag) {
	v.bag = b
	v.setCookie(bagCookie, b.encode(), bagAge)
}

func (v *visit) setCookie(name, value string, age time.Duration) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: value, Path: cmp.Or(v.store.base, "/"), MaxAge: int(age.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.store.secure,
	})
}
