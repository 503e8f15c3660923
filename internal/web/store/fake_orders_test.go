package store_test

import (
	"context"
	"fmt"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
	"floresya/internal/web/store"
)

// Place keeps the order in memory; the same key gives the same answer.
func (s *Shop) Place(ctx context.Context, key string, o store.NewOrder) (store.Placed, error) {
	if s.Broken != nil || s.Refuse != nil {
		return store.Placed{}, firstError(s.Broken, s.Refuse)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, again := s.keys[key]; again {
		return store.Placed{ID: s.orders[token].ID, Token: token}, nil
	}
	placed := &store.Order{
		ID: len(s.orders) + 1001, Token: fmt.Sprintf("prueba-%08d-%s", len(s.orders)+1, key[:4]), State: store.Pending, PlacedAt: s.Now,
		Rate: s.Today.VES, Date: o.Date, Recipient: o.Recipient, Sender: o.Sender, Address: o.Address,
		Reference: o.Reference, Card: o.Card, HideSender: o.HideSender, Method: o.Method, HoldUntil: s.Now.Add(6 * time.Hour),
	}
	for _, l := range o.Lines {
		p := s.products[l.Product-1]
		if p.Stock < l.Pieces {
			return store.Placed{}, fault.New(fault.Conflict, "insufficient_stock", "not enough")
		}
		placed.Lines = append(placed.Lines, store.OrderLine{Product: p.ID, Name: p.Name, Pieces: l.Pieces,
			USD: p.USD * money.USD(l.Pieces), Picture: p.Picture})
		placed.USD += p.USD * money.USD(l.Pieces)
	}
	zones, _ := s.Zones(ctx)
	for _, z := range zones {
		if z.ID == o.ZoneID {
			placed.Zone, placed.Pickup, placed.FeeUSD = z.Name, z.Pickup, z.USD
			placed.USD += z.USD
		}
	}
	slot := (o.SlotID-1)%10*180 + 540
	placed.From, placed.To = slot, slot+180
	s.orders[placed.Token], s.keys[key] = placed, placed.Token
	s.settle(placed)
	return store.Placed{ID: placed.ID, Token: placed.Token}, nil
}

// settle computes what is due.
func (s *Shop) settle(o *store.Order) {
	o.VES, _ = o.Rate.WholeVES(o.USD)
	o.PaidUSD, o.DueUSD = 0, o.USD
	for _, p := range o.Payments {
		usd := money.USD(p.Amount.Minor)
		if p.Amount.Currency == money.CurrencyVES {
			usd, _ = o.Rate.USD(money.VES(p.Amount.Minor))
		}
		if p.State == store.Accepted {
			o.PaidUSD += usd
		}
		if p.State == store.Accepted || p.State == store.Waiting {
			o.DueUSD -= usd
		}
	}
	o.OverUSD = max(0, o.PaidUSD-o.USD)
	if o.DueUSD = max(0, o.DueUSD); o.DueUSD < 2 { // a rounded bolívar is no debt
		o.DueUSD = 0
	}
	o.DueVES, _ = o.Rate.WholeVES(o.DueUSD)
}

// Order finds by token.
func (s *Shop) Order(_ context.Context, token string) (store.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.orders[token]
	if !ok {
		return store.Order{}, firstError(s.Broken, fault.NotFoundf("order not found"))
	}
	return *o, s.Broken
}

// Count is how many orders there are.
func (s *Shop) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.orders)
}

// Advance puts an order into a state and notes when.
func (s *Shop) Advance(token string, to store.State, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders[token]
	o.State, o.HoldUntil = to, time.Time{}
	o.Steps = append(o.Steps, store.Step{State: to, At: at})
}

// Judge accepts or rejects the last proof of an order.
func (s *Shop) Judge(token string, state store.PaymentState, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders[token]
	last := &o.Payments[len(o.Payments)-1]
	last.State, last.Reason = state, reason
	s.settle(o)
}

// Methods are a way in each currency, and cash.
func (s *Shop) Methods(context.Context) ([]store.Method, error) {
	return []store.Method{
		{Code: "mobile_payment", Name: lang.Text{ES: "Pago Móvil"}, Currency: money.CurrencyVES, Accounts: []store.Account{{
			Rows: []store.AccountRow{{Label: "account.bank", Value: "0000 · Banco de ejemplo"}, {Label: "account.phone", Value: "0400 000 00 00"}, {Label: "account.document", Value: "J-00000000-0"}}}}},
		{Code: "bank_transfer", Name: lang.Text{ES: "Transferencia", EN: "Bank transfer"}, Currency: money.CurrencyVES},
		{Code: "zelle", Name: lang.Text{ES: "Zelle"}, Currency: money.CurrencyUSD, Accounts: []store.Account{{
			Rows: []store.AccountRow{{Label: "account.mail", Value: "pagos@flores.example"}}}}},
		{Code: "crypto", Name: lang.Text{ES: "Binance"}, Currency: money.CurrencyUSD},
		{Code: "cash", Name: lang.Text{ES: "Efectivo", EN: "Cash"}, Currency: money.CurrencyUSD},
	}, s.Broken
}

// Submit keeps a proof; the same key is kept once.
func (s *Shop) Submit(_ context.Context, token, key string, p store.Proof) error {
	if s.Broken != nil || s.Refuse != nil {
		return firstError(s.Broken, s.Refuse)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.orders[token]
	if !ok {
		return fault.NotFoundf("order not found")
	}
	if s.proofs[key] {
		return nil
	}
	s.proofs[key] = true
	o.Payments = append(o.Payments, store.Payment{Method: lang.Text{ES: p.Method}, Reference: p.Reference, Amount: p.Amount,
		State: store.Waiting, At: s.Now})
	o.HoldUntil = time.Time{}
	s.settle(o)
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
