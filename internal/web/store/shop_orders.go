package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/web/guest"
	"floresya/internal/web/lang"
)

type shopOrders struct{ Shop }

func (s shopOrders) Place(ctx context.Context, key string, o NewOrder) (Placed, error) {
	visitor := guest.FromContext(ctx)
	p := orders.Place{
		Guest: visitor, Language: o.Lang.Code(), Abroad: true,
		Customer:  orders.Contact{Name: o.Sender.Name, Email: o.Sender.Email, Phone: o.Sender.Phone},
		Recipient: orders.Contact{Name: o.Recipient.Name, Phone: o.Recipient.Phone},
		Address:   o.Address, Landmark: o.Reference, CardMessage: o.Card, HideSender: o.HideSender, Substitution: o.Substitute,
		Zone: o.ZoneID, Slot: o.SlotID, Day: dayOf(o.Date), PaymentMethod: o.Method,
	}
	zone, err := s.Delivery.Zone(ctx, o.ZoneID)
	if err != nil {
		return Placed{}, err
	}
	p.Method = zone.Kind
	for _, l := range o.Lines {
		p.Lines = append(p.Lines, orders.Line{ProductID: l.Product, Quantity: l.Pieces})
	}
	fingerprint, err := fingerprint(p) // without the total: a repeat from an old page is still the same order
	if err != nil {
		return Placed{}, err
	}
	if o.SeenUSD > 0 {
		p.StatedTotal = &o.SeenUSD
	}
	receipt, err := s.Orders.Place(keyed(ctx, visitor, "POST /pedido", key, fingerprint), p)
	if err != nil {
		return Placed{}, err
	}
	return Placed{ID: receipt.ID, Token: receipt.Token}, nil
}

// keyed is ctx under the idempotency key of a form. Browsers without cookies have the key alone, which nobody guesses.
func keyed(ctx context.Context, visitor uuid.UUID, route, key string, fingerprint []byte) context.Context {
	k := idempotency.Key{Scope: "new", Route: route, Key: key, Fingerprint: fingerprint}
	if visitor != uuid.Nil {
		k.Scope = "guest:" + visitor.String()
	}
	return idempotency.WithKey(ctx, k)
}

func fingerprint(v any) ([]byte, error) {
	text, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("fingerprint of a form: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

func (s shopOrders) Order(ctx context.Context, token string) (Order, error) {
	o, err := s.Orders.ByToken(ctx, token)
	if err != nil {
		return Order{}, err
	}
	history, err := s.Orders.History(ctx, o.ID)
	if err != nil {
		return Order{}, err
	}
	paid, err := s.Payments.Of(ctx, o.ID)
	if err != nil {
		return Order{}, err
	}
	order := toOrder(o)
	for _, change := range history {
		order.Steps = append(order.Steps, Step{State: State(change.To), At: change.At})
	}
	var waiting money.USD
	for _, p := range paid {
		if p.Status == payments.Pending {
			waiting += p.AmountUSD
		}
		order.Payments = append(order.Payments, toPayment(p))
	}
	now := payments.BalanceOf(o.TotalUSD, o.PaidUSD, o.Rate, o.Status == orders.Cancelled)
	rest := payments.BalanceOf(o.TotalUSD, o.PaidUSD+waiting, o.Rate, o.Status == orders.Cancelled)
	order.OverUSD, order.DueUSD, order.DueVES = now.Over, rest.Due, rest.DueVES
	return order, s.pictures(ctx, &order)
}

// pictures gives the lines of an order the pictures and translated names of products that are still sold.
func (s shopOrders) pictures(ctx context.Context, o *Order) error {
	ids := make([]int, len(o.Lines))
	for i, l := range o.Lines {
		ids[i] = l.Product
	}
	found, err := s.Catalog.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range shown(found) {
		for i := range o.Lines {
			if l := &o.Lines[i]; l.Product == p.ID {
				l.Picture = p.Picture
				if l.Name.ES == p.Name.ES { // the name of the day of the order is the one that counts
					l.Name.EN = p.Name.EN
				}
			}
		}
	}
	return nil
}

func toOrder(o *orders.Order) Order {
	order := Order{
		ID: o.ID, Token: o.Token, State: State(o.Status), PlacedAt: o.CreatedAt, FeeUSD: o.DeliveryCostUSD, USD: o.TotalUSD,
		VES: o.TotalVES, Rate: o.Rate, Pickup: o.Method == orders.ByPickup, Zone: o.ZoneName,
		Recipient: person(o.Recipient), Sender: person(o.Customer), Address: o.Address, Reference: o.Landmark,
		Card: strings.TrimSpace(o.CardMessage + "\n\n" + o.CardSignature), HideSender: o.HideSender, Method: o.PaymentMethod, PaidUSD: o.PaidUSD,
	}
	if order.Recipient.Name == "" { // who orders also receives
		order.Recipient.Name = order.Sender.Name
	}
	if o.Slot != 0 {
		order.Date = dayTime(o.Day)
		order.From, order.To = span(o.TimeSlot)
	}
	if o.HoldUntil != nil {
		order.HoldUntil = *o.HoldUntil
	}
	for _, item := range o.Items {
		order.Lines = append(order.Lines, OrderLine{Product: item.ProductID, Name: lang.Text{ES: item.Name},
			Pieces: item.Quantity, USD: item.SubtotalUSD})
	}
	return order
}

func person(c orders.Contact) Person { return Person{Name: c.Name, Phone: c.Phone, Email: c.Email} }
