package store

import (
	"context"
	"io"
	"time"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

// Orders places orders and finds them again.
type Orders interface {
	// Place places the order or returns a fault: of kind Invalid with Fields, or Conflict with one of the codes in
	// refusals. The same key and the same order lead to the same answer.
	Place(ctx context.Context, key string, order NewOrder) (Placed, error)
	// Order returns the order that token gives access to, or a fault of kind NotFound.
	Order(ctx context.Context, token string) (Order, error)
}

// NewOrder is the checkout form, read and trimmed but not judged.
type NewOrder struct {
	Lang       lang.Lang
	Lines      []Line
	ZoneID     int
	Date       time.Time
	SlotID     int
	Recipient  Person
	Sender     Person
	Address    string
	Reference  string // landmark for the rider
	Card       string
	HideSender bool
	Substitute string    // ask, same_colour, same_value, never
	Method     string    // code of a payment method
	SeenUSD    money.USD // the total the shopper saw
}

// Person is a name and how to reach it.
type Person struct{ Name, Phone, Email string }

// Line is a wish for some pieces of a product.
type Line struct {
	Product int
	Pieces  int
}

// Placed is the answer to a placed order.
type Placed struct {
	ID    int
	Token string
}

// Order is what the pages of an order show.
type Order struct {
	ID         int
	Token      string
	State      State
	PlacedAt   time.Time
	Lines      []OrderLine
	FeeUSD     money.USD
	USD        money.USD  // total
	VES        money.VES  // total, whole bolívares
	Rate       money.Rate // frozen
	Pickup     bool
	Zone       string
	Date       time.Time // zero: to be agreed
	From, To   int       // slot in minutes after midnight; 0, 0: to be agreed
	Recipient  Person
	Sender     Person
	Address    string
	Reference  string
	Card       string
	HideSender bool
	Method     string    // code of the payment method chosen; "" when not told yet
	HoldUntil  time.Time // zero: no hold runs
	Steps      []Step
	Payments   []Payment
	PaidUSD    money.USD // accepted so far
	DueUSD     money.USD // still to be paid or verified, never negative
	DueVES     money.VES // the same at the frozen rate
	OverUSD    money.USD // paid beyond the total
}

// OrderLine is a line of a placed order with the names and prices of that moment.
type OrderLine struct {
	Product int
	Name    lang.Text
	Pieces  int
	USD     money.USD // of the line
	Picture string
}

// State is where an order stands, in the words of the contract.
type State string

// The states of an order.
const (
	Pending   State = "pending"
	Verified  State = "verified"
	Preparing State = "preparing"
	Shipped   State = "shipped"
	Delivered State = "delivered"
	Cancelled State = "cancelled"
)

// Step is an entry of the order's history.
type Step struct {
	State State
	At    time.Time
}

// Payment is a proof that was sent, and what became of it.
type Payment struct {
	Method    lang.Text
	Reference string
	Amount    money.Money // as declared
	State     PaymentState
	Reason    string // of a rejection
	At        time.Time
}

// PaymentState is what the shop has found out about a proof.
type PaymentState string

// The states of a proof.
const (
	Waiting  PaymentState = "pending"
	Accepted PaymentState = "completed"
	Rejected PaymentState = "failed"
	Refunded PaymentState = "refunded"
)

// Payments tells how to pay and takes the proofs.
type Payments interface {
	Methods(ctx context.Context) ([]Method, error)
	// Submit records a proof for the order of token. The same key and proof lead to the same answer.
	Submit(ctx context.Context, token, key string, proof Proof) error
}

// Method is a way to pay.
type Method struct {
	Code     string // mobile_payment, bank_transfer, zelle, crypto, cash, paypal, international, card
	Name     lang.Text
	Currency money.Currency
	Accounts []Account
}

// Account is one place to pay to: rows to copy, in order.
type Account struct{ Rows []AccountRow }

// AccountRow is one datum: the key of the message that says what it is ("account.phone"), and its value.
type AccountRow struct{ Label, Value string }

// Proof is the payment form, read and trimmed but not judged.
type Proof struct {
	Method    string // code
	Reference string
	Bank      string
	Phone     string
	Date      time.Time
	Amount    money.Money
	Receipt   io.Reader // nil: none was sent
	MIME      string    // of the receipt, as its content says
}
