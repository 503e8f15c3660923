package payments

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"floresya/internal/event"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// MethodSet says what a payment method is from now on.
type MethodSet struct {
	ID           int    `json:"id"`
	Code         string `json:"code"`
	Name         string `json:"name"`
	NameEN       string `json:"name_en,omitzero"`
	Type         string `json:"type"`
	Currency     string `json:"currency"`
	Description  string `json:"description,omitzero"`
	AccountInfo  string `json:"account_info,omitzero"`
	Active       bool   `json:"active"`
	DisplayOrder int    `json:"display_order"`
}

// Submitted says that a customer told of a payment. Who paid is under Personal. It stops the order's hold.
type Submitted struct {
	Payment       int        `json:"payment"`
	Order         int        `json:"order"`
	MethodID      int        `json:"method_id,omitzero"`
	MethodName    string     `json:"method_name"`
	Method        string     `json:"method"`
	User          int        `json:"user,omitzero"`
	Personal      uuid.UUID  `json:"personal"`
	AmountUSD     money.USD  `json:"amount_usd"`
	AmountVES     money.VES  `json:"amount_ves,omitzero"`
	Currency      string     `json:"currency"`
	Rate          money.Rate `json:"rate,omitzero"`
	Reference     string     `json:"reference"`
	ReferenceSeen bool       `json:"reference_seen,omitzero"`
	ReceiptURL    string     `json:"receipt_url,omitzero"`
	ReceiptHash   string     `json:"receipt_hash,omitzero"`
}

// Accepted says that a verifier found the money, and the bank's facts about it. HoldUntil is a new hold for what is still due,
// when one begins.
type Accepted struct {
	Payment       int          `json:"payment"`
	Order         int          `json:"order"`
	BankAccount   string       `json:"bank_account,omitzero"` // "": cash
	BankReference string       `json:"bank_reference,omitzero"`
	ValueDate     delivery.Day `json:"value_date"`
	Amount        money.VES    `json:"amount"` // hundredths of Currency
	Currency      string       `json:"currency"`
	AcceptedUSD   money.USD    `json:"accepted_usd"`
	By            int          `json:"by,omitzero"`
	HoldUntil     *time.Time   `json:"hold_until,omitzero"`
}

// Rejected says that a verifier did not find the money. HoldUntil is a new hold, when one begins.
type Rejected struct {
	Payment   int        `json:"payment"`
	Order     int        `json:"order"`
	Reason    string     `json:"reason"`
	By        int        `json:"by,omitzero"`
	HoldUntil *time.Time `json:"hold_until,omitzero"`
}

// MoneyBack says that money of an accepted payment was given back by hand.
type MoneyBack struct {
	Payment   int       `json:"payment"`
	Order     int       `json:"order"`
	AmountUSD money.USD `json:"amount_usd"`
	Whole     bool      `json:"whole,omitzero"` // nothing of it is left
	Reason    string    `json:"reason"`
	By        int       `json:"by,omitzero"`
}

// Events are the event types of payments.
func Events() []event.Def {
	return []event.Def{
		event.On("payments.method_set", 1, applyMethodSet),
		event.On("payments.submitted", 1, applySubmitted),
		event.On("payments.accepted", 2, applyAccepted, withoutHold),
		event.On("payments.rejected", 1, applyRejected),
		event.On("payments.refunded", 1, applyRefunded),
	}
}

// withoutHold reads an acceptance from before it could begin a hold: it began none, which is what the form says without the
// field.
func withoutHold(v jsontext.Value) (jsontext.Value, error) { return v, nil }

func methodStream(id int) string { return fmt.Sprintf("payment-method-%d", id) }
