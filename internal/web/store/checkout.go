package store

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

// Lengths that the checkout takes; the card is written by hand.
const (
	maxName    = 120
	maxAddress = 500
	maxCard    = 240
	maxKey     = 64
	whenTarget = "cuando"
)

// checkoutData is what the checkout page shows.
type checkoutData struct {
	form    form
	priced  priced
	lines   []Line
	tiles   []tile
	windows []window
	day     string // the chosen day in words, "" if none
	methods []Method
}

func (s *Store) checkout(v *visit) error {
	if len(v.bag.Lines) == 0 {
		return v.redirect("/carrito")
	}
	f := newForm(url.Values{"llave": {s.key()}, "sustitucion": {"ask"}})
	if !v.bag.Date.IsZero() {
		f.Set("fecha", v.bag.Date.Format(dateLayout))
	}
	if v.bag.Zone > 0 {
		f.Set("zona", strconv.Itoa(v.bag.Zone))
	}
	return s.showCheckout(v, http.StatusOK, f, v.bag.Lines)
}

func (s *Store) showCheckout(v *visit, status int, f form, lines []Line) error {
	d, err := s.checkoutData(v, f, lines)
	if err != nil {
		return err
	}
	if len(d.priced.lines) == 0 {
		return v.redirect("/carrito")
	}
	if v.partial(whenTarget) {
		v.w.Header().Set("Cache-Control", "no-store")
		return v.show(http.StatusOK, v.whenPart(d))
	}
	m := meta{Title: v.Say("checkout.title"), NoIndex: true, Live: true}
	return v.show(status, v.checkoutPage(m, d))
}

func (s *Store) checkoutData(v *visit, f form, lines []Line) (checkoutData, error) {
	d := checkoutData{form: f, lines: lines}
	if err := v.open(checkoutDays); err != nil {
		return d, err
	}
	zone := parseID(f.Get("zona"))
	var err error
	if d.priced, err = v.price(lines, zone); err != nil {
		return d, err
	}
	if !d.priced.zoned {
		zone = 0
	}
	chosen := parseDay(f.Get("fecha"), v.now)
	d.tiles = v.tiles(v.cal, zone, chosen)
	if day, ok := v.cal.day(chosen); ok {
		d.windows = v.windows(v.cal, day, zone, parseID(f.Get("horario")))
		d.day = v.lang.Day(day.Date)
	}
	d.methods, err = s.Payments.Methods(v.ctx())
	return d, err
}

// place takes the checkout form: another day or zone shows the page again, a wrong field too, with the reason beside
// it; otherwise the order is placed and its page comes next.
func (s *Store) place(v *visit) error {
	if err := v.parseForm(); err != nil {
		return err
	}
	f := newForm(v.r.PostForm)
	lines := readLines(f.Values["linea"])
	if len(lines) == 0 {
		return v.redirect("/carrito")
	}
	if !validKey(f.Get("llave")) {
		f.Set("llave", s.key())
	}
	v.keepChoice(f)
	if f.Get("accion") == "actualizar" {
		return s.showCheckout(v, http.StatusOK, f, lines)
	}
	order := v.readOrder(f, lines)
	if !f.ok() {
		return s.showCheckout(v, http.StatusUnprocessableEntity, f, lines)
	}
	if seen, err := s.sawTotal(v, &f, &order); err != nil {
		return err
	} else if !seen {
		return s.showCheckout(v, http.StatusUnprocessableEntity, f, lines)
	}
	placed, err := s.Orders.Place(v.ctx(), f.Get("llave"), order)
	if err != nil {
		if !v.refuse(&f, err) {
			return err
		}
		return s.showCheckout(v, http.StatusUnprocessableEntity, f, lines)
	}
	bag := v.bag
	bag.Lines = nil
	v.keep(bag)
	v.remember(placed.Token)
	return v.redirect("/gracias/" + placed.Token)
}

// sawTotal checks that the shopper saw the total that the order would have now, and says it in the form's notice if
// not: prices change, and without a script the page shows the fee of another zone only when it is asked to.
func (s *Store) sawTotal(v *visit, f *form, o *NewOrder) (bool, error) {
	zones, err := s.Delivery.Zones(v.ctx())
	if err != nil {
		return false, err
	}
	v.cal.zones = zones
	p, err := v.price(o.Lines, o.ZoneID)
	if err != nil {
		return false, err
	}
	if o.SeenUSD != p.total {
		f.notice = v.Say("refused.total", lang.USD(p.total))
		return false, nil
	}
	return true, nil
}

