package store

import (
	"strings"

	"github.com/a-h/templ"

	"floresya/internal/shop/money"
)

// refresh are the attributes of an element around fields that decide about days, hours and fee: with a script, a change of
// one of them shows the others anew. They stand on an element inside of the form, because on the form itself htmx would
// wait until every required field is filled.
func (v *visit) refresh(fields string) templ.Attributes {
	return templ.Attributes{
		"hx-post": v.URL("/pedido"), "hx-trigger": "change target:" + fields, "hx-target": "#" + whenTarget,
		"hx-swap": "innerHTML", "hx-sync": "#pedido:replace", "hx-vals": `{"accion":"actualizar"}`,
	}
}

func (in field) kind() string {
	if in.Type == "" {
		return "text"
	}
	return in.Type
}

// described names the hint and the reason for those who listen.
func (in field) described(f form) string {
	var ids []string
	if in.Hint != "" {
		ids = append(ids, in.Name+"-hint")
	}
	if f.Wrong(in.Name) != "" {
		ids = append(ids, in.Name+"-error")
	}
	return strings.Join(ids, " ")
}

// methodIcon is the symbol of a way to pay.
func methodIcon(code string) string {
	switch code {
	case "mobile_payment":
		return "smartphone"
	case "bank_transfer":
		return "landmark"
	case "zelle", "paypal", "international":
		return "banknote"
	case "crypto":
		return "coins"
	case "card":
		return "credit-card"
	}
	return "wallet"
}

// methodLine says in which currency a way to pay counts, unless the shop says something about it itself.
func (v *visit) methodLine(m Method) string {
	switch m.Code {
	case "mobile_payment", "bank_transfer", "zelle", "crypto", "cash":
		return v.Say("method." + m.Code)
	}
	if m.Currency == money.CurrencyVES {
		return v.Say("method.ves")
	}
	return v.Say("method.usd")
}

// frozenLine says which rate the order will keep.
func (v *visit) frozenLine() string {
	ves := v.lang.Bs(v.VES(100))
	if v.rate.Stale {
		return v.Say("sum.frozen.stale", ves, v.lang.Numeric(v.rate.Value))
	}
	return v.Say("sum.frozen", ves)
}
