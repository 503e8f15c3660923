package office

import (
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/web/lang"
)

// week is how many days the page of slots shows at once.
const week = 7

// slotPage is the calendar of one zone for a week.
type slotPage struct {
	Zones     []delivery.Zone
	Zone      int
	From      delivery.Day
	Days      []slotDay
	Blackouts []delivery.BlackoutDay // all that are to come
	Form      form                   // of a refused change
	At        string                 // which: a day, or "day/slot"
}

type slotDay struct {
	Day      delivery.Day
	Name     string
	Blackout string // the reason; "" on days of delivery
	Past     bool
	Slots    []slotRow
}

type slotRow struct {
	delivery.Offer
	Label    string
	Reserved int
	State    string
	Closed   bool // by the florist, this day
}

// key names the row within the page.
func (r slotRow) key() string { return string(r.Day) + "/" + strconv.Itoa(r.Slot.ID) }

// id is key as an HTML id.
func (r slotRow) id() string { return string(r.Day) + "-" + strconv.Itoa(r.Slot.ID) }

func (v *visit) slots() error {
	p, err := v.slotPage(v.query("zona"), v.query("desde"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.slotsPage(p))
}

// slotPage reads a week; wrong or missing parameters mean the first zone and today.
func (v *visit) slotPage(zone, from string) (*slotPage, error) {
	zones, err := v.office.Calendar.Zones(v.ctx())
	if err != nil {
		return nil, err
	}
	p := &slotPage{Zones: zones, From: v.today(), Form: newForm(nil)}
	asked, _ := strconv.Atoi(zone)
	for _, z := range zones {
		if p.Zone == 0 || z.ID == asked {
			p.Zone = z.ID
		}
	}
	if d, err := delivery.ParseDay(from); err == nil && d >= v.today() && d.Sub(v.today()) <= delivery.MaxAhead {
		p.From = d
	}
	if p.Blackouts, err = v.office.Calendar.Blackouts(v.ctx(), v.today()); err != nil {
		return nil, err
	}
	if p.Zone == 0 {
		return p, nil
	}
	offers, err := v.office.Calendar.Calendar(v.ctx(), p.Zone, p.From, week, v.now)
	if err != nil {
		return nil, err
	}
	p.Days = v.slotDays(p, offers)
	return p, nil
}

// slotDays has every day of the week, also those without slots: they can be closed too.
func (v *visit) slotDays(p *slotPage, offers []delivery.Offer) []slotDay {
	reasons := map[delivery.Day]string{}
	for _, b := range p.Blackouts {
		reasons[b.Day] = b.Reason
	}
	days := make([]slotDay, week)
	for i := range days {
		day := p.From.Add(i)
		days[i] = slotDay{Day: day, Name: lang.Capital(v.lang.Near(date(day), v.now)), Blackout: reasons[day]}
	}
	for _, o := range offers {
		d := &days[o.Day.Sub(p.From)]
		d.Slots = append(d.Slots, slotRow{Offer: o, Label: v.slot(o.Slot), Reserved: o.Capacity - o.Left, State: v.offerState(o),
			Closed: o.State == delivery.Closed})
	}
	return days
}

// address is the page of a zone from a day on.
func (p *slotPage) address(from delivery.Day) string {
	q := url.Values{"zona": {strconv.Itoa(p.Zone)}, "desde": {string(from)}}
	return Base + "/entregas?" + q.Encode()
}

func (v *visit) setCapacity() error {
	f, err := v.parse()
	if err != nil {
		return err
	}
	zone, _ := strconv.Atoi(f.text("zona"))
	key, ok := offerKey(f.text("horario"), zone)
	if !ok || zone < 1 {
		return fault.New(fault.Invalid, "bad_form", "no such slot")
	}
	capacity := f.number("cupo", 0, maxPlaces, v.Say("slots.places.wrong", maxPlaces))
	if f.ok() {
		err := v.office.Calendar.SetCapacity(v.ctx(), key, capacity, f.text("cerrado") == "si")
		if err == nil {
			return v.slotsDone(f, "cupo", key.Day)
		}
		if !v.refuse(&f, err, map[string]string{"capacity": "cupo"}) {
			return err
		}
	}
	return v.slotsRefused(f, f.text("horario"))
}

// maxPlaces is the most places of a slot that the field takes.
const maxPlaces = 10_000

// setDay closes a day for deliveries, with a reason for the customers, or opens it again.
func (v *visit) setDay() error {
	f, err := v.parse()
	if err != nil {
		return err
	}
	day, err := delivery.ParseDay(f.text("dia"))
	if err != nil {
		f.wrong["dia"] = v.Say("slots.day.wrong")
		return v.slotsRefused(f, "dia")
	}
	if f.text("abrir") == "si" {
		if err := v.office.Calendar.ClearBlackout(v.ctx(), day); err != nil {
			return err
		}
		return v.slotsDone(f, "dia-abierto", day)
	}
	reason := f.text("motivo")
	if n := utf8.RuneCountInString(reason); n < 1 || n > maxReason {
		f.wrong["motivo"] = v.Say("slots.reason.wrong", maxReason)
	}
	if f.ok() {
		err := v.office.Calendar.Blackout(v.ctx(), day, reason)
		if err == nil {
			return v.slotsDone(f, "dia-cerrado", day)
		}
		if !v.refuse(&f, err, map[string]string{"reason": "motivo", "day": "dia"}) {
			return err
		}
	}
	return v.slotsRefused(f, "dia")
}

const maxReason = 100

func (v *visit) slotsDone(f form, note string, day delivery.Day) error {
	zone, _ := strconv.Atoi(f.text("zona"))
	from, err := delivery.ParseDay(f.text("desde"))
	if err != nil {
		from = v.today()
	}
	p := &slotPage{Zone: zone}
	return v.done(p.address(from)+"#d-"+string(day), note)
}

func (v *visit) slotsRefused(f form, at string) error {
	p, err := v.slotPage(f.text("zona"), f.text("desde"))
	if err != nil {
		return err
	}
	p.Form, p.At = f, at
	return v.show(http.StatusUnprocessableEntity, v.slotsPage(p))
}

// formAt is the refused form for its own place, and an empty one for all others.
func (p *slotPage) formAt(at string) form {
	if p.At == at {
		return p.Form
	}
	return newForm(nil)
}

// tenths is how much of the capacity is taken.
func (r slotRow) tenths() int {
	if r.Capacity == 0 {
		return 10
	}
	return min(10, 10*r.Reserved/r.Capacity)
}

func (r slotRow) capacityValue(f form) string {
	if f.Has("cupo") {
		return f.Get("cupo")
	}
	return strconv.Itoa(r.Capacity)
}
