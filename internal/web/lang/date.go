package lang

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// name gives the i-th word of a list of words separated by spaces.
func name(list string, i int) string { return strings.Fields(list)[i] }

const (
	weekdaysES = "domingo lunes martes miércoles jueves viernes sábado"
	weekdaysEN = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday"
	monthsES   = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
	monthsEN   = "January February March April May June July August September October November December"
)

// Weekday is "martes" or "Tuesday".
func (l Lang) Weekday(t time.Time) string {
	return name(l.Pick(weekdaysES, weekdaysEN), int(t.Weekday()))
}

// ShortWeekday is "Mar" or "Tue".
func (l Lang) ShortWeekday(t time.Time) string { return Capital(short(l.Weekday(t))) }

// Month is "noviembre" or "November".
func (l Lang) Month(t time.Time) string {
	return name(l.Pick(monthsES, monthsEN), int(t.Month())-1)
}

// Day is "martes 24 de noviembre" or "Tuesday, November 24".
func (l Lang) Day(t time.Time) string {
	if l == EN {
		return l.Weekday(t) + ", " + l.Month(t) + " " + strconv.Itoa(t.Day())
	}
	return l.Weekday(t) + " " + strconv.Itoa(t.Day()) + " de " + l.Month(t)
}

// ShortDay is "martes 24 nov" or "Tue, Nov 24".
func (l Lang) ShortDay(t time.Time) string {
	if l == EN {
		return short(l.Weekday(t)) + ", " + short(l.Month(t)) + " " + strconv.Itoa(t.Day())
	}
	return l.Weekday(t) + " " + strconv.Itoa(t.Day()) + " " + short(l.Month(t))
}

// Numeric is the date in figures, day first in Spanish: "23/11/2026", in English "Nov 23, 2026".
func (l Lang) Numeric(t time.Time) string {
	if l == EN {
		return short(l.Month(t)) + " " + strconv.Itoa(t.Day()) + ", " + strconv.Itoa(t.Year())
	}
	return two(int64(t.Day())) + "/" + two(int64(t.Month())) + "/" + strconv.Itoa(t.Year())
}

// Hour is the time of day in Caracas: "3:48 p. m." or "3:48 pm".
func (l Lang) Hour(t time.Time) string {
	t = t.In(Caracas())
	return l.Clock(t.Hour()*60 + t.Minute())
}

// Clock writes minutes after midnight: "3:48 p. m." or "3:48 pm". The spaces inside do not break.
func (l Lang) Clock(minutes int) string {
	return l.digits(minutes) + "\u00a0" + l.half(minutes/60)
}

// digits is a time of the 12-hour clock without its half: "3:48".
func (l Lang) digits(minutes int) string {
	return strconv.Itoa((minutes/60+11)%12+1) + ":" + two(int64(minutes%60))
}

// Span is a time slot in minutes after midnight: "9:00 a. m. a 12:00 p. m." or "9:00 am to 12:00 pm".
func (l Lang) Span(from, to int) string {
	return l.Clock(from) + l.Pick(" a ", " to ") + l.Clock(to)
}

// Hours is a time slot to choose from: "9:00 a 12:00" or "9:00 am to 12:00 pm".
func (l Lang) Hours(from, to int) string {
	if l == EN {
		return l.Span(from, to)
	}
	return l.digits(from) + " a " + l.digits(to)
}

// ShortSpan is a time slot as people say it: "9 a 12", "3:30 a 6"; in English, where the half of the day is always
// said, "9 am–12 pm".
func (l Lang) ShortSpan(from, to int) string {
	if l == EN {
		return l.bare(from) + "\u00a0" + l.half(from/60) + "–" + l.bare(to) + "\u00a0" + l.half(to/60)
	}
	return l.bare(from) + "\u00a0a\u00a0" + l.bare(to)
}

// When is a moment near today: "Hoy, 2:35 p. m.", "Ayer, …", else "lunes 23 nov, 10:40 a. m.", in the time of Caracas.
func (l Lang) When(t, now time.Time) string {
	t, now = t.In(Caracas()), now.In(Caracas())
	return Capital(l.Near(t, now)) + ", " + l.Hour(t)
}

// Until is a moment as the end of a sentence: "hoy a las 3:40 p. m.", "el viernes 27 nov a las …", "today at 3:40 pm".
func (l Lang) Until(t, now time.Time) string {
	t, now = t.In(Caracas()), now.In(Caracas())
	near := l.Near(t, now)
	if l == EN {
		return near + " at " + l.Hour(t)
	}
	if near == l.ShortDay(t) {
		near = "el " + near
	}
	if t.Hour()%12 == 1 {
		return near + " a la " + l.Hour(t)
	}
	return near + " a las " + l.Hour(t)
}

// Near names a day by its distance: "hoy", "mañana", "ayer", else its ShortDay.
func (l Lang) Near(t, now time.Time) string {
	switch days(t) - days(now) {
	case 0:
		return l.Pick("hoy", "today")
	case 1:
		return l.Pick("mañana", "tomorrow")
	case -1:
		return l.Pick("ayer", "yesterday")
	}
	return l.ShortDay(t)
}

// Capital makes the first letter a capital.
func Capital(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

func (l Lang) half(hour int) string {
	if hour%24 < 12 {
		return l.Pick("a.\u00a0m.", "am")
	}
	return l.Pick("p.\u00a0m.", "pm")
}

// bare writes an hour of the 12-hour clock, with minutes only when there are any.
func (l Lang) bare(minutes int) string {
	h := strconv.Itoa((minutes/60+11)%12 + 1)
	if minutes%60 == 0 {
		return h
	}
	return h + ":" + two(int64(minutes%60))
}

// short cuts a name to its first three letters, as both languages do ("septiembre" is "sep").
func short(s string) string {
	r := []rune(s)
	return string(r[:3])
}

// days counts civil days, so that two moments can be compared by calendar day.
func days(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
