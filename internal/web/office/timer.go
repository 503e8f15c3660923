package office

import (
	"cmp"
	"slices"
	"time"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/web/lang"
)

// timer says how an order stands against the clock. Tenths fills its bar; Class is "", "soon" or "late".
type timer struct {
	Class  string
	Tenths int
	Text   string
}

// How long a step may take before it turns yellow and red.
const (
	proofSoon = 5 * time.Minute
	proofLate = 10 * time.Minute // what the customer is told
	leaveSoon = 90 * time.Minute
	leaveLate = 30 * time.Minute
	holdSoon  = 2 * time.Hour
)

// timer measures what the present state waits for, from the order's own times; proof is the one that waits, or nil. The rank sorts a lane: most urgent first.
func (v *visit) timer(o *orders.Order, proof *payments.Payment) (timer, int64) {
	switch {
	case proof != nil:
		age := v.now.Sub(proof.CreatedAt)
		t := timer{Class: grade(age >= proofSoon, age >= proofLate), Tenths: tenths(age, proofLate), Text: v.Say("timer.ago", v.short(age))}
		return t, proof.CreatedAt.Unix() - 1<<40
	case o.Status.Final():
		return timer{Tenths: 10, Text: v.lang.Hour(o.UpdatedAt)}, -o.UpdatedAt.Unix()
	case o.Status == orders.Pending && o.HoldUntil != nil:
		left := o.HoldUntil.Sub(v.now)
		t := timer{Class: grade(left < holdSoon, left <= 0), Tenths: 10 - tenths(left, 24*time.Hour), Text: v.Say("timer.hold", v.lang.Hour(*o.HoldUntil))}
		return t, o.HoldUntil.Unix()
	case o.Slot == 0 || o.Day == "":
		return timer{Class: "soon", Tenths: 10, Text: v.Say("timer.nodate")}, o.CreatedAt.Unix()
	}
	return v.wayTimer(o)
}

// wayTimer counts towards the slot: its start while the order is in the shop, its end once it is under way.
func (v *visit) wayTimer(o *orders.Order) (timer, int64) {
	from, to, ok := span(o.TimeSlot)
	if !ok {
		return timer{Text: v.when(o)}, o.Day.At(0).Unix()
	}
	until, ahead, past := from, "timer.leaves", "timer.leaves.late"
	if o.Status == orders.Shipped {
		until, ahead, past = to, "timer.arrives", "timer.arrives.late"
	}
	at := o.Day.At(time.Duration(until) * time.Minute)
	left := at.Sub(v.now)
	t := timer{Class: grade(left < leaveSoon, left < leaveLate), Tenths: 10 - tenths(left, 6*time.Hour)}
	switch {
	case left < 0:
		t.Text = v.Say(past, v.short(-left))
	case delivery.DayOf(at) == v.today():
		t.Text = v.Say(ahead, v.short(left))
	default:
		t.Text = lang.Capital(v.lang.Near(at.In(lang.Caracas()), v.now))
	}
	return t, at.Unix()
}

func grade(soon, late bool) string {
	switch {
	case late:
		return "late"
	case soon:
		return "soon"
	}
	return ""
}

func tenths(d, whole time.Duration) int { return min(10, max(0, int(10*d/whole))) }

// short is a time as people say it on the shop floor: "14 min", "2 h 05", "3 días".
func (v *visit) short(d time.Duration) string {
	m := max(0, int(d/time.Minute))
	switch {
	case m < 60:
		return v.Say("short.min", m)
	case m < 24*60:
		return v.Say("short.hours", m/60, m%60)
	}
	return v.Plural("short.days", m/(24*60))
}

func sortCards(cards []card) {
	slices.SortStableFunc(cards, func(a, b card) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Order.ID, b.Order.ID)) })
}
