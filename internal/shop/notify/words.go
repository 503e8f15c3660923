package notify

import (
	"fmt"
	"strings"

	"floresya/internal/shop/delivery"
)

// words are the letters in one language.
type words struct {
	lang               string
	hello, helloNobody string
	order, when        string
	forWhom            string
	track, help        string
	day                func(*order) string
	kinds              map[Kind]func(l *letter, o *order, detail string, ways []Way)
}

func pickup(o *order) bool { return o.Method == "pickup" }

var spanishDays = [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}

var spanishMonths = [...]string{"", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
	"octubre", "noviembre", "diciembre"}

func spanishDay(o *order) string {
	day := delivery.Day(o.Day)
	if !day.Valid() {
		return "Por acordar: te escribimos para cuadrar el día y la hora."
	}
	t := day.At(0)
	where := "en " + oneLine(o.Zone)
	if pickup(o) {
		where = "para retirar en " + oneLine(o.Zone)
	}
	return fmt.Sprintf("%s %d de %s, %s, %s", spanishDays[t.Weekday()], t.Day(), spanishMonths[t.Month()],
		slotClock(o.Slot, "a. m.", "p. m."), where)
}

func englishDay(o *order) string {
	day := delivery.Day(o.Day)
	if !day.Valid() {
		return "To be agreed: we will write to you to settle day and time."
	}
	where := "in " + oneLine(o.Zone)
	if pickup(o) {
		where = "to pick up at " + oneLine(o.Zone)
	}
	return fmt.Sprintf("%s, %s, %s", day.At(0).Format("Monday, January 2"), slotClock(o.Slot, "a.m.", "p.m."), where)
}

var spanish = words{
	lang: "es", hello: "¡Hola, %s!", helloNobody: "¡Hola!", order: "Pedido", when: "Cuándo", forWhom: "Para",
	track: "Sigue tu pedido", help: "¿Dudas? Escríbenos por WhatsApp al %s.", day: spanishDay,
	kinds: map[Kind]func(*letter, *order, string, []Way){
		Placed: func(l *letter, o *order, _ string, ways []Way) {
			l.Subject = fmt.Sprintf("Recibimos tu pedido #%d", o.ID)
			l.Lead = []string{"Ya apartamos tus flores. Gracias por confiar en nosotros."}
			l.itemise(o, "Envío", "Total")
			if o.PayBy == "cash" {
				l.Lead = append(l.Lead, "Pagas en efectivo al recibirlo. Te avisamos cuando lo confirmemos.")
				return
			}
			if o.HoldUntil != nil {
				t := o.HoldUntil.In(delivery.Location())
				l.Lead = append(l.Lead, fmt.Sprintf("Para confirmarlo, paga antes del %s %d de %s a las %s y registra tu comprobante en la página de tu pedido.",
					spanishDays[t.Weekday()], t.Day(), spanishMonths[t.Month()], clock(t, "a. m.", "p. m.")))
			}
			l.WaysTitle, l.Ways, l.Button = "Cómo pagar", ways, "Registra tu pago"
		},
		Paid: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Tu pedido #%d está confirmado", o.ID)
			l.Lead = []string{"Tu pedido está confirmado. Ahora preparamos tu ramo con flores frescas y te avisamos cuando salga."}
			if o.Paid >= o.Total {
				l.Subject = fmt.Sprintf("Verificamos tu pago del pedido #%d", o.ID)
				l.Lead = []string{"Verificamos tu pago: todo en orden.", l.Lead[0]}
			}
			l.itemise(o, "Envío", "Total")
		},
		Rejected: func(l *letter, o *order, detail string, ways []Way) {
			l.Subject = fmt.Sprintf("No pudimos verificar tu pago del pedido #%d", o.ID)
			l.Lead = []string{"Revisamos el banco y no pudimos verificar tu pago. Esto nos dice el taller: «" + oneLine(detail) + "»",
				"Revisa la referencia y registra el pago de nuevo en la página de tu pedido."}
			if o.HoldUntil != nil {
				t := o.HoldUntil.In(delivery.Location())
				l.Lead = append(l.Lead, fmt.Sprintf("Te guardamos las flores hasta el %s %d de %s a las %s", spanishDays[t.Weekday()],
					t.Day(), spanishMonths[t.Month()], clock(t, "a. m.", "p. m.")))
			}
			l.WaysTitle, l.Ways, l.Button = "Cómo pagar", ways, "Registra tu pago"
		},
		Shipped: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Tu pedido #%d va en camino", o.ID)
			l.Lead = []string{"Tus flores van en camino con nuestro motorizado."}
			if pickup(o) {
				l.Subject = fmt.Sprintf("Tu pedido #%d está listo para retirar", o.ID)
				l.Lead = []string{strings.TrimSpace("Tus flores ya te esperan. " + oneLine(o.Place))}
			}
		},
		Delivered: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Entregamos tu pedido #%d", o.ID)
			l.Lead = []string{"Entregamos tus flores. Gracias por regalar con nosotros.",
				"Para que duren más: corta los tallos en diagonal y cámbiales el agua cada dos días."}
		},
		Cancelled: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Tu pedido #%d quedó cancelado", o.ID)
			l.Lead = []string{"Tu pedido quedó cancelado. Si no eras tú quien quería cancelarlo, escríbenos y lo resolvemos."}
			if o.Paid > 0 {
				l.Lead = append(l.Lead, fmt.Sprintf("Recibimos $%s de tu parte: te escribimos para devolvértelo.", o.Paid))
			}
		},
	},
}

