package store

import (
	"strconv"
	"strings"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

// thanksTitle speaks to the sender by the first name.
func (v *visit) thanksTitle(d thanksData) string {
	first, _, _ := strings.Cut(strings.TrimSpace(d.order.Sender.Name), " ")
	switch {
	case d.order.State == Cancelled:
		return v.Say("thanks.cancelled")
	case d.payable && len(d.order.Payments) == 0:
		return v.Say("thanks.title", first)
	case d.payable:
		return v.Say("thanks.rest", first)
	case d.order.PaidUSD >= d.order.USD:
		return v.Say("thanks.paid", first)
	}
	return v.Say("thanks.sent", first)
}

func (v *visit) thanksLead(d thanksData) string {
	switch {
	case d.order.State == Cancelled:
		return v.Say("track.cancelled.lead")
	case d.payable && d.method.Code == "cash":
		return v.Say("thanks.lead.cash")
	case d.payable && len(d.order.Payments) == 0:
		return v.Say("thanks.lead", d.method.Name.In(v.lang))
	case d.payable:
		return v.Say("thanks.rest.lead", v.both(d.order.DueUSD, d.order.DueVES))
	case d.order.PaidUSD >= d.order.USD:
		return v.Say("thanks.paid.lead")
	}
	return v.Say("thanks.sent.lead")
}

// both writes an amount in both currencies.
func (v *visit) both(usd money.USD, ves money.VES) string {
	if ves == 0 {
		return lang.USD(usd)
	}
	return lang.USD(usd) + " (" + v.lang.WholeBs(ves) + ")"
}

func (v *visit) amountLabel(o Order) string {
	if o.DueUSD < o.USD {
		return v.Say("pay.rest")
	}
	return v.Say("pay.amount")
}

// amountDue is what is to be paid in the method's currency.
func (v *visit) amountDue(o Order, m Method) string {
	if m.Currency == money.CurrencyVES {
		return v.lang.WholeBs(o.DueVES)
	}
	return lang.USD(o.DueUSD)
}

// plainDue is the same as a bank's form wants it: digits only, a decimal comma in bolívares.
func (v *visit) plainDue(o Order, m Method) string {
	if m.Currency == money.CurrencyVES {
		return strconv.FormatInt(int64(o.DueVES)/100, 10) + "," + lang.Two(int(o.DueVES%100))
	}
	return o.DueUSD.String()
}

func (v *visit) amountField(m Method) string {
	if m.Currency == money.CurrencyVES {
		return v.Say("proof.amount.ves")
	}
	return v.Say("proof.amount.usd")
}

// oneDollar is a rate as people read it: bolívares for one dollar.
func oneDollar(r money.Rate) money.VES {
	ves, err := r.VES(100)
	if err != nil {
		return 0
	}
	return ves
}

// others are the accounts of a method after the first, which is shown open.
func (m Method) others() []Account {
	if len(m.Accounts) < 2 {
		return nil
	}
	return m.Accounts[1:]
}

func datumID(account, row int) string { return "dato-" + itoa(account) + "-" + itoa(row) }

func refText(reference string) string {
	if reference == "" {
		return ""
	}
	return " · " + reference
}

func paymentTag(s PaymentState) string {
	switch s {
	case Accepted:
		return ""
	case Rejected:
		return "red"
	case Refunded:
		return "plain"
	case Waiting:
	}
	return "sun"
}

func (v *visit) feeLabel(o Order) string {
	if o.Pickup {
		return v.Say("order.pickup")
	}
	if o.Zone == "" {
		return v.Say("sum.fee.none")
	}
	return v.Say("sum.fee", o.Zone)
}

// orderWhen is the day and the hours of the delivery, or that they are still to be agreed.
func (v *visit) orderWhen(o Order) string {
	if o.Date.IsZero() {
		return v.Say("order.agree")
	}
	if o.To == 0 {
		return lang.Capital(v.lang.Day(o.Date))
	}
	return lang.Capital(v.lang.Day(o.Date)) + ", " + v.lang.ShortSpan(o.From, o.To)
}

// banks are those that take part in Pago Móvil, as a help for typing; another name may be typed too.
func banks() []string {
	return []string{
		"Banco de Venezuela", "Banesco", "Mercantil", "BBVA Provincial", "BNC", "Bancaribe", "Bancamiga", "Banco Exterior",
		"Banco del Tesoro", "Banplus", "Venezolano de Crédito", "BFC Banco Fondo Común", "Banco Activo", "Banco Plaza",
		"Sofitasa", "100% Banco", "Bancrecer", "Mi Banco", "Banco Caroní", "DelSur", "Bicentenario",
	}
}
