package store

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"floresya/internal/web/lang"
)

const trackTarget = "estado"

// findData is what the page that finds an order shows.
type findData struct {
	form   form
	recent []Order
}

// findOrder takes a tracking code or the whole link, and lists the orders made in this browser.
func (s *Store) findOrder(v *visit) error {
	if err := v.openFrame(); err != nil {
		return err
	}
	d := findData{form: newForm(url.Values{})}
	if typed := strings.TrimSpace(v.r.URL.Query().Get("codigo")); typed != "" {
		code := typed[strings.LastIndexByte(strings.TrimRight(typed, "/"), '/')+1:]
		code, _, _ = strings.Cut(strings.TrimRight(code, "/"), "?")
		if token.MatchString(code) {
			if _, err := s.Orders.Order(v.ctx(), code); err == nil {
				return v.redirect("/seguimiento/" + code)
			} else if notFound(err) {
				d.form.wrong["codigo"] = v.Say("find.unknown")
			} else {
				return err
			}
		} else {
			d.form.wrong["codigo"] = v.Say("find.unknown")
		}
		d.form.Set("codigo", clip(strings.ToValidUTF8(typed, ""), 200))
	}
	for _, t := range v.recent() {
		switch o, err := s.Orders.Order(v.ctx(), t); {
		case err == nil:
			d.recent = append(d.recent, o)
		case !notFound(err):
			return err
		}
	}
	return v.show(http.StatusOK, v.findPage(meta{Title: v.Say("find.title"), Description: v.Say("find.lead")}, d))
}

// trackData is what the tracking page shows.
type trackData struct {
	order Order
	steps []trackStep
	help  string
}

// trackStep is one of the five stations of an order.
type trackStep struct {
	Text, Note, Icon string
	At               time.Time
	Done, Now        bool
}

func (s *Store) tracking(v *visit) error {
	if err := v.openFrame(); err != nil {
		return err
	}
	o, err := v.order()
	if err != nil {
		return err
	}
	settings, err := s.Settings.Public(v.ctx())
	if err != nil {
		return err
	}
	d := trackData{order: o, steps: v.stations(o), help: v.whatsapp(settings, o.ID)}
	if v.partial(trackTarget) {
		v.w.Header().Set("Cache-Control", "no-store")
		return v.show(http.StatusOK, v.trackState(d))
	}
	m := meta{Title: v.trackTitle(o), NoIndex: true, Live: true}
	v.w.Header().Set("Referrer-Policy", "same-origin")
	return v.show(http.StatusOK, v.trackPage(m, d))
}

// stations are the way of an order: what is done, where it is now, what comes. A cancelled order ends where it was.
func (v *visit) stations(o Order) []trackStep {
	way := []State{Pending, Verified, Preparing, Shipped, Delivered}
	reached := slices.Index(way, o.State)
	var steps []trackStep
	for i, state := range way {
		at := o.at(state)
		if o.State == Cancelled && at.IsZero() {
			continue
		}
		t := trackStep{Text: v.Say("station." + string(state)), At: at, Icon: stationIcon(state, o.Pickup)}
		if o.Pickup && (state == Shipped || state == Delivered) {
			t.Text = v.Say("station.pickup." + string(state))
		}
		t.Done = i < reached || o.State == Delivered || o.State == Cancelled
		t.Now = i == reached && o.State != Delivered
		if t.Now && state == Pending { // what is awaited now is the next thing: the payment
			t.Done, t.Now = true, false
		}
		steps = append(steps, t)
	}
	switch o.State {
	case Cancelled:
		steps = append(steps, trackStep{Text: v.Say("station.cancelled"), At: o.at(Cancelled), Icon: "x", Now: true})
	case Pending:
		steps[1].Text, steps[1].Now, steps[1].Note = v.Say("station.payment"), true, v.awaited(o)
	case Verified, Preparing, Shipped, Delivered:
	}
	return steps
}

// awaited says what an unpaid order waits for.
func (v *visit) awaited(o Order) string {
	if o.DueUSD > 0 && !o.HoldUntil.IsZero() {
		return v.Say("station.awaits.pay.until", v.lang.Until(o.HoldUntil, v.now))
	}
	if o.DueUSD > 0 {
		return v.Say("station.awaits.pay")
	}
	return v.Say("station.awaits.check")
}

// at is when the order first reached a state, or the zero time.
func (o Order) at(s State) time.Time {
	for _, step := range o.Steps {
		if step.State == s {
			return step.At
		}
	}
	if s == Pending {
		return o.PlacedAt
	}
	return time.Time{}
}

func stationIcon(s State, pickup bool) string {
	switch s {
	case Pending:
		return "clipboard-list"
	case Verified:
		return "shield-check"
	case Preparing:
		return "flower-2"
	case Shipped:
		if pickup {
			return "package-check"
		}
		return "bike"
	case Delivered:
		return "house"
	case Cancelled:
	}
	return "x"
}

// trackTitle is the sentence that answers "where are my flowers".
func (v *visit) trackTitle(o Order) string {
	switch o.State {
	case Pending:
		if o.DueUSD == 0 {
			return v.Say("track.checking")
		}
		return v.Say("track.pending")
	case Shipped:
		if o.Pickup {
			return v.Say("track.ready")
		}
		if o.Zone != "" {
			return v.Say("track.shipped.zone", o.Zone)
		}
	case Delivered:
		if o.Pickup {
			return v.Say("track.delivered.pickup")
		}
	case Verified, Preparing, Cancelled:
	}
	return v.Say("track." + string(o.State))
}

// trackLead is the line below: when they arrive, or what to do.
func (v *visit) trackLead(o Order) string {
	switch {
	case o.State == Cancelled:
		return v.Say("track.cancelled.lead")
	case o.State == Delivered:
		return v.Say("track.delivered.lead", v.lang.When(o.at(Delivered), v.now))
	case o.State == Pending && o.DueUSD > 0:
		return v.Say("track.pending.lead", v.both(o.DueUSD, o.DueVES))
	case o.Date.IsZero():
		return v.Say("track.agree")
	case o.Pickup:
		return v.Say("track.arrive.pickup", lang.Capital(v.lang.Day(o.Date)), v.lang.Span(o.From, o.To))
	}
	return v.Say("track.arrive", lang.Capital(v.lang.Day(o.Date)), v.lang.Span(o.From, o.To))
}

// arrival is the beginning and the end of the delivery slot as moments, for readers in other time zones.
func (o Order) arrival() (from, to time.Time, ok bool) {
	if o.Date.IsZero() || o.To == 0 || o.State == Delivered || o.State == Cancelled {
		return from, to, false
	}
	day := midnight(o.Date)
	return day.Add(time.Duration(o.From) * time.Minute), day.Add(time.Duration(o.To) * time.Minute), true
}