// keepChoice remembers day and zone of the form for the other pages.
func (v *visit) keepChoice(f form) {
	bag := v.bag
	if day := parseDay(f.Get("fecha"), v.now); !day.IsZero() {
		bag.Date = day
	}
	if zone := parseID(f.Get("zona")); zone > 0 {
		bag.Zone = zone
	}
	v.keep(bag)
}

// readOrder reads the form and notes in it what is missing or wrong.
func (v *visit) readOrder(f form, lines []Line) NewOrder {
	f.require("recibe", v.Say("checkout.need.recipient"))
	f.require("nombre", v.Say("checkout.need.name"))
	f.bound("recibe", maxName, v.Say("field.long", maxName))
	f.bound("nombre", maxName, v.Say("field.long", maxName))
	f.bound("direccion", maxAddress, v.Say("field.long", maxAddress))
	f.bound("referencia", maxAddress/2, v.Say("field.long", maxAddress/2))
	f.bound("mensaje", maxCard, v.Say("field.long", maxCard))
	if phone := f.text("telefono_recibe"); phone == "" || !plausiblePhone(phone) {
		f.wrong["telefono_recibe"] = v.Say("checkout.need.phone")
	}
	if phone := f.text("telefono"); phone == "" || !plausiblePhone(phone) {
		f.wrong["telefono"] = v.Say("checkout.need.yourphone")
	}
	if !plausibleMail(f.text("correo")) {
		f.wrong["correo"] = v.Say("checkout.need.mail")
	}
	o := NewOrder{
		Lang: v.lang, Lines: lines,
		ZoneID: parseID(f.Get("zona")), Date: parseDay(f.Get("fecha"), v.now), SlotID: parseID(f.Get("horario")),
		Recipient: Person{Name: f.text("recibe"), Phone: f.text("telefono_recibe")},
		Sender:    Person{Name: f.text("nombre"), Phone: f.text("telefono"), Email: f.text("correo")},
		Address:   f.text("direccion"), Reference: f.text("referencia"),
		Card: f.text("mensaje"), HideSender: f.Get("anonimo") != "", Substitute: f.Get("sustitucion"),
		Method: code(f.Get("pago")),
	}
	if o.ZoneID == 0 {
		f.wrong["zona"] = v.Say("checkout.need.zone")
	}
	if o.Date.IsZero() {
		f.wrong["fecha"] = v.Say("checkout.need.day")
	} else if o.SlotID == 0 {
		f.wrong["horario"] = v.Say("checkout.need.slot")
	}
	if o.Method == "" {
		f.wrong["pago"] = v.Say("checkout.need.method")
	}
	if !slices.Contains(substitutes(), o.Substitute) {
		o.Substitute = "ask"
	}
	if n, err := strconv.ParseInt(f.Get("visto"), 10, 64); err == nil && n > 0 {
		o.SeenUSD = money.USD(n)
	}
	return o
}

// substitutes are the answers to "what if a flower is missing".
func substitutes() []string { return []string{"ask", "same_colour", "same_value", "never"} }

// readLines reads the order's lines from the form, which carries its own so that a page from the browser's history still
// orders what it shows.
func readLines(fields []string) []Line {
	var b Bag
	for _, field := range fields[:min(len(fields), maxLines)] {
		id, n, _ := strings.Cut(field, "x")
		if count, err := strconv.Atoi(n); err == nil && parseID(id) > 0 {
			b = b.With(parseID(id), count)
		}
	}
	return b.Lines
}

func validKey(key string) bool {
	return len(key) >= 16 && len(key) <= maxKey && strings.IndexFunc(key, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-')
	}) < 0
}

// plausiblePhone says whether text can be a phone number at all; the orders service knows the rules of each country.
func plausiblePhone(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-() ./", r):
			return false
		}
	}
	return digits >= 10 && digits <= 15
}

// plausibleMail says whether text looks like an address; only a mail that arrives proves it.
func plausibleMail(text string) bool {
	local, domain, ok := strings.Cut(text, "@")
	return ok && local != "" && len(text) <= 254 && strings.Contains(strings.Trim(domain, "."), ".") &&
		!strings.ContainsAny(text, " \t\n,;<>") && !strings.Contains(domain, "@")
}
