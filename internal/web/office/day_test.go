package office_test

import (
	"time"

	"github.com/google/uuid"

	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
)

const letterID = "019ac6f0-0000-7000-8000-000000000001"

const attack = `<script>alert(1)</script>"><img src=x onerror=alert(1)>`

// monday is a day with something in every corner of the office.
func monday() *shop {
	s := &shop{
		history: map[int][]orders.Change{},
		zones: []delivery.Zone{{ID: 1, Kind: delivery.Delivery, Name: "Los Palos Grandes", FeeUSD: 300, Active: true},
			{ID: 2, Kind: delivery.Delivery, Name: "Chacao", FeeUSD: 300, Active: true},
			{ID: 9, Kind: delivery.Pickup, Name: "Tienda de Altamira", Active: true}},
		slots: []delivery.Slot{{ID: 1, Starts: "09:00", Ends: "12:00", Cutoff: 90 * time.Minute, Active: true},
			{ID: 2, Starts: "12:00", Ends: "15:00", Cutoff: 90 * time.Minute, Active: true},
			{ID: 3, Starts: "15:00", Ends: "18:00", Cutoff: 90 * time.Minute, Active: true}},
		caps: map[delivery.CapacityKey]place{
			{Day: "2026-11-23", Slot: 3, Zone: 1}: {capacity: 8, reserved: 6},
			{Day: "2026-11-24", Slot: 1, Zone: 1}: {capacity: 8, reserved: 8},
			{Day: "2026-11-24", Slot: 3, Zone: 1}: {capacity: 8, closed: true}},
		closed: map[delivery.Day]string{"2026-11-26": "Inventario"},
		rate: rates.Rate{ID: 1, Value: 243_800_000, Source: rates.SourceBCV, ValueDate: "2026-11-23",
			FetchedAt: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)},
		letters: []notify.Letter{{ID: uuid.MustParse(letterID), To: "gabriela@example.com", Subject: "Recibimos tu pedido 1042", At: noon.Add(-time.Hour),
			Text: "Hola Gabriela:\n\nRecibimos tu pedido. " + attack}},
	}
	for i, name := range []string{"Peonías coral", "Doce razones", "Amanecer de Galipán", "Isla bonita", "Noche de gala", "Turpial", "Corona serena"} {
		slug := []string{"peonias-coral", "doce-razones", "amanecer-de-galipan", "isla-bonita", "noche-de-gala", "turpial", "corona-serena"}[i]
		s.products = append(s.products, catalog.Product{ID: i + 1, Slug: slug, Name: name, SKU: "FY-00" + string(rune('1'+i)), PriceUSD: 7800,
			Stock: []int{12, 0, 4, 20, 9, 30, 7}[i], Reserved: i, Active: i != 6, DrawingURL: "/dibujos/" + slug + ".svg"})
	}
	s.add(1042, orders.Pending, 1, "Gabriela Rondón", "Maritza Rondón", "2026-11-24", 3)
	s.add(1043, orders.Pending, 2, "Daniela Pérez", "Daniela Pérez", "2026-11-23", 3)
	s.add(1044, orders.Pending, 3, "Nelly Salas", "Sra. Nelly", "", 0)
	s.add(1035, orders.Verified, 3, "Iraida Gil", "Iraida Gil", "2026-11-23", 2)
	s.add(1036, orders.Verified, 6, "Colegio", "Dirección", "2026-11-23", 3)
	s.add(1037, orders.Preparing, 4, "Oficina", "Recepción", "2026-11-23", 2)
	s.add(1038, orders.Shipped, 7, "Verónica Díaz", "Funeraria", "2026-11-23", 2)
	s.add(1030, orders.Delivered, 6, "Beto Mora", "Beto", "2026-11-23", 1)
	s.add(1031, orders.Cancelled, 5, "Ana", "Ana", "2026-11-23", 1)
	hostile := s.orders[0]
	hostile.CardMessage, hostile.CardSignature = "Mami:\naunque esté lejos, hoy te abrazo con flores. ¡Feliz cumple!", "Tu Gaby"
	hostile.Notes, hostile.Landmark = "Nunca lirios, es alérgica. "+attack, "Frente a la panadería, portón verde"
	hostile.Substitution, hostile.HideSender = "same_colour", true
	hold := noon.Add(5 * time.Hour)
	s.orders[2].HoldUntil, s.orders[2].TimeSlot = &hold, "Mañana en la tarde "+attack
	s.payments = []payments.Payment{
		{ID: 71, OrderID: 1042, Method: "mobile_payment", MethodName: "Pago Móvil", Status: payments.Pending, AmountUSD: 8100, AmountVES: 1974800,
			Currency: "VES", Reference: "000412907", CreatedAt: noon.Add(-14 * time.Minute), ReceiptURL: payments.ReceiptPath + "recibo.svg",
			Details: map[string]any{"bank": "Banco de ejemplo", "phone": "0400 000 11 22", "date": "2026-11-23"}},
		{ID: 72, OrderID: 1043, Method: "zelle", MethodName: "Zelle", Status: payments.Pending, AmountUSD: 4500, Currency: "USD",
			Reference: "ya-usada", ReferenceSeen: true, CreatedAt: noon.Add(-6 * time.Minute), ReceiptURL: "javascript:alert(1)"},
		{ID: 60, OrderID: 1042, Method: "zelle", MethodName: "Zelle", Status: payments.Failed, AmountUSD: 8100, Currency: "USD",
			Reference: "ZX1", Notes: "No aparece en la cuenta", CreatedAt: noon.Add(-time.Hour)},
		{ID: 50, OrderID: 1035, Method: "zelle", MethodName: "Zelle", Status: payments.Completed, AmountUSD: 9000, AcceptedUSD: 9000, Currency: "USD",
			Reference: "ZX2", CreatedAt: noon.Add(-3 * time.Hour), BankAccount: "Zelle", BankReference: "ZX2", BankValueDate: "2026-11-23",
			BankAmount: money.Money{Minor: 9000, Currency: "USD"}},
	}
	return s
}

