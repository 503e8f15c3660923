package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// Status is a state of a payment.
type Status string

// The states of the contract.
const (
	Pending           Status = "pending"
	Completed         Status = "completed"
	Failed            Status = "failed"
	Refunded          Status = "refunded"
	PartiallyRefunded Status = "partially_refunded"
)

// Payment is one payment of an order.
type Payment struct {
	ID            int
	OrderID       int
	MethodID      int // 0: the method has no row
	MethodName    string
	Method        string // code
	User          int    // 0: nobody signed in
	AmountUSD     money.USD
	AmountVES     money.VES // 0: no rate was known
	Currency      string    // what was paid in
	Rate          money.Rate
	Status        Status
	TransactionID string
	Reference     string
	// ReferenceSeen says that the reference was in an earlier payment: look twice.
	ReferenceSeen bool
	ReceiptURL    string
	ReceiptHash   string
	Details       map[string]any // what the payer told; nil when erased
	Notes         string         // why it was rejected or given back
	BankAccount   string         // the bank's facts, from Accept on
	BankReference string
	BankValueDate delivery.Day
	BankAmount    money.Money // zero until accepted
	AcceptedUSD   money.USD
	RefundedUSD   money.USD
	PaidAt        *time.Time
	ConfirmedAt   *time.Time
	ConfirmedBy   int
	Version       int // of its order
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

const selectPayments = `
	select y.id, y.order_id, coalesce(y.payment_method_id, 0), y.payment_method_name, y.method, coalesce(y.user_id, 0),
		y.amount_usd, coalesce(y.amount_ves, 0), y.currency, coalesce(y.currency_rate, 0), y.status::text,
		coalesce(y.transaction_id, ''), coalesce(y.reference_number, ''), y.reference_seen, coalesce(y.receipt_image_url, ''),
		coalesce(y.receipt_hash, ''), p.details, coalesce(y.admin_notes, ''), coalesce(y.bank_account, ''),
		coalesce(y.bank_reference, ''), coalesce(y.bank_value_date::text, ''), coalesce(y.bank_amount, 0), y.accepted_usd,
		y.refunded_usd, y.payment_date, y.confirmed_date, coalesce(y.confirmed_by, 0), o.version, y.created_at, y.updated_at
	from payments y join orders o on o.id = y.order_id left join personal p on p.id = y.personal_id `

func scanPayment(row pgx.CollectableRow) (Payment, error) {
	var (
		y       Payment
		details []byte
		amount  money.VES // hundredths of whatever currency
	)
	err := row.Scan(&y.ID, &y.OrderID, &y.MethodID, &y.MethodName, &y.Method, &y.User, &y.AmountUSD, &y.AmountVES, &y.Currency,
		&y.Rate, &y.Status, &y.TransactionID, &y.Reference, &y.ReferenceSeen, &y.ReceiptURL, &y.ReceiptHash, &details, &y.Notes,
		&y.BankAccount, &y.BankReference, &y.BankValueDate, &amount, &y.AcceptedUSD, &y.RefundedUSD, &y.PaidAt, &y.ConfirmedAt,
		&y.ConfirmedBy, &y.Version, &y.CreatedAt, &y.UpdatedAt)
	if err != nil {
		return y, err
	}
	if amount != 0 {
		y.BankAmount = money.Money{Minor: int64(amount), Currency: money.Currency(y.Currency)}
	}
	if details != nil {
		err = json.Unmarshal(details, &y.Details)
	}
	y.CreatedAt, y.UpdatedAt = y.CreatedAt.UTC(), y.UpdatedAt.UTC()
	if y.PaidAt != nil {
		*y.PaidAt = y.PaidAt.UTC()
	}
	return y, err
}

func list(ctx context.Context, q postgres.Querier, where string, args ...any) ([]Payment, error) {
	rows, err := q.Query(ctx, selectPayments+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanPayment)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	return found, nil
}

// Payment is one payment; fault NotFound when there is none.
func (p *Payments) Payment(ctx context.Context, id int) (Payment, error) {
	return one(ctx, p.db.Reader(), id)
}

func one(ctx context.Context, q postgres.Querier, id int) (Payment, error) {
	found, err := list(ctx, q, `where y.id = $1`, id)
	if err != nil {
		return Payment{}, err
	}
	if len(found) == 0 {
		return Payment{}, notFound(id)
	}
	return found[0], nil
}

func notFound(id int) error {
	return fault.NotFoundf("El pago %d no existe (payment not found)", id).With("resource", "Payment").With("id", id)
}

// Of are the payments of an order, oldest first.
func (p *Payments) Of(ctx context.Context, order int) ([]Payment, error) {
	return list(ctx, p.db.Reader(), `where y.order_id = $1 order by y.created_at, y.id`, order)
}

// Waiting are the proofs that wait for a verifier, longest waiting first.
func (p *Payments) Waiting(ctx context.Context) ([]Payment, error) {
	return list(ctx, p.db.Reader(), `where y.status = 'pending' order by y.created_at, y.id limit 500`)
}

// CountWaiting is how many proofs wait for a verifier.
func (p *Payments) CountWaiting(ctx context.Context) (int, error) {
	var n int
	if err := p.db.Reader().QueryRow(ctx, `select count(*) from payments where status = 'pending'`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count waiting payments: %w", err)
	}
	return n, nil
}

// Balance is how an order stands.
type Balance struct {
	Total, Paid money.USD
	Due         money.USD // still to be paid
	DueVES      money.VES // the same in whole bolívares; 0 without a rate
	Over        money.USD // paid beyond the total
	ToRefund    money.USD // to be given back: all that was paid for a cancelled order, else Over
}

// BalanceOf says how an order of this total stands. rate may be 0.
func BalanceOf(total, paid money.USD, rate money.Rate, cancelled bool) Balance {
	b := Balance{Total: total, Paid: paid}
	if cancelled {
		b.ToRefund = paid
		return b
	}
	b.Due, b.Over = max(total-paid, 0), max(paid-total, 0)
	b.ToRefund = b.Over
	if rate > 0 && b.Due > 0 {
		b.DueVES, _ = rate.WholeVES(b.Due) // an order's amounts are far within range
	}
	return b
}

// Refundable is an order that was paid more than it costs, or paid and cancelled.
type Refundable struct {
	OrderID   int
	Cancelled bool
	Amount    money.USD
}

// ToRefund are the orders whose customers are owed money, oldest first.
func (p *Payments) ToRefund(ctx context.Context) ([]Refundable, error) {
	rows, err := p.db.Reader().Query(ctx, `
		select id, status = 'cancelled', case when status = 'cancelled' then paid_usd else paid_usd - total_amount_usd end
		from orders where paid_usd > 0 and (status = 'cancelled' or paid_usd > total_amount_usd) order by id limit 500`)
	if err != nil {
		return nil, fmt.Errorf("read orders to refund: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Refundable])
	if err != nil {
		return nil, fmt.Errorf("read orders to refund: %w", err)
	}
	return found, nil
}

// Check lists orders whose paid amount is not accepted − refunded.
func Check(ctx context.Context, q postgres.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `
		select o.id, o.paid_usd, coalesce(sum(y.accepted_usd - y.refunded_usd), 0) from orders o left join payments y on y.order_id = o.id
		group by o.id having o.paid_usd <> coalesce(sum(y.accepted_usd - y.refunded_usd), 0) order by o.id`)
	if err != nil {
		return nil, fmt.Errorf("compare orders with their payments: %w", err)
	}
	var (
		wrong     []string
		order     int
		paid, sum money.USD
	)
	_, err = pgx.ForEachRow(rows, []any{&order, &paid, &sum}, func() error {
		wrong = append(wrong, fmt.Sprintf("order %d: paid is %s, its payments make %s", order, paid, sum))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare orders with their payments: %w", err)
	}
	return wrong, nil
}
