package office

import (
	"net/http"
	"strconv"
	"strings"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/web/lang"
)

// daysAhead is how many days the florist may choose from.
const daysAhead = 14

// dateForm is where the florist settles day, slot and zone of an order.
type dateForm struct {
	form
	Zones  []delivery.Zone
	Zone   int
	Days   []dateDay
	Chosen string
}

type dateDay struct {
	Name   string
	Offers []dateOffer
}

type dateOffer struct {
	Value string // "2026-11-24/3"
	Label string
	State string
	Open  bool
}

// dateForm offers the zones that fit the order's way of delivery, and the days of the one that is asked for, else of the
// order's own.
func (v *visit) dateForm(o *orders.Order) (*dateForm, error) {
	f := &dateForm{form: newForm(nil)}
	zones, err := v.office.Calendar.Zones(v.ctx())
	if err != nil {
		return nil, err
	}
	asked, _ := strconv.Atoi(v.r.FormValue("zona"))
	if asked == 0 {
		asked = o.Zone
	}
	for _, z := range zones {
		if (z.Kind == delivery.Pickup) != (o.Method == orders.ByPickup) {
			continue
		}
		f.Zones = append(f.Zones, z)
		if f.Zone == 0 || z.ID == asked {
			f.Zone = z.ID
		}
	}
	if f.Zone == 0 {
		return f, nil
	}
	offers, err := v.office.Calendar.Calendar(v.ctx(), f.Zone, v.today(), daysAhead, v.now)
	if err != nil {
		return nil, err
	}
	f.Days = v.dateDays(offers)
	return f, nil
}

// dateDays groups offers by day and leaves out what is past.
func (v *visit) dateDays(offers []delivery.Offer) []dateDay {
	var days []dateDay
	last := delivery.Day("")
	for _, o := range offers {
		if o.State == delivery.Past {
			continue
		}
		if o.Day != last {
			days = append(days, dateDay{Name: lang.Capital(v.lang.Near(date(o.Day), v.now))})
			last = o.Day
		}
		d := &days[len(days)-1]
		d.Offers = append(d.Offers, dateOffer{Value: string(o.Day) + "/" + strconv.Itoa(o.Slot.ID), Label: v.slot(o.Slot),
			State: v.offerState(o), Open: o.State == delivery.Open})
	}
	return days
}

// slot is a span of hours in the reader's language.
func (v *visit) slot(s delivery.Slot) string {
	from, _ := minutes(s.Starts)
	to, _ := minutes(s.Ends)
	return v.lang.ShortSpan(from, to)
}

func (v *visit) offerState(o delivery.Offer) string {
	switch o.State {
	case delivery.Open:
		return v.Say("offer.left", o.Left, o.Capacity)
	case delivery.Blackout:
		return o.Reason
	}
	return v.Say("offer." + o.State)
}

func (v *visit) agreeDate() error {
	d, err := v.order()
	if err != nil {
		return err
	}
	f, err := v.parse()
	if err != nil {
		return err
	}
	if d.Dates == nil {
		return fault.New(fault.Conflict, "date_agreed", "the date of this order is settled")
	}
	key, ok := offerKey(f.text("horario"), d.Dates.Zone)
	if !ok {
		f.wrong["horario"] = v.Say("dates.choose")
	}
	if f.ok() {
		_, err := v.office.Orders.Agree(v.ctx(), d.ID, key, v.by())
		if err == nil {
			return v.done(orderPath(d.ID), "fecha")
		}
		if !v.refuse(&f, err, map[string]string{"day": "horario", "slot": "horario", "zone": "zona"}) {
			return err
		}
	}
	d.Dates.form, d.Dates.Chosen = f, f.text("horario")
	return v.show(http.StatusUnprocessableEntity, v.orderView(d))
}

// offerKey reads "2026-11-24/3".
func offerKey(s string, zone int) (delivery.CapacityKey, bool) {
	day, slot, _ := strings.Cut(s, "/")
	id, err := strconv.Atoi(slot)
	d, errDay := delivery.ParseDay(day)
	return delivery.CapacityKey{Day: d, Slot: id, Zone: zone}, err == nil && id > 0 && errDay == nil
}
