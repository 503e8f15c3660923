package orders

import (
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
)

// Bounds of an order, from the contract.
const (
	maxItems    = 50
	maxQuantity = 100
	minTotal    = money.USD(1_00)
	maxTotal    = money.USD(10_000_00)
	maxID       = math.MaxInt32
)

// Place asks for an order. Texts are trimmed; what is not named is zero.
type Place struct {
	User          int
	Guest         uuid.UUID
	Language      string // "es" (default) or "en"
	Customer      Contact
	Recipient     Contact // Name and Phone; empty when the customer receives
	Address       string
	Landmark      string
	City          string
	State         string
	Zip           string
	DeliveryNotes string
	Notes         string
	CardMessage   string
	CardSignature string
	HideSender    bool
	Substitution  string // "" is "ask"
	Method        string // "": told by Zone, else by the difference between StatedTotal and the items
	Zone          int    // 0: not named, the fee is the setting DELIVERY_COST_USD
	Slot          int    // 0: date to be agreed
	Day           delivery.Day
	TimeSlot      string // a legacy client's wish "09:00-12:00", when Slot is 0
	PaymentMethod string // code of a payment method; "" when not told yet
	StatedTotal   *money.USD
	Lines         []Line
	// Abroad says that the customer's phone may be one of another country, "+34 600 000 000". The legacy pages know only
	// Venezuelan numbers; whoever sends flowers from elsewhere has none.
	Abroad bool
}

// Line is one item asked for. Stated amounts are what the customer was shown; nil when not told. Summary is checked and not
// kept: an order's items outlive its customer's personal data, and only the product's own words are surely not personal.
type Line struct {
	ProductID      int
	Quantity       int
	Summary        string
	StatedUnit     *money.USD
	StatedSubtotal *money.USD
}

// Receipt is the answer to a Place.
type Receipt struct {
	ID    int
	Token string
	Guest uuid.UUID
	// Order is as it was placed, also for a repeat after it has moved on.
	Order *Order
	// Repeated says that the order was placed by an earlier request under the same key.
	Repeated bool
}

var (
	emailPattern    = regexp.MustCompile(`^[a-zA-Z0-9._%+-]{1,64}@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$`)
	methodPattern   = regexp.MustCompile(`^[a-z0-9_]{0,50}$`)
	timeSlotPattern = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)
)

// check trims the texts and says everything that is wrong with the request by itself, in Spanish.
func (p *Place) check(today delivery.Day) error {
	for _, s := range []*string{&p.Customer.Name, &p.Customer.Email, &p.Customer.Phone, &p.Recipient.Name, &p.Recipient.Phone,
		&p.Address, &p.Landmark, &p.City, &p.State, &p.Zip, &p.DeliveryNotes, &p.Notes, &p.CardMessage, &p.CardSignature} {
		*s = strings.TrimSpace(*s)
	}
	if p.Language == "" {
		p.Language = "es"
	}
	if p.Substitution == "" {
		p.Substitution = "ask"
	}
	var c fault.Checker
	p.checkPeople(&c)
	p.checkTexts(&c)
	p.checkDelivery(&c, today)
	p.checkLines(&c)
	return c.Err()
}