var english = words{
	lang: "en", hello: "Hello, %s!", helloNobody: "Hello!", order: "Order", when: "When", forWhom: "For",
	track: "Follow your order", help: "Questions? Write to us on WhatsApp: %s.", day: englishDay,
	kinds: map[Kind]func(*letter, *order, string, []Way){
		Placed: func(l *letter, o *order, _ string, ways []Way) {
			l.Subject = fmt.Sprintf("We have your order #%d", o.ID)
			l.Lead = []string{"Your flowers are set aside. Thank you for trusting us."}
			l.itemise(o, "Delivery", "Total")
			if o.PayBy == "cash" {
				l.Lead = append(l.Lead, "You pay in cash when you receive it. We will write when we have confirmed it.")
				return
			}
			if o.HoldUntil != nil {
				t := o.HoldUntil.In(delivery.Location())
				l.Lead = append(l.Lead, fmt.Sprintf("To confirm it, pay before %s at %s (Caracas time) and tell us about the payment on your order's page.",
					t.Format("Monday, January 2"), clock(t, "a.m.", "p.m.")))
			}
			l.WaysTitle, l.Ways, l.Button = "How to pay", ways, "Tell us about your payment"
		},
		Paid: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Your order #%d is confirmed", o.ID)
			l.Lead = []string{"Your order is confirmed. We are now making your bouquet with fresh flowers and will write when it leaves."}
			if o.Paid >= o.Total {
				l.Subject = fmt.Sprintf("We verified your payment for order #%d", o.ID)
				l.Lead = []string{"We verified your payment: all is well.", l.Lead[0]}
			}
			l.itemise(o, "Delivery", "Total")
		},
		Rejected: func(l *letter, o *order, detail string, ways []Way) {
			l.Subject = fmt.Sprintf("We could not verify your payment for order #%d", o.ID)
			l.Lead = []string{"We looked at the bank and could not verify your payment. This is what the workshop says: “" + oneLine(detail) + "”",
				"Please check the reference and tell us about the payment again on your order's page."}
			if o.HoldUntil != nil {
				t := o.HoldUntil.In(delivery.Location())
				l.Lead = append(l.Lead, fmt.Sprintf("We keep your flowers until %s at %s (Caracas time).", t.Format("Monday, January 2"), clock(t, "a.m.", "p.m.")))
			}
			l.WaysTitle, l.Ways, l.Button = "How to pay", ways, "Tell us about your payment"
		},
		Shipped: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Your order #%d is on its way", o.ID)
			l.Lead = []string{"Your flowers are on their way with our driver."}
			if pickup(o) {
				l.Subject = fmt.Sprintf("Your order #%d is ready to pick up", o.ID)
				l.Lead = []string{strings.TrimSpace("Your flowers are waiting for you. " + oneLine(o.Place))}
			}
		},
		Delivered: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Your order #%d was delivered", o.ID)
			l.Lead = []string{"Your flowers were delivered. Thank you for giving with us.",
				"To make them last: cut the stems at an angle and change the water every two days."}
		},
		Cancelled: func(l *letter, o *order, _ string, _ []Way) {
			l.Subject = fmt.Sprintf("Your order #%d was cancelled", o.ID)
			l.Lead = []string{"Your order was cancelled. If it was not you who wanted this, write to us and we will sort it out."}
			if o.Paid > 0 {
				l.Lead = append(l.Lead, fmt.Sprintf("We received $%s from you: we will write to give it back.", o.Paid))
			}
		},
	},
}
