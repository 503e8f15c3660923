package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/web"
)

// Payment is the contract's payment. What stands after UpdatedAt is ours.
type Payment struct {
	ID            int            `json:"id"`
	OrderID       int            `json:"order_id"`
	MethodID      number         `json:"payment_method_id"`
	UserID        number         `json:"user_id"`
	AmountUSD     money.USD      `json:"amount_usd"`
	AmountVES     bolivares      `json:"amount_ves"`
	Rate          rate           `json:"currency_rate"`
	Status        string         `json:"status" enum:"pending,completed,failed,refunded,partially_refunded"`
	MethodName    string         `json:"payment_method_name"`
	TransactionID text           `json:"transaction_id"`
	Reference     text           `json:"reference_number"`
	Details       map[string]any `json:"payment_details" nullable:"true"`
	ReceiptURL    text           `json:"receipt_image_url"`
	AdminNotes    text           `json:"admin_notes"`
	PaymentDate   instant        `json:"payment_date"`
	ConfirmedDate instant        `json:"confirmed_date"`
	CreatedAt     instant        `json:"created_at"`
	UpdatedAt     instant        `json:"updated_at"`

	Method      string    `json:"payment_method"`
	Currency    string    `json:"currency"`
	AcceptedUSD money.USD `json:"accepted_usd"`
	RefundedUSD money.USD `json:"refunded_usd"`
}

func (a *API) paymentOf(y payments.Payment) Payment {
	v := Payment{ID: y.ID, OrderID: y.OrderID, MethodID: number(y.MethodID), UserID: number(y.User), AmountUSD: y.AmountUSD,
		AmountVES: bolivares(y.AmountVES), Rate: rate(y.Rate), Status: string(y.Status), MethodName: y.MethodName,
		TransactionID: text(y.TransactionID), Reference: text(a.shown(y.Reference)), ReceiptURL: text(a.shown(y.ReceiptURL)),
		AdminNotes: text(y.Notes), CreatedAt: instant(y.CreatedAt), UpdatedAt: instant(y.UpdatedAt), Method: y.Method,
		Currency: y.Currency, AcceptedUSD: y.AcceptedUSD, RefundedUSD: y.RefundedUSD}
	if y.PaidAt != nil {
		v.PaymentDate = instant(*y.PaidAt)
	}
	if y.ConfirmedAt != nil {
		v.ConfirmedDate = instant(*y.ConfirmedAt)
	}
	if len(y.Details) > 0 {
		v.Details, _ = a.shownAll(y.Details).(map[string]any)
	}
	return v
}

// shownAll is shown for every text in a decoded value.
func (a *API) shownAll(v any) any {
	switch v := v.(type) {
	case string:
		return a.shown(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = a.shownAll(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[a.shown(key)] = a.shownAll(value)
		}
		return out
	}
	return v
}

type confirmIn struct {
	Method     string         `json:"payment_method" enum:"cash,mobile_payment,bank_transfer,zelle,crypto,international,paypal"`
	Reference  string         `json:"reference_number" minLength:"3" maxLength:"100"`
	Details    paymentDetails `json:"payment_details,omitzero"`
	ReceiptURL string         `json:"receipt_image_url,omitzero" maxLength:"2000"`
	// What follows is for new clients: a part of what is due, and who paid it when.
	Amount   *money.USD `json:"amount,omitzero"`
	Currency string     `json:"currency,omitzero" enum:"USD,VES"`
	Bank     string     `json:"bank,omitzero" maxLength:"100"`
	Phone    string     `json:"phone,omitzero" maxLength:"30"`
	Date     string     `json:"date,omitzero" format:"date"`
}

// paymentDetails is an object, or a bare text, which pages send for cash and which is kept as {"text": …}.
type paymentDetails map[string]any

func (paymentDetails) want() string { return "un objeto o un texto" }

const maxDetails = 4 << 10

// UnmarshalJSONFrom reads any of the forms.
func (p *paymentDetails) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	if len(value) > maxDetails {
		return errors.New("more than 4 KB")
	}
	switch value.Kind() {
	case 'n':
		return nil
	case '"':
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			return err
		}
		*p = paymentDetails{"text": s}
		return nil
	case '{':
		return json.Unmarshal(value, (*map[string]any)(p))
	}
	return fmt.Errorf("want an object or a text, got %s", value.Kind())
}

// Schema describes it in the OpenAPI document.
func (paymentDetails) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeObject, AdditionalProperties: true}, {Type: huma.TypeString}, {Type: "null"}}}
}

func (a *API) confirmPayment(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[confirmIn](r)
	if err != nil {
		return err
	}
	o, err := a.visible(r, "orderId")
	if err != nil {
		return err
	}
	submit, err := in.submit(o)
	if err != nil {
		return err
	}
	if p := identity.FromContext(r.Context()); p != nil {
		submit.User = p.UserID
	}
	y, err := a.Payments.Submit(r.Context(), submit)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a.paymentOf(y), "Payment confirmed successfully")
}

func (in *confirmIn) submit(o *orders.Order) (payments.Submit, error) {
	s := payments.Submit{Order: o.ID, Method: in.Method, Reference: in.Reference, Details: in.Details, ReceiptURL: in.ReceiptURL,
		Bank: in.Bank, Phone: in.Phone, Date: delivery.Day(in.Date)}
	if in.Method == "card" { // of a processor, which has its own way in
		return s, fault.Invalidf("payment_method", "Método de pago desconocido: usa mobile_payment, bank_transfer, zelle, crypto, cash, paypal o international")
	}
	if in.Amount == nil {
		return s, nil
	}
	if in.Currency != string(money.CurrencyUSD) && in.Currency != string(money.CurrencyVES) {
		return s, fault.Invalidf("currency", "La moneda debe ser USD o VES")
	}
	if *in.Amount <= 0 {
		return s, fault.Invalidf("amount", "El monto debe ser mayor que cero")
	}
	s.Money = money.Money{Minor: int64(*in.Amount), Currency: money.Currency(in.Currency)}
	return s, nil
}

func (a *API) paymentsOfOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.visible(r, "id")
	if err != nil {
		return err
	}
	list, err := a.Payments.Of(r.Context(), o.ID)
	if err != nil {
		return err
	}
	out := make([]Payment, len(list))
	for i, y := range list {
		out[i] = a.paymentOf(y)
	}
	return web.JSON(w, http.StatusOK, out, "Payments retrieved successfully")
}

func (a *API) paymentRoutes() []web.Route {
	return []web.Route{
		{Method: get, Pattern: "/api/payments/methods", Access: web.Public, Handle: a.listMethods, Doc: says("Ways to pay", []Method{})},
		{Method: post, Pattern: "/api/payments/{orderId}/confirm", Access: web.GuestOrder, Class: web.ClassOrder, Creates: true,
			Handle: a.confirmPayment, Doc: takes("Send the proof of a payment for an order", confirmIn{}, Payment{})},
		{Method: get, Pattern: "/api/orders/{id}/payments", Access: web.GuestOrder, Handle: a.paymentsOfOrder,
			Doc: says("Payments of an order, oldest first", []Payment{})},
		{Method: get, Pattern: "/api/payment-methods", Access: web.Public, Handle: a.listMethods, Doc: says("Ways to pay", []Method{}, limitParam)},
		{Method: get, Pattern: "/api/payment-methods/{id}", Access: web.Public, Handle: a.method, Doc: says("One way to pay", Method{})},
	}
}
