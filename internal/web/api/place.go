package api

import (
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/web"
	"floresya/internal/web/guest"
)

// placeIn is a new order; its fields stand in "order" or, flat, beside "items".
type placeIn struct {
	Order *orderIn `json:"order,omitzero"`
	Flat  orderIn  `json:",embed"`
	Items []itemIn `json:"items" minItems:"1" maxItems:"50"`
}

// Schema describes it in the OpenAPI document.
func (placeIn) Schema(r huma.Registry) *huma.Schema {
	items := &huma.Schema{Type: huma.TypeArray, Items: r.Schema(reflect.TypeFor[itemIn](), true, ""), MinItems: new(1), MaxItems: new(50)}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"order", "items"},
		Properties: map[string]*huma.Schema{"order": r.Schema(reflect.TypeFor[orderIn](), true, ""), "items": items}}
}

type orderIn struct {
	CustomerEmail    string      `json:"customer_email,omitzero" maxLength:"254"`
	CustomerName     string      `json:"customer_name,omitzero" minLength:"2" maxLength:"255"`
	CustomerPhone    string      `json:"customer_phone,omitzero" maxLength:"20"`
	DeliveryAddress  string      `json:"delivery_address,omitzero" minLength:"5" maxLength:"500"`
	DeliveryCity     string      `json:"delivery_city,omitzero" maxLength:"100"`
	DeliveryState    string      `json:"delivery_state,omitzero" maxLength:"100"`
	DeliveryZip      string      `json:"delivery_zip,omitzero" maxLength:"20"`
	DeliveryDate     string      `json:"delivery_date,omitzero" format:"date"`
	DeliveryTimeSlot string      `json:"delivery_time_slot,omitzero"`
	DeliveryNotes    string      `json:"delivery_notes,omitzero" maxLength:"1000"`
	Notes            string      `json:"notes,omitzero" maxLength:"1000"`
	TotalUSD         *money.USD  `json:"total_amount_usd,omitzero"`
	TotalVES         *money.VES  `json:"total_amount_ves,omitzero"`
	Rate             *money.Rate `json:"currency_rate,omitzero"`
	// What follows is for new clients.
	DeliveryMethod string `json:"delivery_method,omitzero" enum:"delivery,pickup"`
	Zone           *id    `json:"zone_id,omitzero"`
	Slot           *id    `json:"slot_id,omitzero"`
	RecipientName  string `json:"recipient_name,omitzero" maxLength:"255"`
	RecipientPhone string `json:"recipient_phone,omitzero" maxLength:"20"`
	Landmark       string `json:"landmark,omitzero" maxLength:"500"`
	CardMessage    string `json:"card_message,omitzero" maxLength:"500"`
	CardSignature  string `json:"card_signature,omitzero" maxLength:"100"`
	HideSender     bool   `json:"hide_sender,omitzero"`
	Substitution   string `json:"substitution,omitzero" enum:"same_value,same_colour,never,ask"`
	PaymentMethod  string `json:"payment_method,omitzero" maxLength:"50"`
	Language       string `json:"language,omitzero" enum:"es,en"`
}

type itemIn struct {
	ProductID   id         `json:"product_id"`
	ProductName string     `json:"product_name,omitzero" maxLength:"255"`
	Summary     string     `json:"product_summary,omitzero" maxLength:"500"`
	UnitUSD     *money.USD `json:"unit_price_usd,omitzero"`
	UnitVES     *money.VES `json:"unit_price_ves,omitzero"`
	Quantity    int        `json:"quantity" minimum:"1" maximum:"100"`
	SubtotalUSD *money.USD `json:"subtotal_usd,omitzero"`
	SubtotalVES *money.VES `json:"subtotal_ves,omitzero"`
}

func (a *API) placeOrder(w http.ResponseWriter, r *http.Request) error {
	in, err := decode[placeIn](r)
	if err != nil {
		return err
	}
	place, err := in.place()
	if err != nil {
		return in.nested(err)
	}
	place.Guest = guest.FromContext(r.Context())
	if p := identity.FromContext(r.Context()); p != nil {
		place.User = p.UserID
	}
	receipt, err := a.Orders.Place(r.Context(), place)
	if err != nil {
		return in.nested(err)
	}
	return web.JSON(w, http.StatusCreated, a.orderOf(receipt.Order, admin(r.Context())), "Order created successfully")
}

// place is the command. The total and the bolívares a client states are what it has shown; the shop computes its own.
func (in *placeIn) place() (orders.Place, error) {
	o := in.Order
	if o == nil {
		o = &in.Flat
	}
	var c fault.Checker
	c.Check(o.TotalUSD != nil, "total_amount_usd", "Monto total es requerido")
	c.Check(o.Rate == nil || *o.Rate > 0, "currency_rate", "Tasa de cambio debe ser un número positivo")
	if err := c.Err(); err != nil {
		return orders.Place{}, err
	}
	p := orders.Place{
		Language: o.Language, Customer: orders.Contact{Name: o.CustomerName, Email: o.CustomerEmail, Phone: o.CustomerPhone},
		Recipient: orders.Contact{Name: o.RecipientName, Phone: o.RecipientPhone}, Address: o.DeliveryAddress, Landmark: o.Landmark,
		City: o.DeliveryCity, State: o.DeliveryState, Zip: o.DeliveryZip, DeliveryNotes: o.DeliveryNotes, Notes: o.Notes,
		CardMessage: o.CardMessage, CardSignature: o.CardSignature, HideSender: o.HideSender, Substitution: o.Substitution,
		Method: o.DeliveryMethod, Day: delivery.Day(strings.TrimSpace(o.DeliveryDate)), TimeSlot: strings.TrimSpace(o.DeliveryTimeSlot),
		PaymentMethod: o.PaymentMethod, StatedTotal: o.TotalUSD, Lines: make([]orders.Line, len(in.Items)),
	}
	if o.Zone != nil {
		p.Zone = int(*o.Zone)
	}
	if o.Slot != nil {
		p.Slot = int(*o.Slot)
	}
	for i, m := range in.Items {
		p.Lines[i] = orders.Line{ProductID: int(m.ProductID), Quantity: m.Quantity, Summary: strings.TrimSpace(m.Summary),
			StatedUnit: m.UnitUSD, StatedSubtotal: m.SubtotalUSD}
	}
	return p, nil
}

// nested names the fields of a refusal as they stand in the request.
func (in *placeIn) nested(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || in.Order == nil {
		return err
	}
	g := *f
	g.Fields = make([]fault.Field, len(f.Fields))
	for i, field := range f.Fields {
		if field.Path != "items" && !strings.HasPrefix(field.Path, "items.") {
			field.Path = "order." + field.Path
		}
		g.Fields[i] = field
	}
	return &g
}
