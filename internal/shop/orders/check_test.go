package orders

import (
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

const today = delivery.Day("2026-05-10")

func valid() Place {
	return Place{Customer: Contact{Name: "Ana", Email: "ana@example.com", Phone: "0414-1234567"}, Address: "Calle 1, casa 2",
		Lines: []Line{{ProductID: 1, Quantity: 1}}}
}

func text(n int) string { return strings.Repeat("ñ", n) }

func mail(local, domain int) string {
	return strings.Repeat("a", local) + "@" + strings.Repeat("b", domain) + ".ve"
}

func usd(cents int64) *money.USD { return new(money.USD(cents)) }

// bounds holds, for each field, values that pass, and values that do not with the text that a shopper reads.
var bounds = []struct {
	field string
	set   func(p *Place, s string)
	good  []string
	bad   map[string]string
}{
	{"customer_email", func(p *Place, s string) { p.Customer.Email = s },
		[]string{"a@b.co", "  a@b.co ", "A.b+c%d_e-f@x-y.z.com", mail(64, 186)},
		map[string]string{"": "Email es requerido", " ": "Email es requerido", "x@y.z": "Formato de email inválido", "a b@c.de": "Formato de email inválido",
			"ñ@b.co": "Formato de email inválido", mail(65, 10): "Formato de email inválido", mail(64, 187): "Formato de email inválido",
			"a@b.co\nx": "Formato de email inválido", "a@b": "Formato de email inválido", "@b.co": "Formato de email inválido"}},
	{"customer_name", func(p *Place, s string) { p.Customer.Name = s }, []string{"Ño", text(255), " Ana "},
		map[string]string{"": "Nombre del cliente es requerido", "\t": "Nombre del cliente es requerido", "ñ": "Nombre del cliente debe tener al menos 2 caracteres",
			" a ": "Nombre del cliente debe tener al menos 2 caracteres", text(256): "Nombre del cliente no puede exceder 255 caracteres"}},
	{"customer_phone", func(p *Place, s string) { p.Customer.Phone = s }, []string{"04141234567"},
		map[string]string{"": "Teléfono es requerido", "0414-123-45-67-------": "Teléfono no puede exceder 20 caracteres"}},
	{"recipient_name", func(p *Place, s string) { p.Recipient.Name = s }, []string{"", text(255)},
		map[string]string{text(256): "Nombre de quien recibe no puede exceder 255 caracteres"}},
	{"recipient_phone", func(p *Place, s string) { p.Recipient.Phone = s }, []string{"", "0212 555 1234"},
		map[string]string{"0414-123-45-67-------": "Teléfono de quien recibe no puede exceder 20 caracteres", "1": "Teléfono debe tener al menos 10 dígitos"}},
	{"delivery_address", func(p *Place, s string) { p.Address = s }, []string{"ñañañ", text(500)},
		map[string]string{"": "Dirección es requerido", "cuat ": "Dirección debe tener al menos 5 caracteres", text(501): "Dirección no puede exceder 500 caracteres"}},
	{"landmark", func(p *Place, s string) { p.Landmark = s }, []string{"", text(500)}, map[string]string{text(501): "Punto de referencia no puede exceder 500 caracteres"}},
	{"delivery_city", func(p *Place, s string) { p.City = s }, []string{"", text(100)}, map[string]string{text(101): "Ciudad no puede exceder 100 caracteres"}},
	{"delivery_state", func(p *Place, s string) { p.State = s }, []string{"", text(100)}, map[string]string{text(101): "Estado no puede exceder 100 caracteres"}},
	{"delivery_zip", func(p *Place, s string) { p.Zip = s }, []string{"", text(20)}, map[string]string{text(21): "Código postal no puede exceder 20 caracteres"}},
	{"delivery_notes", func(p *Place, s string) { p.DeliveryNotes = s }, []string{"", text(1000)}, map[string]string{text(1001): "Notas de entrega no puede exceder 1000 caracteres"}},
	{"notes", func(p *Place, s string) { p.Notes = s }, []string{"", text(1000)}, map[string]string{text(1001): "Notas no puede exceder 1000 caracteres"}},
	{"card_message", func(p *Place, s string) { p.CardMessage = s }, []string{"", text(500), "Feliz día\nMamá"}, map[string]string{text(501): "Mensaje de la tarjeta no puede exceder 500 caracteres"}},
	{"card_signature", func(p *Place, s string) { p.CardSignature = s }, []string{"", text(100)}, map[string]string{text(101): "Firma de la tarjeta no puede exceder 100 caracteres"}},
	{"language", func(p *Place, s string) { p.Language = s }, []string{"", "es", "en"}, map[string]string{"fr": "Idioma debe ser es o en", "ES": "Idioma debe ser es o en"}},
	{"substitution", func(p *Place, s string) { p.Substitution = s }, []string{"", "ask", "never", "same_value", "same_colour"},
		map[string]string{"whatever": "Elige same_value, same_colour, never o ask"}},
	{"delivery_method", func(p *Place, s string) { p.Method = s }, []string{"", "delivery", "pickup"}, map[string]string{"drone": "Elige delivery o pickup"}},
	{"payment_method", func(p *Place, s string) { p.PaymentMethod = s }, []string{"", "cash", "mobile_payment"},
		map[string]string{"Cash": "Forma de pago inválida", strings.Repeat("a", 51): "Forma de pago inválida", "a b": "Forma de pago inválida"}},
	{"delivery_date", func(p *Place, s string) { p.Day = delivery.Day(s) }, []string{"", string(today), "2026-05-11"},
		map[string]string{"2026-05-09": "La fecha de entrega ya pasó", "2026-02-30": "La fecha de entrega debe tener la forma AAAA-MM-DD",
			"10/05/2026": "La fecha de entrega debe tener la forma AAAA-MM-DD", "mañana": "La fecha de entrega debe tener la forma AAAA-MM-DD"}},
	{"delivery_time_slot", func(p *Place, s string) { p.TimeSlot = s }, []string{"", "09:00-12:00", "00:00-23:59"},
		map[string]string{"9:00-12:00": "El horario debe tener la forma HH:MM-HH:MM", "09:00-24:00": "El horario debe tener la forma HH:MM-HH:MM",
			"09:00-12:00\n": "El horario debe tener la forma HH:MM-HH:MM"}},
	{"items.0.product_summary", func(p *Place, s string) { p.Lines[0].Summary = s }, []string{"", text(500)},
		map[string]string{text(501): "Item 1: el resumen no puede exceder 500 caracteres"}},
}

func TestBoundsOfEveryText(t *testing.T) {
	t.Parallel()
	for _, b := range bounds {
		for _, s := range b.good {
			p := valid()
			b.set(&p, s)
			if err := p.check(today); err != nil {
				t.Errorf("%s %.30q: %v, want it to pass", b.field, s, err)
			}
		}
		for s, msg := range b.bad {
			p := valid()
			b.set(&p, s)
			refused(t, p, b.field, msg)
		}
	}
}

// refused fails t unless exactly this field is refused with this text.
func refused(t *testing.T, p Place, field, msg string) {
	t.Helper()
	err := p.check(today)
	f := fault.Of(err)
	if f.Kind != fault.Invalid || f.Code != "invalid" || len(f.Fields) != 1 || f.Fields[0] != (fault.Field{Path: field, Msg: msg}) || f.Msg != msg {
		t.Errorf("%v, want %s: %s", err, field, msg)
	}
}

func TestTextsOfBrokenEncodingAreRefusedEverywhere(t *testing.T) {
	t.Parallel()
	for _, b := range bounds {
		for _, s := range []string{"Ana Pérez\x00 12345", "Ana Pérez\xff 12345", "\xed\xa0\x80 12345"} {
			p := valid()
			b.set(&p, s)
			var f *fault.Error
			if err := p.check(today); !errors.As(err, &f) || f.Fields[0].Path != b.field {
				t.Errorf("%s %q: %v, want it refused by its name", b.field, s, err)
			}
		}
	}
}

func TestPhoneRules(t *testing.T) {
	t.Parallel()
	const (
		short = "Teléfono debe tener al menos 10 dígitos"
		long  = "Teléfono tiene demasiados dígitos"
		wrong = "Número de teléfono venezolano inválido. Debe comenzar con 0412, 0414, 0416, 0424, 0426 o 0212"
	)
	for phone, want := range map[string]string{
		"04121234567": "", "04141234567": "", "04161234567": "", "04241234567": "", "04261234567": "", "02121234567": "",
		"(+58)-414-1234567": "", "+58 414 1234567": "", "584141234567": "", "4141234567": "", "212-1234567": "", "0414.123.45.67": "",
		"": short, "abc": short, "041412345": short, "0414-12345": short, "414123456": short, "٠٤١٤١٢٣٤٥٦٧": short,
		"00584141234567": long, "041412345678901": long,
		"04111234567": wrong, "04151234567": wrong, "02411234567": wrong, "5804141234567": wrong, "0414123456": wrong,
		"58414123456": wrong, "14141234567": wrong, "041412345678": wrong, "+1 305 555 1234": wrong, "5841412345678": wrong,
	} {
		if got := phoneFault(phone); got != want {
			t.Errorf("%q: %q, want %q", phone, got, want)
		}
	}
}

func TestBoundsOfEveryNumber(t *testing.T) {
	t.Parallel()
	line := func(change func(l *Line)) func(*Place) { return func(p *Place) { change(&p.Lines[0]) } }
	const quantity, price = "Item 1: la cantidad debe estar entre 1 y 100", "Item 1: el precio debe ser mayor que 0"
	const subtotal = "Item 1: subtotal no coincide con cantidad × precio unitario"
	priced := func(unit, n, sub int64) func(*Place) {
		return line(func(l *Line) { l.StatedUnit, l.Quantity, l.StatedSubtotal = usd(unit), int(n), usd(sub) })
	}
	for _, c := range []struct {
		field, msg string // "": passes
		set        func(*Place)
	}{
		{"", "", line(func(l *Line) { l.Quantity = 100 })},
		{"items.0.quantity", quantity, line(func(l *Line) { l.Quantity = 0 })},
		{"items.0.quantity", quantity, line(func(l *Line) { l.Quantity = -1 })},
		{"items.0.quantity", quantity, line(func(l *Line) { l.Quantity = 101 })},
		{"items.0.quantity", quantity, line(func(l *Line) { l.Quantity = 1_000_000_000 })},
		{"items.0.quantity", quantity, line(func(l *Line) { l.Quantity = math.MinInt })},
		{"items.0.product_id", "Item 1: producto inválido", line(func(l *Line) { l.ProductID = 0 })},
		{"items.0.product_id", "Item 1: producto inválido", line(func(l *Line) { l.ProductID = -7 })},
		{"items.0.product_id", "Item 1: producto inválido", line(func(l *Line) { l.ProductID = 1 << 31 })},
		{"", "", line(func(l *Line) { l.ProductID = math.MaxInt32 })},
		{"items.0.unit_price_usd", price, line(func(l *Line) { l.StatedUnit = usd(0) })},
		{"items.0.unit_price_usd", price, line(func(l *Line) { l.StatedUnit = usd(-1) })},
		{"items.0.unit_price_usd", "Item 1: el precio no puede exceder $10000", line(func(l *Line) { l.StatedUnit = usd(10_000_01) })},
		{"", "", line(func(l *Line) { l.StatedUnit = usd(1) })},
		{"", "", priced(45_99, 2, 91_98)}, {"", "", priced(45_99, 2, 91_99)}, {"", "", priced(45_99, 2, 91_97)},
		{"items.0.subtotal_usd", subtotal, priced(45_99, 2, 92_00)},
		{"items.0.subtotal_usd", subtotal, priced(45_99, 2, 91_96)},
		{"items.0.subtotal_usd", subtotal, priced(45_99, 2, -91_98)},
		{"items.0.subtotal_usd", subtotal, priced(1_00, 1, 1_00+math.MinInt64)},
		{"items.0.subtotal_usd", subtotal, priced(1_00, 1, math.MaxInt64)},
		{"total_amount_usd", "Monto total debe ser al menos $1", func(p *Place) { p.StatedTotal = usd(99) }},
		{"total_amount_usd", "Monto total debe ser al menos $1", func(p *Place) { p.StatedTotal = usd(math.MinInt64) }},
		{"total_amount_usd", "Monto total no puede exceder $10000", func(p *Place) { p.StatedTotal = usd(10_000_01) }},
		{"", "", func(p *Place) { p.StatedTotal = usd(1_00) }}, {"", "", func(p *Place) { p.StatedTotal = usd(10_000_00) }},
		{"zone_id", "Zona inválida", func(p *Place) { p.Zone = -1 }}, {"zone_id", "Zona inválida", func(p *Place) { p.Zone = 1 << 31 }},
		{"slot_id", "Horario inválido", func(p *Place) { p.Zone, p.Day, p.Slot = 1, today, -1 }},
		{"slot_id", "Horario inválido", func(p *Place) { p.Zone, p.Day, p.Slot = 1, today, 1<<31 }},
		{"zone_id", "Elige la zona de entrega", func(p *Place) { p.Day, p.Slot = today, 1 }},
		{"delivery_date", "Elige el día de entrega", func(p *Place) { p.Zone, p.Slot = 1, 1 }},
		{"items", "El pedido debe incluir al menos un producto", func(p *Place) { p.Lines = nil }},
		{"", "", func(p *Place) { p.Lines = make50(50) }},
		{"items", "No se permiten más de 50 productos por pedido", func(p *Place) { p.Lines = make50(51) }},
		{"items.1.quantity", "Item 2: la cantidad debe estar entre 1 y 100", func(p *Place) { p.Lines = append(p.Lines, Line{ProductID: 2}) }},
		{"", "", func(p *Place) { p.Method, p.Address = ByPickup, "" }}, // nobody needs the way to the shop
	} {
		p := valid()
		c.set(&p)
		if c.field != "" {
			refused(t, p, c.field, c.msg)
		} else if err := p.check(today); err != nil {
			t.Errorf("%+v: %v, want it to pass", p, err)
		}
	}
}

func make50(n int) []Line {
	lines := make([]Line, n)
	for i := range lines {
		lines[i] = Line{ProductID: i + 1, Quantity: 1}
	}
	return lines
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	p := Place{Language: "fr", Lines: []Line{{}}}
	f := fault.Of(p.check(today))
	var fields []string
	for _, field := range f.Fields {
		fields = append(fields, field.Path)
	}
	want := "customer_email customer_name customer_phone delivery_address language items.0.product_id items.0.quantity"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("fields = %s, want %s", got, want)
	}
}

