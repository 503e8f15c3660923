package office

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"floresya/internal/saga"
	"floresya/internal/security/identity"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
)

// Identity signs the florist in and out.
type Identity interface {
	Login(ctx context.Context, email, password string, client identity.Client) (string, *identity.Principal, error)
	Logout(ctx context.Context, token string) error
	Lifetime() time.Duration
}

// Orders answers and changes orders.
type Orders interface {
	Order(ctx context.Context, id int) (*orders.Order, error)
	List(ctx context.Context, f orders.Filter) ([]*orders.Order, error)
	CountUnagreed(ctx context.Context) (int, error)
	History(ctx context.Context, id int) ([]orders.Change, error)
	SetStatus(ctx context.Context, id int, to orders.Status, notes string, by int) (*orders.Order, error)
	Agree(ctx context.Context, id int, key delivery.CapacityKey, by int) (*orders.Order, error)
}

// Payments answers and judges proofs of payment.
type Payments interface {
	Of(ctx context.Context, order int) ([]payments.Payment, error)
	Waiting(ctx context.Context) ([]payments.Payment, error) // longest waiting first
	CountWaiting(ctx context.Context) (int, error)
	Methods(ctx context.Context) ([]payments.Method, error)
	Submit(ctx context.Context, s payments.Submit) (payments.Payment, error)
	Accept(ctx context.Context, payment int, f payments.Facts, by int) (payments.Payment, error)
	Reject(ctx context.Context, payment int, reason string, by int) (payments.Payment, error)
	ToRefund(ctx context.Context) ([]payments.Refundable, error) // oldest first
	Refund(ctx context.Context, payment int, amount money.USD, by int, reason string) (payments.Payment, error)
}

// Receipts shows what customers sent as proof.
type Receipts interface {
	Show(w http.ResponseWriter, r *http.Request, key string) error
}

// Catalogue answers and changes products.
type Catalogue interface {
	List(ctx context.Context, f catalog.Filter) ([]catalog.Product, error)
	Count(ctx context.Context, f catalog.Filter) (int, error)
	Product(ctx context.Context, id int, includeInactive bool) (catalog.Product, error)
	ByIDs(ctx context.Context, ids []int) ([]catalog.Product, error)
	Update(ctx context.Context, id int, change catalog.ProductChange) error
}

// Calendar answers and changes where and when the shop delivers.
type Calendar interface {
	Zones(ctx context.Context) ([]delivery.Zone, error)
	Calendar(ctx context.Context, zone int, from delivery.Day, days int, now time.Time) ([]delivery.Offer, error)
	Calendars(ctx context.Context, zones []int, from delivery.Day, days int, now time.Time) ([]delivery.Offer, error)
	SetCapacity(ctx context.Context, key delivery.CapacityKey, capacity int, closed bool) error
	Blackouts(ctx context.Context, from delivery.Day) ([]delivery.BlackoutDay, error)
	Blackout(ctx context.Context, day delivery.Day, reason string) error
	ClearBlackout(ctx context.Context, day delivery.Day) error
}

// Rates answers and changes the rate of the day.
type Rates interface {
	Current(ctx context.Context) (rates.Rate, error)
	SetByHand(ctx context.Context, value money.Rate, user int, confirmed bool) (rates.Rate, error)
}

// Messages are what customers have been told, and what the florist can tell them.
type Messages interface {
	OfOrder(ctx context.Context, order int) ([]notify.Note, error)
	Lost(ctx context.Context) ([]notify.Note, error) // refused or given up, newest first
	// WhatsApp is a link to a chat with the order's customer, the text prepared; "" when there is no phone.
	WhatsApp(ctx context.Context, order int, kind notify.Kind, detail string) (string, error)
}

// Processes are the sagas of orders, as far as somebody has to look at them.
type Processes interface {
	Troubled(ctx context.Context) ([]saga.Trouble, error)
	Stuck(ctx context.Context) ([]saga.Record, error)
}

// Mailbox holds the letters that no mail server was there to send.
type Mailbox interface {
	List(ctx context.Context, limit int) ([]notify.Letter, error) // newest first, without their texts
	Read(ctx context.Context, id uuid.UUID) (notify.Letter, error)
}
