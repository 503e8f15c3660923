package office

import (
	"crypto/rand"
	"strconv"
	"strings"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/web/lang"
)

// payment is a proof with what it is to be compared with.
type payment struct {
	payments.Payment
	Declared    money.Money
	Bank, Phone string
	Day         delivery.Day // on which it was paid, as declared; "" when not said
	Rows        []compared
	Accounts    []string // of the shop that it may have reached, as suggestions
	Form        form     // of what was refused
	Refused     string   // which form that was: the last part of its path
	Key         string   // under which giving back happens once
}

// proof reads what the customer declared out of p.
func proof(p payments.Payment) payment {
	text := func(key string) string { s, _ := p.Details[key].(string); return s }
	out := payment{Payment: p, Declared: money.Money{Minor: int64(p.AmountUSD), Currency: money.CurrencyUSD}, Bank: text("bank"),
		Phone: text("phone"), Form: newForm(nil), Key: rand.Text()}
	if p.Currency == string(money.CurrencyVES) {
		out.Declared = money.Money{Minor: int64(p.AmountVES), Currency: money.CurrencyVES}
	}
	if d := delivery.Day(text("date")); d.Valid() {
		out.Day = d
	}
	return out
}

// Waits reports whether nobody has judged p yet.
func (p *payment) Waits() bool { return p.Status == payments.Pending }

// Left is what has not been given back of an accepted payment.
func (p *payment) Left() money.USD { return p.AcceptedUSD - p.RefundedUSD }

// compared is one line of expected against declared. Mark is "yes", "hm" or "" when nothing can be said from here.
type compared struct{ What, Expected, Declared, Mark, Verdict string }

func (v *visit) payments(o *orders.Order, methods []payments.Method) ([]payment, error) {
	list, err := v.office.Payments.Of(v.ctx(), o.ID)
	if err != nil {
		return nil, err
	}
	out := make([]payment, len(list))
	for i, p := range list {
		out[i] = proof(p)
		if out[i].Waits() {
			out[i].Rows, out[i].Accounts = v.compare(o, &out[i]), accounts(methods, p.Method)
		}
	}
	return out, nil
}

// compare sets what the order expects beside what the customer declared.
func (v *visit) compare(o *orders.Order, p *payment) []compared {
	rows := []compared{v.compareAmount(o, p), v.compareReference(p)}
	if o.PaymentMethod != "" && o.PaymentMethod != p.Method {
		rows = append(rows, compared{v.Say("cmp.method"), v.method(o.PaymentMethod), p.MethodName, "hm", v.Say("cmp.method.other")})
	}
	if p.Bank != "" {
		rows = append(rows, compared{v.Say("cmp.bank"), v.Say("cmp.any"), p.Bank, "", v.Say("cmp.look")})
	}
	if p.Phone != "" {
		row := compared{v.Say("cmp.phone"), o.Customer.Phone, p.Phone, "yes", v.Say("cmp.same")}
		if digits(p.Phone) != digits(o.Customer.Phone) {
			row.Mark, row.Verdict = "hm", v.Say("cmp.phone.other")
		}
		rows = append(rows, row)
	}
	if p.Day.Valid() {
		row := compared{v.Say("cmp.day"), v.Say("cmp.day.from", v.lang.Numeric(o.CreatedAt.In(lang.Caracas()))), v.lang.Numeric(date(p.Day)), "yes", v.Say("cmp.possible")}
		if p.Day < delivery.DayOf(o.CreatedAt) || p.Day > delivery.DayOf(p.CreatedAt) {
			row.Mark, row.Verdict = "hm", v.Say("cmp.day.odd")
		}
		rows = append(rows, row)
	}
	for _, key := range []string{"account_number", "account_holder", "email", "address", "text"} {
		if said, _ := p.Details[key].(string); said != "" {
			rows = append(rows, compared{v.Say("detail." + key), v.Say("cmp.any"), clip(said, maxNotes), "", v.Say("cmp.look")})
		}
	}
	return rows
}

