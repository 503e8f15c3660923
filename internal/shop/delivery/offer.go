package delivery

import (
	"fmt"
	"strings"
	"time"

	"floresya/internal/shop/money"
)

// MaxAhead is how many days after today can be ordered for.
const MaxAhead = 90

// Zone is where the shop delivers, or where it hands over.
type Zone struct {
	ID           int
	Kind         string // Delivery or Pickup
	Name         string
	Slug         string
	FeeUSD       money.USD
	Active       bool
	DisplayOrder int
	Version      int
}

// Kinds of zones.
const (
	Delivery = "delivery"
	Pickup   = "pickup"
)

// Slot is a span of hours on a weekday.
type Slot struct {
	ID           int
	Weekday      time.Weekday
	Starts, Ends string        // "09:00"
	Cutoff       time.Duration // how long before Starts orders close
	Active       bool
	Version      int
}

// Label is the slot for people, in hours of the twelve: "9 a 12", "12:30 a 3".
func (s Slot) Label() string { return shortHour(s.Starts) + " a " + shortHour(s.Ends) }

// Closes is when orders for the slot on a day close.
func (s Slot) Closes(day Day) time.Time { return day.At(clock(s.Starts) - s.Cutoff) }

// States of an Offer.
const (
	Open     = "open"
	Full     = "full"
	Past     = "past"
	Closed   = "closed"
	Blackout = "blackout"
)

// Offer is one day × slot × zone as it stands at an instant.
type Offer struct {
	Day      Day
	Slot     Slot
	Zone     int
	Capacity int
	Left     int // never negative; what is left also when State forbids to take it
	Closes   time.Time
	State    string // Open, Full, Past, Closed or Blackout
	Reason   string // why it is not open, in Spanish; "" when open
}

// CapacityKey names what is sold: places of a slot on a day in a zone.
type CapacityKey struct {
	Day        Day
	Slot, Zone int
}

// standing is what the tables hold about one day × slot × zone.
type standing struct {
	day      Day
	zone     Zone
	slot     Slot
	capacity int // the day's, else the ordinary one
	reserved int
	closed   bool
	blackout string // the reason; "" on days of delivery
}

func (s standing) key() CapacityKey { return CapacityKey{s.day, s.slot.ID, s.zone.ID} }

// decideSlot is what may be done with a standing at an instant: pure, the one place of the rules in the package doc.
func decideSlot(s standing, now time.Time) Offer {
	o := Offer{Day: s.day, Slot: s.slot, Zone: s.zone.ID, Capacity: s.capacity, Left: max(0, s.capacity-s.reserved),
		Closes: s.slot.Closes(s.day)}
	switch {
	case !now.Before(o.Closes):
		o.State, o.Reason = Past, "Cerró "+closedSince(o.Closes, now)
	case s.blackout != "":
		o.State, o.Reason = Blackout, s.blackout
	case s.closed || !s.slot.Active || !s.zone.Active:
		o.State, o.Reason = Closed, "Cerrado por la floristería"
	case s.day.Sub(DayOf(now)) > MaxAhead:
		o.State, o.Reason = Closed, fmt.Sprintf("Abre %d días antes", MaxAhead)
	case o.Left == 0:
		o.State, o.Reason = Full, "Cupo lleno"
	default:
		o.State = Open
	}
	return o
}

func closedSince(closes, now time.Time) string {
	closes = closes.In(Location())
	if DayOf(closes) == DayOf(now) {
		return "a las " + hour(closes)
	}
	return "el " + DayOf(closes).spanish() + " a las " + hour(closes)
}

// hour is a time of day for people: "3:48 p. m."
func hour(t time.Time) string {
	return t.Format("3:04 ") + map[bool]string{true: "a. m.", false: "p. m."}[t.Hour() < 12]
}

// clock is "09:30" as time since midnight; the tables and commands hold no other form.
func clock(s string) time.Duration {
	t, _ := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

func shortHour(s string) string {
	t, _ := time.Parse("15:04", s)
	return strings.TrimSuffix(t.Format("3:04"), ":00")
}
