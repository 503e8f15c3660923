package store

import (
	"strings"

	"floresya/internal/fault"
)

// refuse turns a fault of a service into words beside the fields of f, or into its notice. It says false for faults that
// the shopper cannot mend.
func (v *visit) refuse(f *form, err error) bool {
	fa := fault.Of(err)
	switch fa.Kind {
	case fault.Invalid, fault.Conflict, fault.Unprocessable, fault.NotFound:
	default:
		return false
	}
	for _, wrong := range fa.Fields {
		v.blame(f, fieldOf(wrong.Path))
	}
	v.blame(f, refusal(fa))
	if f.ok() {
		f.notice = v.Say("refused.other")
		v.store.Log.WarnContext(v.ctx(), "refusal without words of its own", "code", fa.Code, "err", err)
	}
	return true
}

// blame is a field of our form, none for the whole of it, and the key of what to say about it.
type blame struct{ field, key string }

func (v *visit) blame(f *form, b blame) {
	switch {
	case b.key == "":
	case b.field == "":
		f.notice = v.Say(b.key)
	default:
		f.wrong[b.field] = v.Say(b.key)
	}
}

// fieldOf knows the fields of the services by their paths.
func fieldOf(path string) blame {
	switch path {
	case "customer_name":
		return blame{"nombre", "checkout.need.name"}
	case "customer_email":
		return blame{"correo", "checkout.need.mail"}
	case "customer_phone":
		return blame{"telefono", "checkout.need.yourphone"}
	case "recipient_name":
		return blame{"recibe", "checkout.need.recipient"}
	case "recipient_phone":
		return blame{"telefono_recibe", "checkout.need.phone"}
	case "delivery_address":
		return blame{"direccion", "checkout.need.address"}
	case "zone_id":
		return blame{"zona", "checkout.need.zone"}
	case "delivery_date":
		return blame{"fecha", "checkout.need.day"}
	case "slot_id":
		return blame{"horario", "checkout.need.slot"}
	case "payment_method":
		return blame{"pago", "checkout.need.method"}
	case "total_amount_usd":
		return blame{"", "refused.price"}
	case "reference_number":
		return blame{"referencia", "proof.need.reference"}
	case "amount", "currency":
		return blame{"monto", "proof.wrong.amount"}
	case "date":
		return blame{"fecha", "proof.wrong.date"}
	case "phone":
		return blame{"telefono", "proof.wrong.phone"}
	case "receipt":
		return blame{"comprobante", "proof.wrong.file"}
	}
	if strings.HasPrefix(path, "items.") {
		return blame{"", "refused.gone"}
	}
	return blame{}
}

// refusal knows the codes of the services.
func refusal(f *fault.Error) blame {
	switch f.Code {
	case "slot_full":
		return blame{"horario", "refused.slot"}
	case "slot_closed", "slot_past", "slot_unknown":
		return blame{"horario", "refused.late"}
	case "day_blackout", "day_past", "day_too_far", "day_invalid":
		return blame{"fecha", "refused.day"}
	case "insufficient_stock":
		return blame{"", "refused.stock"}
	case "price_changed":
		return blame{"", "refused.price"}
	case "idempotency_key_reused":
		return blame{"", "refused.twice"}
	case "order_cancelled":
		return blame{"", "refused.cancelled"}
	case "too_many_payments":
		return blame{"", "refused.many"}
	case "reference_used":
		return blame{"referencia", "refused.reference"}
	case "already_paid":
		return blame{"", "refused.paid"}
	case "no_rate":
		return blame{"", "refused.rate"}
	}
	if f.Kind == fault.NotFound {
		return blame{"", "refused.gone"}
	}
	return blame{}
}
