package office

import (
	"net/http"

	"floresya/internal/shop/orders"
)

// dateQueue lists the orders whose date the florist has still to settle.
func (v *visit) dateQueue() error {
	open, err := v.office.Orders.List(v.ctx(), orders.Filter{Unagreed: true, Limit: boardLimit})
	if err != nil {
		return err
	}
	pictures, err := v.pictures(open)
	if err != nil {
		return err
	}
	cards := make([]card, len(open))
	for i, o := range open {
		cards[i] = v.card(o, nil, pictures)
		cards[i].rank = o.CreatedAt.Unix()
	}
	sortCards(cards)
	return v.show(http.StatusOK, v.dateQueuePage(cards))
}

// waitingPayment is a proof in the queue with its order.
type waitingPayment struct {
	payment
	Card  card
	Due   string
	Short bool // less was declared than is due
}

// paymentQueue lists the proofs that wait to be verified, oldest first.
func (v *visit) paymentQueue() error {
	waiting, err := v.office.Payments.Waiting(v.ctx())
	if err != nil {
		return err
	}
	waiting = waiting[:min(len(waiting), boardLimit)]
	var all []*orders.Order
	byID := map[int]int{}
	for _, p := range waiting {
		if _, known := byID[p.OrderID]; known {
			continue
		}
		o, err := v.office.Orders.Order(v.ctx(), p.OrderID)
		if err != nil {
			return err
		}
		byID[p.OrderID] = len(all)
		all = append(all, o)
	}
	pictures, err := v.pictures(all)
	if err != nil {
		return err
	}
	queue := make([]waitingPayment, len(waiting))
	for i, p := range waiting {
		o := all[byID[p.OrderID]]
		said := proof(p)
		due := v.due(o, said.Declared.Currency)
		queue[i] = waitingPayment{payment: said, Card: v.card(o, &waiting[i], pictures), Due: v.money(due), Short: said.Declared.Minor < due.Minor}
	}
	back, err := v.owed()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.paymentQueuePage(queue, back))
}
