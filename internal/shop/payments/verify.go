package payments

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
)

// Facts are what the bank says of a movement. Cash has no account and no movement.
type Facts struct {
	BankAccount string // the shop's receiving account
	Reference   string // the bank's; "" for cash
	ValueDate   delivery.Day
	Amount      money.Money
}

// normalise brings facts into the one form in which they are compared: no spaces or dashes in the account, upper case.
func (f *Facts) normalise() {
	f.BankAccount = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ".", "").Replace(strings.TrimSpace(f.BankAccount)))
	f.Reference = strings.ToUpper(strings.TrimSpace(f.Reference))
}

func (f *Facts) check(cash bool, today delivery.Day) error {
	var c fault.Checker
	if !cash {
		c.Check(runes(f.BankAccount) >= 2 && runes(f.BankAccount) <= 100 && line(f.BankAccount), "bank_account", "La cuenta que recibió debe tener de 2 a 100 caracteres")
		c.Check(runes(f.Reference) >= 1 && runes(f.Reference) <= 100 && line(f.Reference), "bank_reference", "La referencia del banco debe tener de 1 a 100 caracteres")
	}
	if c.Check(f.ValueDate.Valid(), "value_date", "La fecha valor debe ser AAAA-MM-DD") {
		c.Check(f.ValueDate <= today.Add(1), "value_date", "La fecha valor está en el futuro")
		c.Check(f.ValueDate >= today.Add(-365), "value_date", "La fecha valor es de hace más de un año")
	}
	c.Check(f.Amount.Validate() == nil, "currency", "La moneda debe ser USD o VES")
	c.Check(f.Amount.Minor > 0 && f.Amount.Minor < 1e16, "amount", "El monto debe ser mayor que cero")
	return c.Err()
}

// Accept records the bank's facts of a payment: the money is there, whatever became of the order meanwhile. Accepting again
// with the same facts answers the same; a part of what is due starts a new hold for the rest; other facts, a movement that backs another payment, and a rejected payment are
// Conflicts.
func (p *Payments) Accept(ctx context.Context, id int, f Facts, by int) (Payment, error) {
	f.normalise()
	err := p.decide(ctx, id, func(ctx context.Context, tx *event.Tx, order *orders.Row, y *Payment) (any, error) {
		cash := y.Method == "cash"
		if cash {
			f.BankAccount, f.Reference = "", ""
		}
		if err := f.check(cash, delivery.DayOf(tx.Now)); err != nil {
			return nil, err
		}
		switch y.Status {
		case Pending:
		case Failed:
			return nil, fault.New(fault.Conflict, "payment_rejected", "El pago %d fue rechazado; el cliente debe registrarlo de nuevo.", id)
		default:
			if (Facts{y.BankAccount, y.BankReference, y.BankValueDate, y.BankAmount}) == f {
				return nil, nil
			}
			return nil, fault.New(fault.Conflict, "already_accepted", "El pago %d ya fue aceptado con otros datos del banco.", id)
		}
		if !cash {
			if err := movementFree(ctx, tx, f); err != nil {
				return nil, err
			}
		}
		worth, err := worthOf(f.Amount, order.Rate, order.Total-order.Paid)
		if err != nil {
			return nil, err
		}
		hold, err := p.newHold(ctx, tx, order, id, order.Paid+worth)
		if err != nil {
			return nil, err
		}
		return &Accepted{Payment: id, Order: order.ID, BankAccount: f.BankAccount, BankReference: f.Reference, ValueDate: f.ValueDate,
			Amount: money.VES(f.Amount.Minor), Currency: string(f.Amount.Currency), AcceptedUSD: worth, By: by, HoldUntil: hold}, nil
	})
	if postgres.Constraint(err) == "payments_one_movement" { // another verifier was faster; who, is known by now
		if taken := movementFree(ctx, p.db.Reader(), f); taken != nil {
			err = taken
		}
	}
	if err != nil {
		return Payment{}, err
	}
	return p.Payment(ctx, id)
}

const findMovement = `
	select order_id, id from payments
	where (bank_account, bank_reference, bank_value_date, bank_amount, currency) = ($1, $2, $3::text::date, $4, $5)`

// movementFree is nil when the movement backs no payment yet.
func movementFree(ctx context.Context, q postgres.Querier, f Facts) error {
	var order, payment int
	err := q.QueryRow(ctx, findMovement, f.BankAccount, f.Reference, string(f.ValueDate), money.VES(f.Amount.Minor), string(f.Amount.Currency)).
		Scan(&order, &payment)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the bank movement: %w", err)
	}
	return fault.New(fault.Conflict, "movement_used", "Ese movimiento del banco ya respalda un pago del pedido %d.", order).
		With("order_id", order).With("payment_id", payment)
}

