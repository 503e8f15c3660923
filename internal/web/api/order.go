package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/web"
	"floresya/internal/web/guest"
)

// Order is the contract's order; what stands after OrderItems is ours.
type Order struct {
	ID               int       `json:"id"`
	UserID           number    `json:"user_id"`
	CustomerEmail    string    `json:"customer_email"`
	CustomerName     string    `json:"customer_name"`
	CustomerPhone    string    `json:"customer_phone"`
	DeliveryAddress  string    `json:"delivery_address"`
	DeliveryCity     text      `json:"delivery_city"`
	DeliveryState    text      `json:"delivery_state"`
	DeliveryZip      text      `json:"delivery_zip"`
	DeliveryDate     text      `json:"delivery_date"`
	DeliveryTimeSlot text      `json:"delivery_time_slot"`
	DeliveryNotes    text      `json:"delivery_notes"`
	Notes            text      `json:"notes"`
	AdminNotes       *text     `json:"admin_notes,omitzero"` // administrators only
	Status           string    `json:"status" enum:"pending,verified,preparing,shipped,delivered,cancelled"`
	TotalUSD         money.USD `json:"total_amount_usd"`
	TotalVES         bolivares `json:"total_amount_ves"`
	Rate             rate      `json:"currency_rate"`
	CreatedAt        instant   `json:"created_at"`
	UpdatedAt        instant   `json:"updated_at"`
	Items            items     `json:"items"`
	OrderItems       items     `json:"order_items"`

	Language        string    `json:"language"`
	DeliveryMethod  string    `json:"delivery_method" enum:"delivery,pickup"`
	ZoneID          number    `json:"zone_id"`
	ZoneName        text      `json:"zone_name"`
	SlotID          number    `json:"slot_id"`
	DeliveryCostUSD money.USD `json:"delivery_cost_usd"`
	DeliveryCostVES bolivares `json:"delivery_cost_ves"`
	RecipientName   text      `json:"recipient_name"`
	RecipientPhone  text      `json:"recipient_phone"`
	Landmark        text      `json:"landmark"`
	CardMessage     text      `json:"card_message"`
	CardSignature   text      `json:"card_signature"`
	HideSender      bool      `json:"hide_sender"`
	Substitution    string    `json:"substitution"`
	PaymentMethod   text      `json:"payment_method"`
	PaidUSD         money.USD `json:"paid_usd"`
	HoldUntil       instant   `json:"hold_until"`
	TrackingURL     text      `json:"tracking_url"`
}

// Item is one line of an order.
type Item struct {
	ID          int       `json:"id"`
	OrderID     int       `json:"order_id"`
	ProductID   int       `json:"product_id"`
	Name        string    `json:"product_name"`
	Summary     text      `json:"product_summary"`
	UnitUSD     money.USD `json:"unit_price_usd"`
	UnitVES     bolivares `json:"unit_price_ves"`
	Quantity    int       `json:"quantity"`
	SubtotalUSD money.USD `json:"subtotal_usd"`
	SubtotalVES bolivares `json:"subtotal_ves"`
	CreatedAt   instant   `json:"created_at"`
	UpdatedAt   instant   `json:"updated_at"`
}

// items are lines that stand twice in an order, under the name that servers sent and the one that pages read: encoded once.
type items struct{ encoded jsontext.Value }

// MarshalJSONTo writes the lines.
func (i items) MarshalJSONTo(e *jsontext.Encoder) error { return e.WriteValue(i.encoded) }

// Schema describes them in the OpenAPI document.
func (items) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: r.Schema(reflect.TypeFor[Item](), true, "")}
}

// itemsOf encodes lines. Marshalling a list of these structs cannot fail: they hold numbers and valid texts.
func itemsOf(list []Item) items {
	encoded, err := json.Marshal(list, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		panic(err)
	}
	return items{encoded}
}

