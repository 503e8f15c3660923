package orders

import (
	"time"

	"github.com/google/uuid"

	"floresya/internal/event"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// Events are the event types of this package.
func Events() []event.Def {
	return []event.Def{
		event.On("orders.placed", 1, applyPlaced),
		event.On("orders.status_changed", 1, applyStatusChanged),
		event.On("orders.date_agreed", 1, applyDateAgreed),
	}
}

// Placed is an order with what was known and frozen when it was placed. Personal data only by id.
type Placed struct {
	Order           int           `json:"order"`
	User            int           `json:"user,omitzero"`
	Guest           uuid.UUID     `json:"guest,omitzero"`
	Personal        uuid.UUID     `json:"personal"`
	Language        string        `json:"language"`
	Method          string        `json:"method"`
	Zone            int           `json:"zone,omitzero"`
	Place           *CapacityMove `json:"place,omitempty"`
	Day             delivery.Day  `json:"day,omitzero"`
	TimeSlot        string        `json:"time_slot,omitzero"`
	DeliveryCostUSD money.USD     `json:"delivery_cost_usd"`
	DeliveryCostVES money.VES     `json:"delivery_cost_ves"`
	TotalUSD        money.USD     `json:"total_usd"`
	TotalVES        money.VES     `json:"total_ves"`
	Rate            money.Rate    `json:"rate"`
	PaymentMethod   string        `json:"payment_method,omitzero"`
	HideSender      bool          `json:"hide_sender,omitzero"`
	Substitution    string        `json:"substitution"`
	HoldUntil       *time.Time    `json:"hold_until,omitempty"`
	History         int           `json:"history"`
	Lines           []PlacedLine  `json:"lines"`
}

// PlacedLine is one item of a placed order; its pieces are reserved.
type PlacedLine struct {
	Item        int       `json:"item"`
	Product     int       `json:"product"`
	Name        string    `json:"name"`
	Summary     string    `json:"summary,omitzero"`
	UnitUSD     money.USD `json:"unit_usd"`
	UnitVES     money.VES `json:"unit_ves"`
	Quantity    int       `json:"quantity"`
	SubtotalUSD money.USD `json:"subtotal_usd"`
	SubtotalVES money.VES `json:"subtotal_ves"`
}

// CapacityMove takes (Places > 0) or gives back places of a delivery slot. Ordinary is the slot's ordinary capacity then,
// which a day × slot × zone has until it is edited.
type CapacityMove struct {
	Day      delivery.Day `json:"day"`
	Slot     int          `json:"slot"`
	Zone     int          `json:"zone"`
	Places   int          `json:"places"`
	Ordinary int          `json:"ordinary"`
}

// StockMove is a movement of pieces between shelf, reservation and sale, in the words of the ledger.
type StockMove struct {
	Product  int    `json:"product"`
	Kind     string `json:"kind"` // reserved, released, sold, returned
	Quantity int    `json:"quantity"`
}

// StatusChanged is a step of an order with what it moves.
type StatusChanged struct {
	Order      int            `json:"order"`
	From       Status         `json:"from"`
	To         Status         `json:"to"`
	Reason     string         `json:"reason"` // admin, customer, paid, expired, failed
	Notes      string         `json:"notes,omitzero"`
	By         int            `json:"by,omitzero"`
	History    int            `json:"history"`
	StockState string         `json:"stock_state"`
	Stock      []StockMove    `json:"stock,omitempty"`
	Capacity   []CapacityMove `json:"capacity,omitempty"`
	HoldUntil  *time.Time     `json:"hold_until,omitempty"`
}

// DateAgreed settles or moves the day and slot of an order.
type DateAgreed struct {
	Order     int            `json:"order"`
	Zone      int            `json:"zone"`
	Slot      int            `json:"slot"`
	Day       delivery.Day   `json:"day"`
	TimeSlot  string         `json:"time_slot"`
	By        int            `json:"by,omitzero"`
	Capacity  []CapacityMove `json:"capacity,omitempty"`
	HoldUntil *time.Time     `json:"hold_until,omitempty"`
}
