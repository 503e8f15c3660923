package office

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"
	"unicode/utf8"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
	"floresya/internal/shop/payments"
)

// maxBank is the most characters of an account or a reference.
const maxBank = 100

func (v *visit) acceptPayment() error {
	d, p, f, err := v.judged()
	if err != nil {
		return err
	}
	facts := payments.Facts{BankAccount: f.text("cuenta"), Reference: f.text("referencia"), ValueDate: delivery.Day(f.text("fecha"))}
	facts.Amount = f.amount("monto", p.Declared.Currency, v.Say("accept.amount.wrong"))
	if p.Method != "cash" {
		for field, value := range map[string]string{"cuenta": facts.BankAccount, "referencia": facts.Reference} {
			if value == "" || utf8.RuneCountInString(value) > maxBank {
				f.wrong[field] = v.Say("accept." + field + ".wrong")
			}
		}
	}
	if !facts.ValueDate.Valid() || facts.ValueDate > v.today() {
		f.wrong["fecha"] = v.Say("accept.fecha.wrong")
	}
	if f.ok() {
		_, err := v.office.Payments.Accept(v.ctx(), p.ID, facts, v.by())
		if err == nil {
			return v.done(orderPath(d.ID)+"#pago", "pago")
		}
		if !v.refuse(&f, err, map[string]string{"bank_account": "cuenta", "bank_reference": "referencia", "value_date": "fecha", "amount": "monto"}) {
			return err
		}
	}
	p.Form, p.Refused = f, "aprobar"
	return v.show(http.StatusUnprocessableEntity, v.orderView(d))
}

func (v *visit) rejectPayment() error {
	d, p, f, err := v.judged()
	if err != nil {
		return err
	}
	reason := f.text("motivo")
	if reason == "" || utf8.RuneCountInString(reason) > maxNotes {
		f.wrong["motivo"] = v.Say("reject.why", maxNotes)
	}
	if f.ok() {
		_, err := v.office.Payments.Reject(v.ctx(), p.ID, reason, v.by())
		if err == nil {
			return v.done(orderPath(d.ID)+"#pago", "rechazo")
		}
		if !v.refuse(&f, err, map[string]string{"reason": "motivo"}) {
			return err
		}
	}
	p.Form, p.Refused = f, "rechazar"
	return v.show(http.StatusUnprocessableEntity, v.orderView(d))
}

// judged reads the order, the payment that the path names, and the form about it.
func (v *visit) judged() (*orderData, *payment, form, error) {
	d, err := v.order()
	if err != nil {
		return nil, nil, form{}, err
	}
	id, err := v.id("payment")
	if err != nil {
		return nil, nil, form{}, err
	}
	f, err := v.parse()
	if err != nil {
		return nil, nil, form{}, err
	}
	for i := range d.Payments {
		if p := &d.Payments[i]; p.ID == id {
			return d, p, f, nil
		}
	}
	return nil, nil, form{}, errNoPage
}

// refund records that money was given back by hand. Sent twice, it happens once.
func (v *visit) refund() error {
	d, p, f, err := v.judged()
	if err != nil {
		return err
	}
	amount := money.USD(f.amount("monto", money.CurrencyUSD, v.Say("refund.amount.wrong")).Minor)
	reason := f.text("motivo")
	if reason == "" || utf8.RuneCountInString(reason) > maxNotes {
		f.wrong["motivo"] = v.Say("reject.why", maxNotes)
	}
	if f.ok() {
		_, err := v.office.Payments.Refund(v.once(f), p.ID, amount, v.by(), reason)
		if err == nil {
			return v.done(orderPath(d.ID)+"#pago", "devuelto")
		}
		if !v.refuse(&f, err, map[string]string{"amount": "monto", "reason": "motivo"}) {
			return err
		}
	}
	p.Form, p.Refused = f, "devolver"
	return v.show(http.StatusUnprocessableEntity, v.orderView(d))
}

// addPayment records what a customer paid or declared elsewhere: at the door, by message. It then waits to be approved like
// every other.
func (v *visit) addPayment() error {
	d, err := v.order()
	if err != nil {
		return err
	}
	f, err := v.parse()
	if err != nil {
		return err
	}
	s := payments.Submit{Order: d.ID, Method: f.text("metodo"), Reference: f.text("referencia"), Date: v.today()}
	currency := money.CurrencyUSD
	if f.text("moneda") == string(money.CurrencyVES) {
		currency = money.CurrencyVES
	}
	s.Money = f.amount("monto", currency, v.Say("accept.amount.wrong"))
	if n := utf8.RuneCountInString(s.Reference); n < 3 || n > maxBank {
		f.wrong["referencia"] = v.Say("add.reference.wrong")
	}
	if f.ok() {
		_, err := v.office.Payments.Submit(v.once(f), s)
		if err == nil {
			return v.done(orderPath(d.ID)+"#pago", "anotado")
		}
		if !v.refuse(&f, err, map[string]string{"amount": "monto", "reference_number": "referencia", "payment_method": "metodo"}) {
			return err
		}
	}
	d.Adding = f
	return v.show(http.StatusUnprocessableEntity, v.orderView(d))
}

// once is the context of a command that a form sent twice may not do twice. The form brings the key it was drawn with.
func (v *visit) once(f form) context.Context {
	key := f.text("clave")
	if len(key) < 16 || len(key) > 64 {
		return v.ctx()
	}
	sum := sha256.Sum256([]byte(f.Encode()))
	return idempotency.WithKey(v.ctx(), idempotency.Key{Scope: "user:" + strconv.Itoa(v.by()), Route: v.r.Pattern, Key: key, Fingerprint: sum[:]})
}