func (a *API) orderOf(o *orders.Order, forAdmin bool) Order {
	shown := func(s string) text { return text(a.shown(s)) }
	v := Order{
		ID: o.ID, UserID: number(o.User), CustomerEmail: a.shown(o.Customer.Email), CustomerName: a.shown(o.Customer.Name),
		CustomerPhone: a.shown(o.Customer.Phone), DeliveryAddress: a.shown(o.Address), DeliveryCity: shown(o.City),
		DeliveryState: shown(o.State), DeliveryZip: shown(o.Zip), DeliveryDate: text(o.Day), DeliveryTimeSlot: text(o.TimeSlot),
		DeliveryNotes: shown(o.DeliveryNotes), Notes: shown(o.Notes), Status: string(o.Status), TotalUSD: o.TotalUSD,
		TotalVES: bolivares(o.TotalVES), Rate: rate(o.Rate), CreatedAt: instant(o.CreatedAt), UpdatedAt: instant(o.UpdatedAt),
		Language: o.Language, DeliveryMethod: o.Method, ZoneID: number(o.Zone), ZoneName: text(o.ZoneName), SlotID: number(o.Slot),
		DeliveryCostUSD: o.DeliveryCostUSD, DeliveryCostVES: bolivares(o.DeliveryCostVES), RecipientName: shown(o.Recipient.Name),
		RecipientPhone: shown(o.Recipient.Phone), Landmark: shown(o.Landmark), CardMessage: shown(o.CardMessage),
		CardSignature: shown(o.CardSignature), HideSender: o.HideSender, Substitution: o.Substitution,
		PaymentMethod: text(o.PaymentMethod), PaidUSD: o.PaidUSD, TrackingURL: a.trackingURL(o.Token),
	}
	if o.HoldUntil != nil {
		v.HoldUntil = instant(*o.HoldUntil)
	}
	if forAdmin {
		v.AdminNotes = new(text(o.AdminNotes))
	}
	list := make([]Item, len(o.Items))
	for i, m := range o.Items {
		list[i] = Item{m.ID, m.OrderID, m.ProductID, m.Name, shown(m.Summary), m.UnitUSD, bolivares(m.UnitVES), m.Quantity,
			m.SubtotalUSD, bolivares(m.SubtotalVES), instant(m.CreatedAt), instant(m.UpdatedAt)}
	}
	v.Items = itemsOf(list)
	v.OrderItems = v.Items
	return v
}

// visible is the order, if the caller placed it, owns it, or is an administrator.
func (a *API) visible(r *http.Request, name string) (*orders.Order, error) {
	id, err := pathID(r, name)
	if err != nil {
		return nil, err
	}
	o, err := a.Orders.Order(r.Context(), id)
	if err != nil {
		return nil, err
	}
	return o, mayRead(r.Context(), o)
}

func mayRead(ctx context.Context, o *orders.Order) error {
	p, visitor := identity.FromContext(ctx), guest.FromContext(ctx)
	switch {
	case p.Admin(), p != nil && p.UserID == o.User, visitor != uuid.Nil && visitor == o.Guest:
		return nil
	case p == nil && visitor == uuid.Nil:
		return fault.New(fault.Unauthenticated, "unauthenticated", "Este pedido es de otra persona. Ábrelo desde el navegador con que lo hiciste.")
	}
	return fault.New(fault.Denied, "denied", "Este pedido es de otra persona. Ábrelo desde el navegador con que lo hiciste.")
}

func (a *API) order(w http.ResponseWriter, r *http.Request) error {
	o, err := a.visible(r, "id")
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a.orderOf(o, admin(r.Context())), "Order retrieved successfully")
}

var statuses = []string{"pending", "verified", "preparing", "shipped", "delivered", "cancelled"}

func (q *query) day(name string) delivery.Day {
	_, v := q.first(name)
	d := delivery.Day(v)
	if v != "" && !q.Check(d.Valid(), name, "%s: must be a day as YYYY-MM-DD", name) {
		return ""
	}
	return d
}

