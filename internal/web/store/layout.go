package store

import (
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"floresya/internal/web/lang"
)

func (v *visit) asset(name string) string { return v.store.Kit.Asset(name) }

func (v *visit) icon(name string) templ.Component { return v.store.Kit.Icon(name) }

func (m meta) kind() string {
	if m.Kind == "" {
		return "website"
	}
	return m.Kind
}

// canonical is the path that search engines should keep: without filters, pages and day.
func (v *visit) canonical() string { return v.path }

// section is an entry of the navigation.
type section struct{ Name, Text, URL string }

func (v *visit) sections() []section {
	return []section{
		{"catalogue", v.Say("nav.bouquets"), v.URL("/catalogo")},
		{"occasions", v.Say("nav.occasions"), v.URL("/") + "#ocasiones"},
		{"zones", v.Say("nav.zones"), v.URL("/zonas")},
		{"pay", v.Say("nav.pay"), v.URL("/como-pagar")},
	}
}

// promise says until when something can be ordered for today, or for the first day that has room.
func (v *visit) promise() string {
	for _, d := range v.cal.days {
		cutoff := v.cal.lastCutoff(d, 0)
		if cutoff.IsZero() {
			continue
		}
		if d.Date.Equal(v.today()) {
			return v.Say("promise.today", v.lang.Hour(cutoff))
		}
		return v.Say("promise.next", v.lang.Near(d.Date, v.now))
	}
	return ""
}

// rateLine shows the rate of the day with its date when it is not today's.
func (v *visit) rateLine() string {
	ves := v.VES(100)
	if v.rate.Stale {
		return v.Say("rate.stale", v.lang.Bs(ves), v.lang.Numeric(v.rate.Value))
	}
	return v.Say("rate.today", v.lang.Bs(ves))
}

func (v *visit) contextVerb() string {
	if v.bag.Date.IsZero() || v.bag.Zone == 0 {
		return v.Say("context.choose")
	}
	return v.Say("context.change")
}

func (v *visit) other() lang.Lang {
	if v.lang == lang.ES {
		return lang.EN
	}
	return lang.ES
}

// open reads what the frame of a page shows, the rate and the next days, and days more of the calendar for its body.
func (v *visit) open(days int) error {
	if err := v.readRate(); err != nil {
		return err
	}
	var err error
	if v.cal, err = v.calendar(days); err == nil {
		shared := v.cal
		v.store.recent.Store(&shared)
	}
	return err
}

// openDays is open for pages that offer the next days; the one chosen before is among them, however far off it is.
func (v *visit) openDays() error {
	if err := v.open(homeDays); err != nil {
		return err
	}
	if _, near := v.cal.day(v.bag.Date); near || v.bag.Date.IsZero() {
		return nil
	}
	chosen, err := v.store.Delivery.Days(v.ctx(), v.cal.zones, v.bag.Date, 1)
	v.cal.days = append(slices.Clip(v.cal.days), chosen...)
	return err
}

// frameAge is how old the calendar may be on pages that only say until when to order.
const frameAge = 5 * time.Second

// openFrame is open for pages without days to choose from: the calendar may be a few seconds old.
func (v *visit) openFrame() error {
	recent := v.store.recent.Load()
	if recent == nil || v.now.Sub(recent.now) > frameAge || v.now.Before(recent.now) || !midnight(recent.now).Equal(v.today()) {
		return v.open(homeDays)
	}
	v.cal = *recent
	return v.readRate()
}

func (v *visit) readRate() (err error) {
	v.rate, v.rated, err = v.store.Rates.Rate(v.ctx())
	return err
}

// show answers with a page.
func (v *visit) show(status int, c templ.Component) error {
	v.w.Header().Add("Vary", "Cookie")
	return v.store.Kit.Write(v.w, v.r, status, c)
}

// sentence cuts a text for places that show one line of it.
func sentence(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	cut := string(r[:most])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}
