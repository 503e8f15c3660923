package orders

import (
	"time"

	"github.com/google/uuid"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// Status is a state of an order.
type Status string

// The six states of the contract.
const (
	Pending   Status = "pending"
	Verified  Status = "verified"
	Preparing Status = "preparing"
	Shipped   Status = "shipped"
	Delivered Status = "delivered"
	Cancelled Status = "cancelled"
)

// Statuses are all states in the order of an order's life.
var Statuses = [...]Status{Pending, Verified, Preparing, Shipped, Delivered, Cancelled}

// Known reports whether s is one of the six.
func (s Status) Known() bool { return s.rank() >= 0 }

func (s Status) rank() int {
	for i, known := range Statuses {
		if s == known {
			return i
		}
	}
	return -1
}

// Final reports whether nothing comes after s by itself.
func (s Status) Final() bool { return s == Delivered || s == Cancelled }

// Normal reports whether a step from s to next lies on the usual path.
func (s Status) Normal(next Status) bool {
	switch next {
	case Cancelled:
		return s == Pending || s == Verified || s == Preparing
	case Pending:
		return false
	default:
		return next.rank() == s.rank()+1
	}
}

// Where the pieces of an order are.
const (
	stockReserved = "reserved"
	stockSold     = "sold"
	stockReleased = "released"
)

// Ways of getting the flowers.
const (
	ByDelivery = "delivery"
	ByPickup   = "pickup"
)

// Contact is a person to reach.
type Contact struct{ Name, Email, Phone string }

// Order is an order with its items and, unless erased, its personal data.
type Order struct {
	ID              int
	User            int       // 0: nobody signed in
	Guest           uuid.UUID // zero: none
	PersonalID      uuid.UUID
	Token           string // of the tracking link
	Language        string
	Status          Status
	Customer        Contact
	Recipient       Contact // Name and Phone; empty when the customer receives
	Address         string
	Landmark        string
	City            string
	State           string
	Zip             string
	DeliveryNotes   string
	Notes           string
	CancelNote      string // what the customer said on cancelling
	CardMessage     string
	CardSignature   string
	HideSender      bool
	Substitution    string
	Method          string
	Zone            int
	ZoneName        string
	Slot            int          // 0: date to be agreed
	Day             delivery.Day // the wish of a legacy client when Slot is 0; "" when none
	TimeSlot        string       // "09:00-12:00"
	DeliveryCostUSD money.USD
	DeliveryCostVES money.VES
	TotalUSD        money.USD
	TotalVES        money.VES  // 0: no rate was known
	Rate            money.Rate // frozen; 0: none was known
	PaidUSD         money.USD
	PaymentMethod   string
	HoldUntil       *time.Time
	StockState      string
	AdminNotes      string
	Items           []Item
	Version         int
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Unagreed reports whether the florist has still to settle the date.
func (o *Order) Unagreed() bool { return o.Slot == 0 && !o.Status.Final() }

// Due is what is still to be paid; negative when too much was.
func (o *Order) Due() money.USD { return o.TotalUSD - o.PaidUSD }

// Item is a line of an order, as it was sold.
type Item struct {
	ID          int
	OrderID     int
	ProductID   int
	Name        string
	Summary     string
	UnitUSD     money.USD
	UnitVES     money.VES
	Quantity    int
	SubtotalUSD money.USD
	SubtotalVES money.VES
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Change is a row of an order's history. From is "" for the first.
type Change struct {
	ID      int
	OrderID int
	From    Status
	To      Status
	Notes   string
	By      int
	At      time.Time
}