func (v *visit) compareAmount(o *orders.Order, p *payment) compared {
	due := v.due(o, p.Declared.Currency)
	row := compared{v.Say("cmp.amount"), v.money(due), v.money(p.Declared), "yes", v.Say("cmp.exact")}
	switch d := p.Declared.Minor - due.Minor; {
	case d < 0:
		row.Mark, row.Verdict = "hm", v.Say("cmp.short", v.money(money.Money{Minor: -d, Currency: due.Currency}))
	case d > 0:
		row.Mark, row.Verdict = "hm", v.Say("cmp.over", v.money(money.Money{Minor: d, Currency: due.Currency}))
	}
	return row
}

func (v *visit) compareReference(p *payment) compared {
	row := compared{v.Say("cmp.reference"), v.Say("cmp.unique"), p.Reference, "yes", v.Say("cmp.unused")}
	switch {
	case p.Reference == "":
		row.Declared, row.Mark, row.Verdict = "—", "hm", v.Say("cmp.reference.none")
	case p.ReferenceSeen:
		row.Mark, row.Verdict = "hm", v.Say("cmp.reference.seen")
	}
	return row
}

// due is what is still to be paid, in a currency: bolívares whole, at the order's own rate.
func (v *visit) due(o *orders.Order, c money.Currency) money.Money {
	due := max(0, o.Due())
	if c != money.CurrencyVES {
		return money.Money{Minor: int64(due), Currency: money.CurrencyUSD}
	}
	if o.PaidUSD == 0 {
		return money.Money{Minor: int64(o.TotalVES), Currency: c}
	}
	ves, err := o.Rate.WholeVES(due)
	if err != nil {
		ves = 0
	}
	return money.Money{Minor: int64(ves), Currency: c}
}

// money writes an amount in its currency, bolívares whole where they are.
func (v *visit) money(m money.Money) string {
	if m.Currency == money.CurrencyVES {
		return v.lang.WholeBs(money.VES(m.Minor))
	}
	return lang.USD(money.USD(m.Minor))
}

func (v *visit) method(code string) string {
	if key := "method." + code; v.office.words.Has(key) {
		return v.Say(key)
	}
	return code
}

// digits are the last seven figures of a phone, in which all ways to write it agree.
func digits(phone string) string {
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	return d[max(0, len(d)-7):]
}

// accounts are the lines in which a method says where to pay.
func accounts(methods []payments.Method, code string) []string {
	for _, m := range methods {
		if m.Code == code {
			return filled(strings.Split(m.AccountInfo, "\n")...)
		}
	}
	return nil
}

// id is the id of a part of the payment's panel; a page may show several.
func (p *payment) id(part string) string { return part + "-" + strconv.Itoa(p.ID) }

func (p *payment) path(d *orderData) string {
	return orderPath(d.Order.ID) + "/pagos/" + strconv.Itoa(p.ID)
}

// formOf is the refused form for its own place, and an empty one for the others.
func (p *payment) formOf(name string) form {
	if p.Refused == name {
		return p.Form
	}
	return newForm(nil)
}

// list names the suggestions for the receiving account, or nothing.
func (p *payment) list() string {
	if len(p.Accounts) == 0 {
		return ""
	}
	return p.id("cuentas")
}

func (v *visit) age(p *payment) timer {
	t, _ := v.timer(&orders.Order{}, &p.Payment)
	return t
}

// proposedDay is the declared day, else the one on which the proof came.
func (v *visit) proposedDay(p *payment) delivery.Day {
	if p.Day.Valid() {
		return p.Day
	}
	return delivery.DayOf(p.CreatedAt)
}

// plainAmount is an amount as it is typed: "19748,00" in Spanish, "81.00" for dollars in English.
func (v *visit) plainAmount(m money.Money) string {
	s := money.VES(m.Minor).String()
	return s[:len(s)-3] + v.lang.Pick(",", ".") + s[len(s)-2:]
}

func paymentTag(s payments.Status) string {
	switch s {
	case payments.Failed:
		return "red"
	case payments.Completed:
		return ""
	}
	return "plain"
}

// own reports whether the receipt lies in our storage: others are only linked to, their pictures belong to somebody else.
func (p *payment) own() bool { return strings.HasPrefix(p.ReceiptURL, payments.ReceiptPath) }
