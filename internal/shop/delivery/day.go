package delivery

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the shop's zone is known on machines without a zone database
)

// Location is the shop's time zone: days and cut-offs are its.
var Location = sync.OnceValue(func() *time.Location {
	l, err := time.LoadLocation("America/Caracas")
	if err != nil {
		panic(err) // tzdata is linked in
	}
	return l
})

// Day is a calendar day of the shop, "2006-01-02"; "" is no day. Days compare as strings.
type Day string

const dayLayout = "2006-01-02"

// ParseDay reads a day that exists, of the years 2000 to 2999.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(dayLayout, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2999 {
		return "", fmt.Errorf("%.20q is no day of the form 2006-01-02", s)
	}
	return Day(s), nil
}

// DayOf is the shop's day at an instant.
func DayOf(t time.Time) Day { return Day(t.In(Location()).Format(dayLayout)) }

// Valid reports whether d is a day that ParseDay would accept.
func (d Day) Valid() bool {
	_, err := ParseDay(string(d))
	return err == nil
}

// At is the instant of a wall-clock time, hours and minutes after midnight, on d. d must be valid.
func (d Day) At(clock time.Duration) time.Time {
	t := d.date()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, int(clock/time.Minute), 0, 0, Location())
}

// Add is the day n days later. d must be valid.
func (d Day) Add(n int) Day { return Day(d.date().AddDate(0, 0, n).Format(dayLayout)) }

// Sub is the number of days from other to d. Both must be valid.
func (d Day) Sub(other Day) int { return int(d.date().Sub(other.date()) / (24 * time.Hour)) }

// Weekday is the day of the week. d must be valid.
func (d Day) Weekday() time.Weekday { return d.date().Weekday() }

// date is midnight UTC of d: for arithmetic, not an instant of the shop.
func (d Day) date() time.Time {
	t, _ := time.Parse(dayLayout, string(d)) // zero for an invalid day
	return t
}

// spanish is the day for people: "sábado 4 de julio".
func (d Day) spanish() string {
	t := d.date()
	weekdays := [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}
	months := [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
		"octubre", "noviembre", "diciembre"}
	return fmt.Sprintf("%s %d de %s", weekdays[t.Weekday()], t.Day(), months[t.Month()-1])
}