func (p *Place) checkPeople(c *fault.Checker) {
	mail := p.Customer.Email
	if c.Check(mail != "", "customer_email", "Email es requerido") {
		c.Check(len(mail) <= 254 && emailPattern.MatchString(mail), "customer_email", "Formato de email inválido")
	}
	name := p.Customer.Name
	if c.Check(name != "", "customer_name", "Nombre del cliente es requerido") {
		c.Check(utf8.RuneCountInString(name) >= 2, "customer_name", "Nombre del cliente debe tener al menos 2 caracteres")
	}
	within(c, name, 255, "customer_name", "Nombre del cliente")
	if c.Check(p.Customer.Phone != "", "customer_phone", "Teléfono es requerido") {
		c.Check(len(p.Customer.Phone) <= 20, "customer_phone", "Teléfono no puede exceder 20 caracteres")
		c.Check(storable(p.Customer.Phone), "customer_phone", "Teléfono contiene caracteres inválidos")
		if msg := phoneFault(p.Customer.Phone); msg != "" && !(p.Abroad && foreignPhone(p.Customer.Phone)) {
			c.Check(false, "customer_phone", "%s", msg)
		}
	}
	within(c, p.Recipient.Name, 255, "recipient_name", "Nombre de quien recibe")
	if p.Recipient.Phone != "" {
		c.Check(len(p.Recipient.Phone) <= 20, "recipient_phone", "Teléfono de quien recibe no puede exceder 20 caracteres")
		c.Check(storable(p.Recipient.Phone), "recipient_phone", "Teléfono de quien recibe contiene caracteres inválidos")
		if msg := phoneFault(p.Recipient.Phone); msg != "" {
			c.Check(false, "recipient_phone", "%s", msg)
		}
	}
}

func (p *Place) checkTexts(c *fault.Checker) {
	if p.Method != ByPickup {
		if c.Check(p.Address != "", "delivery_address", "Dirección es requerido") {
			c.Check(utf8.RuneCountInString(p.Address) >= 5, "delivery_address", "Dirección debe tener al menos 5 caracteres")
		}
	}
	within(c, p.Address, 500, "delivery_address", "Dirección")
	within(c, p.Landmark, 500, "landmark", "Punto de referencia")
	within(c, p.City, 100, "delivery_city", "Ciudad")
	within(c, p.State, 100, "delivery_state", "Estado")
	within(c, p.Zip, 20, "delivery_zip", "Código postal")
	within(c, p.DeliveryNotes, 1000, "delivery_notes", "Notas de entrega")
	within(c, p.Notes, 1000, "notes", "Notas")
	within(c, p.CardMessage, 500, "card_message", "Mensaje de la tarjeta")
	within(c, p.CardSignature, 100, "card_signature", "Firma de la tarjeta")
	c.Check(p.Language == "es" || p.Language == "en", "language", "Idioma debe ser es o en")
	switch p.Substitution {
	case "same_value", "same_colour", "never", "ask":
	default:
		c.Check(false, "substitution", "Elige same_value, same_colour, never o ask")
	}
}

func within(c *fault.Checker, s string, most int, path, label string) {
	if !c.Check(utf8.RuneCountInString(s) <= most, path, "%s no puede exceder %d caracteres", label, most) {
		return
	}
	c.Check(storable(s), path, "%s contiene caracteres inválidos", label)
}

// storable reports whether PostgreSQL can keep s: valid UTF-8 without NUL.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func (p *Place) checkDelivery(c *fault.Checker, today delivery.Day) {
	c.Check(p.Method == "" || p.Method == ByDelivery || p.Method == ByPickup, "delivery_method", "Elige delivery o pickup")
	c.Check(p.Zone >= 0 && p.Zone <= maxID, "zone_id", "Zona inválida")
	c.Check(p.Slot >= 0 && p.Slot <= maxID, "slot_id", "Horario inválido")
	if p.Day != "" && c.Check(p.Day.Valid(), "delivery_date", "La fecha de entrega debe tener la forma AAAA-MM-DD") {
		c.Check(p.Day >= today, "delivery_date", "La fecha de entrega ya pasó")
	}
	c.Check(methodPattern.MatchString(p.PaymentMethod), "payment_method", "Forma de pago inválida")
	c.Check(p.TimeSlot == "" || timeSlotPattern.MatchString(p.TimeSlot), "delivery_time_slot",
		"El horario debe tener la forma HH:MM-HH:MM")
	if p.Slot != 0 {
		c.Check(p.Zone != 0, "zone_id", "Elige la zona de entrega")
		c.Check(p.Day != "", "delivery_date", "Elige el día de entrega")
	}
}