// FuzzCheck: whatever is asked for, check does not panic, and what it lets through keeps the bounds that tables and later
// decisions rely on.
func FuzzCheck(f *testing.F) {
	f.Add("Ana", "ana@example.com", "0414-1234567", "Calle 1, casa 2", "2026-05-10", "09:00-12:00", "cash", 1, 1, 1, 2, int64(45_99), int64(91_98), int64(91_98))
	f.Add("", "\xff", "٠", "\x00", "0000-00-00", "::-", "\n", -1, 1<<40, math.MinInt, math.MaxInt, int64(math.MinInt64), int64(math.MaxInt64), int64(-1))
	f.Fuzz(func(t *testing.T, name, email, phone, address, day, span, method string, zone, slot, product, quantity int, unit, subtotal, total int64) {
		p := Place{Customer: Contact{name, email, phone}, Recipient: Contact{Name: name, Phone: phone}, Address: address, Landmark: address,
			City: name, Zip: phone, Notes: address, CardMessage: address, CardSignature: name, Day: delivery.Day(day), TimeSlot: span,
			PaymentMethod: method, Zone: zone, Slot: slot, StatedTotal: usd(total),
			Lines: []Line{{ProductID: product, Quantity: quantity, Summary: address, StatedUnit: usd(unit), StatedSubtotal: usd(subtotal)}}}
		if p.check(today) != nil {
			return
		}
		for _, s := range []string{p.Customer.Name, p.Customer.Email, p.Customer.Phone, p.Address, p.TimeSlot, p.PaymentMethod, p.Lines[0].Summary} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > 500 || strings.TrimSpace(s) != s && s != p.Lines[0].Summary {
				t.Errorf("text %q passed", s)
			}
		}
		l := p.Lines[0]
		exact := l.StatedUnit.String() != "" && *l.StatedUnit > 0 && *l.StatedUnit <= maxTotal
		if !exact || l.Quantity < 1 || l.Quantity > 100 || l.ProductID < 1 || l.ProductID > math.MaxInt32 {
			t.Errorf("line %+v passed", l)
		}
		if d := *l.StatedSubtotal - *l.StatedUnit*money.USD(l.Quantity); d < -1 || d > 1 {
			t.Errorf("subtotal %v of %d × %v passed", *l.StatedSubtotal, l.Quantity, *l.StatedUnit)
		}
		if p.Zone < 0 || p.Zone > math.MaxInt32 || p.Slot < 0 || p.Slot > math.MaxInt32 || *p.StatedTotal < minTotal || *p.StatedTotal > maxTotal {
			t.Errorf("numbers of %+v passed", p)
		}
		if p.Day != "" && (!p.Day.Valid() || p.Day < today) || p.Slot != 0 && (p.Zone == 0 || p.Day == "") {
			t.Errorf("delivery of %+v passed", p)
		}
		if p.Language != "es" || p.Substitution != "ask" || phoneFault(p.Customer.Phone) != "" {
			t.Errorf("defaults of %+v", p)
		}
	})
}
