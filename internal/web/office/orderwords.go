package office

import (
	"strings"

	"floresya/internal/shop/orders"
	"floresya/internal/web/lang"
)

// fact is one line of a list of facts.
type fact struct{ Key, Value string }

func (v *visit) address(o *orders.Order) []fact {
	var out []fact
	add := func(key, value string) {
		if value = strings.TrimSpace(value); value != "" {
			out = append(out, fact{v.Say(key), value})
		}
	}
	add("delivery.to", o.Recipient.Name)
	add("delivery.phone", o.Recipient.Phone)
	add("delivery.address", strings.Join(filled(o.Address, o.City, o.State), ", "))
	add("delivery.landmark", o.Landmark)
	add("delivery.notes", o.DeliveryNotes)
	return out
}

func filled(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// whenLong is day and hours of the delivery; a legacy client's own words where nothing is agreed.
func (v *visit) whenLong(o *orders.Order) string {
	if o.Day == "" && o.TimeSlot == "" {
		return v.Say("when.open")
	}
	var parts []string
	if o.Day.Valid() {
		parts = append(parts, lang.Capital(v.lang.Day(date(o.Day))))
	}
	if from, to, ok := span(o.TimeSlot); ok {
		parts = append(parts, v.lang.Span(from, to))
	} else if o.TimeSlot != "" {
		parts = append(parts, o.TimeSlot)
	}
	text := strings.Join(parts, ", ")
	if o.Slot == 0 {
		return v.Say("when.wish", text)
	}
	return text
}

func cardText(o *orders.Order) string {
	return strings.Join(filled(o.CardMessage, o.CardSignature), "\n\n")
}

func first(name string) string {
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	return name
}

func firstOf(names ...string) string {
	if f := filled(names...); len(f) > 0 {
		return f[0]
	}
	return "—"
}

// statusTag colours a state: what waits is yellow, what ended badly red, what is done plain.
func statusTag(s orders.Status) string {
	switch s {
	case orders.Pending:
		return "sun"
	case orders.Cancelled:
		return "red"
	case orders.Delivered:
		return "plain"
	case orders.Shipped:
		return "sky"
	}
	return ""
}

func statusIcon(s orders.Status) string {
	switch s {
	case orders.Preparing:
		return "scissors"
	case orders.Shipped:
		return "bike"
	case orders.Delivered:
		return "package-check"
	case orders.Cancelled:
		return "circle-x"
	}
	return "check"
}

// pickupKey chooses other words where the customer comes to the shop.
func pickupKey(o *orders.Order, next orders.Status) string {
	if o.Method == orders.ByPickup && next == orders.Shipped {
		return ".pickup"
	}
	return ""
}