func (p *Place) checkLines(c *fault.Checker) {
	c.Check(len(p.Lines) > 0, "items", "El pedido debe incluir al menos un producto")
	if !c.Check(len(p.Lines) <= maxItems, "items", "No se permiten más de 50 productos por pedido") {
		return
	}
	for i, l := range p.Lines {
		at := "items." + itoa(i) + "."
		n := i + 1
		c.Check(l.ProductID > 0 && l.ProductID <= maxID, at+"product_id", "Item %d: producto inválido", n)
		c.Check(l.Quantity >= 1 && l.Quantity <= maxQuantity, at+"quantity", "Item %d: la cantidad debe estar entre 1 y 100", n)
		c.Check(utf8.RuneCountInString(l.Summary) <= 500, at+"product_summary", "Item %d: el resumen no puede exceder 500 caracteres", n)
		c.Check(storable(l.Summary), at+"product_summary", "Item %d: el resumen contiene caracteres inválidos", n)
		if l.StatedUnit == nil {
			continue
		}
		if !c.Check(*l.StatedUnit > 0, at+"unit_price_usd", "Item %d: el precio debe ser mayor que 0", n) ||
			!c.Check(*l.StatedUnit <= maxTotal, at+"unit_price_usd", "Item %d: el precio no puede exceder $10000", n) {
			continue
		}
		if sub, ok := l.StatedUnit.Times(l.Quantity); l.StatedSubtotal != nil {
			c.Check(ok && near(sub, *l.StatedSubtotal), at+"subtotal_usd",
				"Item %d: subtotal no coincide con cantidad × precio unitario", n)
		}
	}
	if t := p.StatedTotal; t != nil {
		c.Check(*t >= minTotal, "total_amount_usd", "Monto total debe ser al menos $1")
		c.Check(*t <= maxTotal, "total_amount_usd", "Monto total no puede exceder $10000")
	}
}

// near allows the cent that clients lose in floating point.
func near(a, b money.USD) bool {
	d := a - b // wraps only for amounts nobody has, and not to within a cent when one of them is small
	return d >= -1 && d <= 1
}

// phoneFault is why a Venezuelan phone number is refused, or "".
func phoneFault(phone string) string {
	var digits strings.Builder
	for _, r := range phone {
		if r >= '0' && r <= '9' {
			digits.WriteRune(r)
		}
	}
	d := digits.String()
	switch {
	case len(d) < 10:
		return "Teléfono debe tener al menos 10 dígitos"
	case len(d) > 13:
		return "Teléfono tiene demasiados dígitos"
	}
	if strings.HasPrefix(d, "58") && len(d) >= 12 {
		d = "0" + d[2:]
	}
	if len(d) == 10 && d[0] != '0' {
		d = "0" + d
	}
	if len(d) == 11 {
		switch d[:4] {
		case "0412", "0414", "0416", "0424", "0426", "0212":
			return ""
		}
	}
	return "Número de teléfono venezolano inválido. Debe comenzar con 0412, 0414, 0416, 0424, 0426 o 0212"
}

// foreignPhone reports whether phone has the international form of a country other than Venezuela: a plus sign and 8 to 15
// digits.
func foreignPhone(phone string) bool {
	rest, plus := strings.CutPrefix(phone, "+")
	digits := 0
	for _, r := range rest {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune(" -()./", r):
			return false
		}
	}
	return plus && digits >= 8 && digits <= 15 && !strings.HasPrefix(rest, "58") && !strings.HasPrefix(rest, "0")
}

// keys of the capacity an order needs: none when the date is still to be agreed.
func (p *Place) capacityKey() (delivery.CapacityKey, bool) {
	return delivery.CapacityKey{Day: p.Day, Slot: p.Slot, Zone: p.Zone}, p.Slot != 0
}

// intake is a Place on its way through a committer: with what was fixed before the database is asked anything.
type intake struct {
	Place
	key      idempotency.Key
	meta     event.Meta
	id       int
	history  int
	items    []int
	personal uuid.UUID
	token    string
	received time.Time
}
