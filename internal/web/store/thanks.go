package store

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

// thanksData is what the page after ordering shows: how to pay, and the form for the proof.
type thanksData struct {
	form    form
	order   Order
	methods []Method
	method  Method // the one whose instructions are shown
	payable bool   // something is still to be paid, and may be
	hold    hold
	help    string // address to write to the shop, may be empty
}

// hold is how long the flowers are kept for an unpaid order.
type hold struct {
	until time.Time // zero: no hold runs
	left  string
	share int // of the time, in per cent
}

func (s *Store) thanks(v *visit) error {
	d, err := s.thanksData(v, v.r.URL.Query().Get("metodo"))
	if err != nil {
		return err
	}
	d.form = newForm(url.Values{"llave": {s.key()}, "fecha": {v.today().Format(dateLayout)}, "monto": {v.dueIn(d.order, d.method)}})
	return s.showThanks(v, http.StatusOK, d)
}

func (s *Store) showThanks(v *visit, status int, d thanksData) error {
	v.w.Header().Set("Referrer-Policy", "same-origin") // the token in the address is the key to the order
	m := meta{Title: v.Say("order.number", d.order.ID), NoIndex: true}
	return v.show(status, v.thanksPage(m, d))
}

func (s *Store) thanksData(v *visit, method string) (thanksData, error) {
	var d thanksData
	if err := v.openFrame(); err != nil {
		return d, err
	}
	var err error
	if d.order, err = v.order(); err != nil {
		return d, err
	}
	if d.methods, err = s.Payments.Methods(v.ctx()); err != nil {
		return d, err
	}
	settings, err := s.Settings.Public(v.ctx())
	if err != nil {
		return d, err
	}
	d.help = v.whatsapp(settings, d.order.ID)
	if method == "" {
		method = d.order.Method
	}
	if at := slices.IndexFunc(d.methods, func(m Method) bool { return m.Code == method }); at >= 0 {
		d.method = d.methods[at]
	} else if len(d.methods) > 0 {
		d.method = d.methods[0]
	}
	d.payable = d.order.DueUSD > 0 && d.order.State != Cancelled && len(d.methods) > 0
	d.hold = v.holdOf(d.order)
	return d, nil
}

// order reads the order that the token in the address gives access to.
func (v *visit) order() (Order, error) {
	t := v.r.PathValue("token")
	if !token.MatchString(t) {
		return Order{}, errNoPage
	}
	return v.store.Orders.Order(v.ctx(), t)
}

func (v *visit) holdOf(o Order) hold {
	left := o.HoldUntil.Sub(v.now)
	if o.HoldUntil.IsZero() || left <= 0 || o.State != Pending {
		return hold{}
	}
	h := hold{until: o.HoldUntil, left: clockLeft(left), share: 100}
	if whole := o.HoldUntil.Sub(o.PlacedAt); whole > 0 {
		h.share = int(min(100, max(1, 100*left/whole)))
	}
	return h
}

// clockLeft writes a remaining time as the clock shows it: "52:14", "23:40 h".
func clockLeft(d time.Duration) string {
	two := lang.Two
	if d < time.Hour {
		return two(int(d.Minutes())) + ":" + two(int(d.Seconds())%60)
	}
	return itoa(int(d.Hours())) + ":" + two(int(d.Minutes())%60) + " h"
}

// dueIn is what is still to be paid in the currency of a method, as a field for an amount shows it.
func (v *visit) dueIn(o Order, m Method) string {
	if m.Currency == money.CurrencyVES {
		return strings.TrimPrefix(v.lang.WholeBs(o.DueVES), "Bs\u00a0")
	}
	return strings.TrimPrefix(lang.USD(o.DueUSD), "$")
}

// whatsapp is a link to write to the shop about an order, or "" where the shop has no number.
func (v *visit) whatsapp(settings map[string]string, order int) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, settings["contact_whatsapp_main"])
	if len(digits) < 10 {
		return ""
	}
	return "https://wa.me/" + digits + "?text=" + url.QueryEscape(v.Say("help.whatsapp", order))
}