func (s *shop) add(id int, status orders.Status, product int, customer, recipient string, day delivery.Day, slot int) {
	p := s.products[product-1]
	o := &orders.Order{ID: id, Status: status, Language: "es", Method: orders.ByDelivery, Zone: 1, ZoneName: "Los Palos Grandes", Slot: slot, Day: day,
		Customer:  orders.Contact{Name: customer, Email: "gabriela@example.com", Phone: "04140001111"},
		Recipient: orders.Contact{Name: recipient, Phone: "04140002222"}, Address: "3.ª avenida, edif. Las Trinitarias, 4B", City: "Caracas",
		Substitution: "ask", DeliveryCostUSD: 300, DeliveryCostVES: 73100, TotalUSD: 8100, TotalVES: 1974800, Rate: 243_800_000,
		PaymentMethod: "mobile_payment", CreatedAt: noon.Add(-2 * time.Hour), UpdatedAt: noon.Add(-time.Hour),
		Items: []orders.Item{{ID: id, ProductID: product, Name: p.Name, Summary: "Con eucalipto y papel crema", UnitUSD: 7800, Quantity: 1, SubtotalUSD: 7800}}}
	if slot > 0 {
		o.TimeSlot = []string{"", "09:00-12:00", "12:00-15:00", "15:00-18:00"}[slot]
	}
	if status != orders.Pending {
		o.PaidUSD = 8100
	}
	if id == 1035 {
		o.PaidUSD = 9000
	}
	s.orders = append(s.orders, o)
	s.history[id] = []orders.Change{{ID: id, OrderID: id, To: orders.Pending, At: o.CreatedAt, Notes: "Pedido hecho en la web"}}
}
