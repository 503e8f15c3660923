package orders

import (
	"context"
	"fmt"
	"time"

	"floresya/internal/shop/customers"
)

// orderOf is an order as its placing event says.
func orderOf(p *Placed, person customers.Person, at time.Time) *Order {
	o := &Order{
		ID: p.Order, User: p.User, Guest: p.Guest, PersonalID: p.Personal, Token: person.Token, Language: p.Language, Status: Pending,
		Customer:  Contact{Name: person.Name, Email: person.Email, Phone: person.Phone},
		Recipient: Contact{Name: person.RecipientName, Phone: person.RecipientPhone}, Address: person.Address,
		Landmark: person.Landmark, City: person.City, State: person.State, Zip: person.Zip, DeliveryNotes: person.DeliveryNotes,
		Notes: person.Notes, CardMessage: person.CardMessage, CardSignature: person.CardSignature, HideSender: p.HideSender,
		Substitution: p.Substitution, Method: p.Method, Zone: p.Zone, Day: p.Day, TimeSlot: p.TimeSlot,
		DeliveryCostUSD: p.DeliveryCostUSD, DeliveryCostVES: p.DeliveryCostVES, TotalUSD: p.TotalUSD, TotalVES: p.TotalVES,
		Rate: p.Rate, PaymentMethod: p.PaymentMethod, HoldUntil: p.HoldUntil, StockState: stockReserved, Version: 1,
		CreatedAt: at, UpdatedAt: at, Items: make([]Item, len(p.Lines)),
	}
	if p.Place != nil {
		o.Slot = p.Place.Slot
	}
	for i, l := range p.Lines {
		o.Items[i] = Item{ID: l.Item, OrderID: p.Order, ProductID: l.Product, Name: l.Name, Summary: l.Summary, UnitUSD: l.UnitUSD,
			UnitVES: l.UnitVES, Quantity: l.Quantity, SubtotalUSD: l.SubtotalUSD, SubtotalVES: l.SubtotalVES, CreatedAt: at, UpdatedAt: at}
	}
	return o
}

// placed reads an order back as it was placed: what a repeated request is answered.
func (s *Service) placed(ctx context.Context, id int) (*Order, error) {
	events, err := s.log.Stream(ctx, s.db.Reader(), Stream(id))
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("order %d has no placing event", id)
	}
	p, ok := events[0].Payload.(*Placed)
	if !ok {
		return nil, fmt.Errorf("order %d begins with %s", id, events[0].Type)
	}
	now, err := s.Order(ctx, id) // for its personal data and the name of its zone
	if err != nil {
		return nil, err
	}
	o := orderOf(p, customers.Person{Token: now.Token, Name: now.Customer.Name, Email: now.Customer.Email,
		Phone: now.Customer.Phone, RecipientName: now.Recipient.Name, RecipientPhone: now.Recipient.Phone, Address: now.Address,
		Landmark: now.Landmark, City: now.City, State: now.State, Zip: now.Zip, DeliveryNotes: now.DeliveryNotes, Notes: now.Notes,
		CardMessage: now.CardMessage, CardSignature: now.CardSignature}, events[0].At)
	if o.Zone == now.Zone {
		o.ZoneName = now.ZoneName
	}
	return o, nil
}
