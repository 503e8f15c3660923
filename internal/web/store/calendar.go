package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	homeDays     = 6
	checkoutDays = 21
	fewLeft      = 9 // from here on down a day says how many places are left
)

// calendar is what a visitor may choose from: zones, and days with their slots, as of now.
type calendar struct {
	zones []Zone
	days  []Day
	now   time.Time
}

func (v *visit) calendar(n int) (calendar, error) {
	zones, err := v.store.Delivery.Zones(v.ctx())
	if err != nil {
		return calendar{}, err
	}
	days, err := v.store.Delivery.Days(v.ctx(), zones, v.today(), n)
	if err != nil {
		return calendar{}, err
	}
	return calendar{zones: zones, days: days, now: v.now}, nil
}

func (c calendar) zone(id int) (Zone, bool) {
	at := slices.IndexFunc(c.zones, func(z Zone) bool { return z.ID == id })
	if at < 0 {
		return Zone{}, false
	}
	return c.zones[at], true
}

func (c calendar) day(date time.Time) (Day, bool) {
	at := slices.IndexFunc(c.days, func(d Day) bool { return d.Date.Equal(date) })
	if at < 0 {
		return Day{}, false
	}
	return c.days[at], true
}

// left is how many places a slot has for zone, in the best zone if none is chosen. served is false where the zone is
// never reached in this slot, open is false after the cut-off.
func (c calendar) left(s Slot, zone int) (free int, served, open bool) {
	open = c.now.Before(s.Cutoff)
	if zone != 0 {
		free, served = s.Free[zone]
		return free, served, open
	}
	for _, n := range s.Free {
		free = max(free, n)
	}
	return free, len(s.Free) > 0, open
}

// room is the sum of what a day still takes.
func (c calendar) room(d Day, zone int) int {
	if d.Closed {
		return 0
	}
	sum := 0
	for _, s := range d.Slots {
		if free, served, open := c.left(s, zone); served && open {
			sum += free
		}
	}
	return sum
}

// firstFree is the first day with room, or the zero time.
func (c calendar) firstFree(zone int) time.Time {
	for _, d := range c.days {
		if c.room(d, zone) > 0 {
			return d.Date
		}
	}
	return time.Time{}
}

// lastCutoff is the last moment at which something can still be ordered for d, or the zero time.
func (c calendar) lastCutoff(d Day, zone int) time.Time {
	var last time.Time
	if d.Closed {
		return last
	}
	for _, s := range d.Slots {
		if free, served, open := c.left(s, zone); served && open && free > 0 && s.Cutoff.After(last) {
			last = s.Cutoff
		}
	}
	return last
}

// cheapest is the lowest fee of a delivery zone.
func (c calendar) cheapest() (Zone, bool) {
	var best Zone
	found := false
	for _, z := range c.zones {
		if !z.Pickup && (!found || z.USD < best.USD) {
			best, found = z, true
		}
	}
	return best, found
}

// tile is a day as a thing to choose.
type tile struct {
	Value    string // 2026-11-24
	Weekday  string // "Hoy lun", "Mar"
	Number   string
	Label    string // the whole day for those who listen: "martes 24 de noviembre"
	State    string // "Libre", "Quedan 6", "Lleno", "Cerrado"
	Few      bool
	Disabled bool
	Checked  bool
}

// tiles are the days of the calendar for zone, chosen marked.
func (v *visit) tiles(c calendar, zone int, chosen time.Time) []tile {
	tiles := make([]tile, len(c.days))
	for i, d := range c.days {
		t := tile{
			Value: d.Date.Format(dateLayout), Number: strconv.Itoa(d.Date.Day()), Label: v.lang.Day(d.Date),
			Weekday: v.lang.ShortWeekday(d.Date), Checked: d.Date.Equal(chosen),
		}
		if d.Date.Equal(v.today()) {
			t.Weekday = v.Say("day.today", v.lang.Pick(strings.ToLower(t.Weekday), t.Weekday))
		}
		t.State, t.Few, t.Disabled = v.state(c, d, zone)
		t.Checked = t.Checked && !t.Disabled
		tiles[i] = t
	}
	return tiles
}

func (v *visit) state(c calendar, d Day, zone int) (say string, few, disabled bool) {
	room := c.room(d, zone)
	switch {
	case d.Closed || len(d.Slots) == 0:
		return v.Say("day.closed"), false, true
	case room > fewLeft:
		return v.Say("day.free"), false, false
	case room > 0:
		return v.Plural("day.left", room), true, false
	case !served(d, zone):
		return v.Say("day.unserved"), false, true
	case !slices.ContainsFunc(d.Slots, func(s Slot) bool { return c.now.Before(s.Cutoff) }):
		return v.Say("day.late"), false, true
	}
	return v.Say("day.full"), false, true
}

// sort puts the slots of a day in the order of the clock.
func (d *Day) sort() {
	slices.SortFunc(d.Slots, func(a, b Slot) int { return cmp.Or(a.From-b.From, a.To-b.To, a.ID-b.ID) })
}

func served(d Day, zone int) bool {
	return slices.ContainsFunc(d.Slots, func(s Slot) bool {
		_, ok := s.Free[zone]
		return ok || zone == 0 && len(s.Free) > 0
	})
}

// window is a slot as a thing to choose.
type window struct {
	ID       int
	Name     string
	State    string
	Disabled bool
	Checked  bool
}

// windows are the slots of a day for zone. Slots that do not go to the zone are left out; full and late ones stay.
func (v *visit) windows(c calendar, d Day, zone, chosen int) []window {
	var windows []window
	if d.Closed {
		return nil
	}
	for _, s := range d.Slots {
		free, served, open := c.left(s, zone)
		if !served {
			continue
		}
		w := window{ID: s.ID, Name: v.lang.Hours(s.From, s.To), Disabled: free <= 0 || !open}
		switch {
		case !open:
			w.State = v.Say("day.late")
		case free <= 0:
			w.State = v.Say("day.full")
		case free <= fewLeft:
			w.State = v.Plural("day.left", free)
		default:
			w.State = v.Say("day.free")
		}
		w.Checked = s.ID == chosen && !w.Disabled
		windows = append(windows, w)
	}
	return windows
}