func (a *API) listOrders(w http.ResponseWriter, r *http.Request) error {
	q := queryOf(r)
	f := orders.Filter{Status: orders.Status(q.oneOf("status", statuses...)), User: q.number(1, maxID, 0, "user_id"),
		From: q.day("date_from"), To: q.day("date_to"), Year: q.number(1, 9999, 0, "year"), Search: q.text(255, "search"),
		SortBy:    q.oneOf("sort_by", "created_at", "total_amount_usd", "customer_name", "status"),
		Ascending: q.oneOf("sort_order", "asc", "desc") == "asc"}
	f.Limit, f.Offset = q.page(1000)
	if err := q.Err(); err != nil {
		return err
	}
	return a.answerOrders(w, r, f)
}

func (a *API) ordersOfUser(w http.ResponseWriter, r *http.Request) error {
	user, err := pathID(r, "userId")
	if err != nil {
		return err
	}
	if p := identity.FromContext(r.Context()); !p.Admin() && p.UserID != user {
		return fault.New(fault.Denied, "denied", "These are the orders of another user.")
	}
	q := queryOf(r)
	f := orders.Filter{User: user, Status: orders.Status(q.oneOf("status", statuses...))}
	f.Limit, f.Offset = q.page(1000)
	if err := q.Err(); err != nil {
		return err
	}
	return a.answerOrders(w, r, f)
}

func (a *API) answerOrders(w http.ResponseWriter, r *http.Request, f orders.Filter) error {
	list, err := a.Orders.List(r.Context(), f)
	if err != nil {
		return err
	}
	out := make([]Order, len(list))
	for i, o := range list {
		out[i] = a.orderOf(o, admin(r.Context()))
	}
	return web.JSON(w, http.StatusOK, out, "Orders retrieved successfully")
}

// StatusChange is a row of an order's history.
type StatusChange struct {
	ID        int     `json:"id"`
	OrderID   int     `json:"order_id"`
	From      text    `json:"old_status"`
	To        string  `json:"new_status"`
	Notes     text    `json:"notes"`
	By        number  `json:"changed_by"`
	CreatedAt instant `json:"created_at"`
}

func (a *API) statusHistory(w http.ResponseWriter, r *http.Request) error {
	o, err := a.visible(r, "id")
	if err != nil {
		return err
	}
	list, err := a.Orders.History(r.Context(), o.ID)
	if err != nil {
		return err
	}
	out := make([]StatusChange, len(list))
	for i, c := range list {
		out[i] = StatusChange{c.ID, c.OrderID, text(c.From), string(c.To), text(a.shown(c.Notes)), number(c.By), instant(c.At)}
	}
	return web.JSON(w, http.StatusOK, out, "Order status history retrieved successfully")
}

type statusIn struct {
	Status string `json:"status" enum:"pending,verified,preparing,shipped,delivered,cancelled"`
	Notes  string `json:"notes,omitzero" maxLength:"1000"`
}

func (a *API) setStatus(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	in, err := decode[statusIn](r)
	if err != nil {
		return err
	}
	o, err := a.Orders.SetStatus(r.Context(), id, orders.Status(in.Status), in.Notes, identity.FromContext(r.Context()).UserID)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a.orderOf(o, true), "Order updated successfully")
}

type cancelIn struct {
	Notes string `json:"notes,omitzero" maxLength:"1000"`
}

func (a *API) cancelOrder(w http.ResponseWriter, r *http.Request) error {
	in, err := optional[cancelIn](r)
	if err != nil {
		return err
	}
	o, err := a.visible(r, "id")
	if err != nil {
		return err
	}
	by, p := 0, identity.FromContext(r.Context())
	if p != nil {
		by = p.UserID
	}
	o, err = a.Orders.Cancel(r.Context(), o.ID, in.Notes, by, p.Admin())
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a.orderOf(o, p.Admin()), "Order cancelled successfully")
}