// Reject records that the money was not found. The customer is told the reason; a new hold begins when the order waits for
// nothing else. Rejecting again with the same reason changes nothing.
func (p *Payments) Reject(ctx context.Context, id int, reason string, by int) (Payment, error) {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return Payment{}, err
	}
	err := p.decide(ctx, id, func(ctx context.Context, tx *event.Tx, order *orders.Row, y *Payment) (any, error) {
		switch {
		case y.Status == Failed && y.Notes == reason:
			return nil, nil
		case y.Status == Failed:
			return nil, fault.New(fault.Conflict, "already_rejected", "El pago %d ya fue rechazado.", id)
		case y.Status != Pending:
			return nil, fault.New(fault.Conflict, "already_accepted", "El pago %d ya fue aceptado; usa devolver.", id)
		}
		e := &Rejected{Payment: id, Order: order.ID, Reason: reason, By: by}
		var err error
		if e.HoldUntil, err = p.newHold(ctx, tx, order, id, order.Paid); err != nil {
			return nil, err
		}
		b := &pgx.Batch{}
		notify.Queue(b, []notify.Message{{OrderID: order.ID, Kind: notify.Rejected, Dedupe: "payment " + strconv.Itoa(id), Detail: reason, At: tx.Now}})
		return e, tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return Payment{}, err
	}
	return p.Payment(ctx, id)
}

func checkReason(reason string) error {
	var c fault.Checker
	c.Check(runes(reason) >= 3 && runes(reason) <= 500 && clean(reason), "reason", "El motivo debe tener de 3 a 500 caracteres")
	return c.Err()
}

const selectHold = `
	select (select count(*) from payments where order_id = $1 and status = 'pending' and id <> $2),
		coalesce((select value from settings where lower(key) = 'payment_hold_hours' and active), ''),
		case when o.slot_id is not null then (o.delivery_date + s.starts) at time zone 'America/Caracas' - s.cutoff end
	from orders o left join delivery_slots s on s.id = o.slot_id where o.id = $1`

// newHold is when the hold ends that the order gets now that one of its proofs is judged and paid is what it has; nil when none begins: it is paid, under way, paid on delivery, or another proof waits.
func (p *Payments) newHold(ctx context.Context, tx *event.Tx, order *orders.Row, judged int, paid money.USD) (*time.Time, error) {
	if order.Status != orders.Pending || paid >= order.Total || order.PaymentMethod == "cash" {
		return nil, nil
	}
	var (
		others int
		hours  string
		closes *time.Time
	)
	if err := tx.QueryRow(ctx, selectHold, order.ID, judged).Scan(&others, &hours, &closes); err != nil {
		return nil, fmt.Errorf("find how long order %d is held: %w", order.ID, err)
	}
	if others > 0 {
		return nil, nil
	}
	hold := p.cfg.Hold
	if h, err := strconv.ParseFloat(hours, 64); err == nil && h > 0 && h <= 24*365 {
		hold = time.Duration(h * float64(time.Hour))
	}
	until := holdRule(tx.Now, hold, closes)
	return &until, nil
}

// Refund records that money of an accepted payment was given back by hand, under ctx's idempotency key. More than is left
// of it is a Conflict.
func (p *Payments) Refund(ctx context.Context, id int, amount money.USD, by int, reason string) (Payment, error) {
	reason = strings.TrimSpace(reason)
	if err := checkReason(reason); err != nil {
		return Payment{}, err
	}
	if amount <= 0 {
		return Payment{}, fault.Invalidf("amount", "El monto debe ser mayor que cero")
	}
	_, err := idempotency.Execute(ctx, p.log, postgres.Orders, func(ctx context.Context, tx *event.Tx) ([]event.New, submitted, error) {
		news, err := p.decideOn(ctx, tx, id, func(_ context.Context, _ *event.Tx, order *orders.Row, y *Payment) (any, error) {
			left := y.AcceptedUSD - y.RefundedUSD
			if amount > left {
				return nil, fault.New(fault.Conflict, "refund_too_much", "De ese pago quedan $%s por devolver.", left).With("left_usd", left.String())
			}
			return &MoneyBack{Payment: id, Order: order.ID, AmountUSD: amount, Whole: amount == left, Reason: reason, By: by}, nil
		})
		return news, submitted{id}, err
	})
	if err != nil {
		return Payment{}, err
	}
	p.cfg.Poke()
	return p.Payment(ctx, id)
}

// verdict decides about a payment whose order is locked; a nil event changes nothing.
type verdict func(ctx context.Context, tx *event.Tx, order *orders.Row, y *Payment) (any, error)

// decide runs one verdict as a command and pokes the saga.
func (p *Payments) decide(ctx context.Context, id int, v verdict) error {
	done, err := p.log.Execute(ctx, postgres.Orders, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		return p.decideOn(ctx, tx, id, v)
	})
	if err == nil && len(done) > 0 {
		p.cfg.Poke()
	}
	return err
}

// decideOn locks the payment's order, reads the payment under that lock, and wakes the saga of what was decided.
func (p *Payments) decideOn(ctx context.Context, tx *event.Tx, id int, v verdict) ([]event.New, error) {
	var orderID int
	err := tx.QueryRow(ctx, `select order_id from payments where id = $1`, id).Scan(&orderID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, notFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("find order of payment %d: %w", id, err)
	}
	order, err := orders.Lock(ctx, tx, orderID)
	if err != nil {
		return nil, err
	}
	y, err := one(ctx, tx, id) // after the lock: whoever decided before has committed
	if err != nil {
		return nil, err
	}
	payload, err := v(ctx, tx, order, &y)
	if err != nil || payload == nil {
		return nil, err
	}
	b := &pgx.Batch{}
	fulfilment.QueueWake(b, orderID, tx.Now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("wake the saga of order %d: %w", orderID, err)
	}
	return []event.New{{Stream: orders.Stream(orderID), Version: order.Next(), Payload: payload}}, nil
}
