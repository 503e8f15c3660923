package payments

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/fulfilment"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/storage"
)

// ReceiptPath is where the back office shows receipts kept by the shop, by their storage key.
const ReceiptPath = "/oficina/recibos/"

// Bounds of a proof.
const (
	maxDetails  = 4 << 10
	maxUSD      = money.USD(20_000_00)
	maxPayments = 50 // of one order
)

// Submit is the proof of a payment, or of a part of one.
type Submit struct {
	Order     int
	Method    string // code
	Reference string
	// Money is what was paid; zero: what is due, in the method's currency.
	Money   money.Money
	Bank    string         // payer's, optional like all that follows
	Phone   string         // payer's
	Date    delivery.Day   // when the payer says it was paid
	Details map[string]any // what else the payer told
	// Receipt is a picture kept by the shop; ReceiptURL one kept elsewhere.
	Receipt    *storage.Object
	ReceiptURL string
	User       int // 0: nobody signed in
}

var fallbackNames = map[string]string{"mobile_payment": "Pago Móvil", "bank_transfer": "Transferencia", "zelle": "Zelle",
	"crypto": "Binance", "cash": "Efectivo", "paypal": "PayPal", "international": "Pago internacional", "card": "Tarjeta"}

// normalise trims, folds the payer's facts into Details, and returns them encoded.
func (s *Submit) normalise() ([]byte, error) {
	s.Method, s.Reference = strings.TrimSpace(s.Method), strings.TrimSpace(s.Reference)
	details := map[string]any{}
	for k, v := range s.Details {
		details[k] = v
	}
	for k, v := range map[string]string{"bank": strings.TrimSpace(s.Bank), "phone": strings.TrimSpace(s.Phone), "date": string(s.Date)} {
		if v != "" {
			details[k] = v
		}
	}
	s.Details = details
	return json.Marshal(details, json.Deterministic(true))
}

func (s *Submit) check(details []byte, today delivery.Day) error {
	var c fault.Checker
	c.Check(fallbackNames[s.Method] != "", "payment_method", "Método de pago desconocido: usa mobile_payment, bank_transfer, zelle, crypto, cash, paypal o international")
	c.Check(runes(s.Reference) >= 3 && runes(s.Reference) <= 100, "reference_number", "La referencia debe tener de 3 a 100 caracteres")
	c.Check(line(s.Reference), "reference_number", "La referencia tiene caracteres que no se pueden guardar")
	c.Check(runes(s.Bank) <= 100 && line(s.Bank), "bank", "El banco puede tener hasta 100 caracteres")
	c.Check(runes(s.Phone) <= 30 && line(s.Phone), "phone", "El teléfono puede tener hasta 30 caracteres")
	if s.Date != "" && c.Check(s.Date.Valid(), "date", "La fecha del pago debe ser AAAA-MM-DD") {
		c.Check(s.Date <= today.Add(1), "date", "La fecha del pago está en el futuro")
		c.Check(s.Date >= today.Add(-365), "date", "La fecha del pago es de hace más de un año")
	}
	c.Check(len(details) <= maxDetails, "payment_details", "Los datos del pago pueden ocupar hasta 4 KB")
	c.Check(!bytes.Contains(details, []byte(`\u0000`)), "payment_details", "Los datos del pago tienen caracteres que no se pueden guardar")
	if s.Money != (money.Money{}) {
		c.Check(s.Money.Validate() == nil, "currency", "La moneda debe ser USD o VES")
		c.Check(s.Money.Minor > 0, "amount", "El monto debe ser mayor que cero")
		c.Check(s.Money.Currency != money.CurrencyUSD || s.Money.Minor <= int64(maxUSD), "amount", "El monto no puede exceder $%s", maxUSD)
		c.Check(s.Money.Minor < 1e16, "amount", "El monto es demasiado grande")
	}
	if s.ReceiptURL != "" {
		u, err := url.Parse(s.ReceiptURL)
		c.Check(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s.ReceiptURL) <= 2000 && line(s.ReceiptURL),
			"receipt_image_url", "El comprobante debe ser una dirección http o https")
	}
	return c.Err()
}

// submitted is what is stored under an idempotency key.
type submitted struct {
	Payment int `json:"payment"`
}

// Submit records the proof of a payment, under ctx's idempotency key. It stops the order's hold. The same proof again
// returns the first, as it was submitted; the same reference with other facts is a Conflict, as is a cancelled order.
func (p *Payments) Submit(ctx context.Context, s Submit) (Payment, error) {
	details, err := s.normalise()
	if err != nil {
		return Payment{}, fault.Invalidf("payment_details", "Los datos del pago no se pueden leer").Because(err)
	}
	if err := s.check(details, delivery.DayOf(p.log.Now())); err != nil {
		return Payment{}, err
	}
	done, err := idempotency.Execute(ctx, p.log, postgres.Orders, func(ctx context.Context, tx *event.Tx) ([]event.New, submitted, error) {
		return p.decideSubmit(ctx, tx, &s, details)
	})
	if err != nil {
		return Payment{}, err
	}
	p.cfg.Poke()
	return p.submitted(ctx, done.Payment)
}

// submitted reads a payment back as it was submitted: what a repeated request is answered, whatever the bank said since.
func (p *Payments) submitted(ctx context.Context, id int) (Payment, error) {
	y, err := p.Payment(ctx, id) // for the payer's data
	if err != nil {
		return Payment{}, err
	}
	events, err := p.log.Stream(ctx, p.db.Reader(), orders.Stream(y.OrderID))
	if err != nil {
		return Payment{}, err
	}
	for _, e := range events {
		if s, ok := e.Payload.(*Submitted); ok && s.Payment == id {
			return Payment{ID: id, OrderID: s.Order, MethodID: s.MethodID, MethodName: s.MethodName, Method: s.Method, User: s.User,
				AmountUSD: s.AmountUSD, AmountVES: s.AmountVES, Currency: s.Currency, Rate: s.Rate, Status: Pending,
				Reference: s.Reference, ReferenceSeen: s.ReferenceSeen, ReceiptURL: s.ReceiptURL, ReceiptHash: s.ReceiptHash,
				Details: y.Details, PaidAt: &e.At, Version: e.Version, CreatedAt: e.At, UpdatedAt: e.At}, nil
		}
	}
	return Payment{}, fmt.Errorf("payment %d has no event that submits it", id)
}

func (p *Payments) decideSubmit(ctx context.Context, tx *event.Tx, s *Submit, details []byte) ([]event.New, submitted, error) {
	no := submitted{}
	// Two proofs with one reference come one after the other, or neither would see that the other has it.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('payment reference ' || lower($1), 0))`, s.Reference); err != nil {
		return nil, no, fmt.Errorf("lock payment reference: %w", err)
	}
	order, err := orders.Lock(ctx, tx, s.Order)
	if err != nil {
		return nil, no, err
	}
	if order.Status == orders.Cancelled {
		return nil, no, fault.New(fault.Conflict, "order_cancelled", "El pedido %d está cancelado; escríbenos antes de pagar.", s.Order)
	}
	prior, err := priorOf(ctx, tx, s, details)
	if err != nil {
		return nil, no, err
	}
	if prior.same != 0 {
		return nil, submitted{prior.same}, nil
	}
	if prior.count >= maxPayments {
		return nil, no, fault.New(fault.Conflict, "too_many_payments", "El pedido %d ya tiene %d pagos registrados; escríbenos.", s.Order, prior.count)
	}
	e := &Submitted{Order: s.Order, Method: s.Method, User: s.User, Personal: uuid.New(), Rate: order.Rate, Reference: s.Reference,
		ReferenceSeen: prior.elsewhere, ReceiptURL: s.ReceiptURL}
	if s.Receipt != nil {
		e.ReceiptHash, e.ReceiptURL = s.Receipt.Hash, ReceiptPath+s.Receipt.Key
	}
	method, err := methodFor(ctx, tx, s.Method)
	if err != nil {
		return nil, no, err
	}
	e.MethodID, e.MethodName = method.ID, method.Name
	if err := e.amounts(s.Money, method.Currency, order); err != nil {
		return nil, no, err
	}
	ids, err := p.ids.Next(ctx, 1)
	if err != nil {
		return nil, no, err
	}
	e.Payment = ids[0]
	b := &pgx.Batch{}
	person := customers.Person{ID: e.Personal, Kind: customers.KindPayment, Phone: strings.TrimSpace(s.Phone), Details: s.Details}
	if err := customers.QueueInsert(b, []customers.Person{person}, tx.Now); err != nil {
		return nil, no, err
	}
	fulfilment.QueueWake(b, s.Order, tx.Now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, no, fmt.Errorf("keep the payer's data: %w", err)
	}
	return []event.New{{Stream: orders.Stream(s.Order), Version: order.Next(), Payload: e}}, submitted{e.Payment}, nil
}

// prior is what is known about a reference, and how many payments the order has.
type prior struct {
	same      int // the payment that this proof repeats
	elsewhere bool
	count     int
}

const findPrior = `
	select y.id, y.order_id = $2, y.method = $3 and coalesce(y.receipt_image_url, '') = $4 and coalesce(p.details, '{}') = $5::jsonb
			and case when $6 = '' then true else $6 = y.currency and $7::numeric = case y.currency when 'VES' then y.amount_ves else y.amount_usd end end,
		y.status = 'failed'
	from payments y left join personal p on p.id = y.personal_id
	where lower(y.reference_number) = lower($1) order by y.order_id = $2 desc, y.id limit 200`

func priorOf(ctx context.Context, tx pgx.Tx, s *Submit, details []byte) (prior, error) {
	var (
		found                     prior
		id                        int
		sameOrder, equal, refused bool
		other                     bool
	)
	receipt := s.ReceiptURL
	if s.Receipt != nil {
		receipt = ReceiptPath + s.Receipt.Key
	}
	rows, err := tx.Query(ctx, findPrior, s.Reference, s.Order, s.Method, receipt, string(details), string(s.Money.Currency),
		money.VES(s.Money.Minor))
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id, &sameOrder, &equal, &refused}, func() error {
			switch {
			case sameOrder && !refused && equal:
				found.same = id
			case sameOrder && !refused:
				other = true
			default:
				found.elsewhere = true
			}
			return nil
		})
	}
	if err == nil {
		err = tx.QueryRow(ctx, `select count(*) from payments where order_id = $1`, s.Order).Scan(&found.count)
	}
	if err != nil {
		return found, fmt.Errorf("look for reference among payments: %w", err)
	}
	if found.same == 0 && other {
		return found, fault.New(fault.Conflict, "reference_used", "El pedido %d ya tiene un pago con esa referencia.", s.Order)
	}
	return found, nil
}

// methodFor is the method of a code: its row, else the first active one of its type, else a name alone.
func methodFor(ctx context.Context, tx pgx.Tx, code string) (Method, error) {
	kind := code
	if code == "zelle" || code == "paypal" {
		kind = "international"
	}
	found, err := methodsWhere(ctx, tx, ` where code = $1 or (active and type::text = $2) order by code = $1 desc, display_order, id limit 1`, code, kind)
	if err != nil {
		return Method{}, fmt.Errorf("find payment method %s: %w", code, err)
	}
	if len(found) > 0 {
		return found[0], nil
	}
	currency := "USD"
	if code == "mobile_payment" || code == "bank_transfer" {
		currency = "VES"
	}
	return Method{Name: fallbackNames[code], Code: code, Currency: currency}, nil
}

// amounts says what the payment is in both currencies: as declared, or what is due.
func (e *Submitted) amounts(declared money.Money, currency string, order *orders.Row) error {
	due := order.Total - order.Paid
	if declared.Minor == 0 {
		if due <= 0 {
			return fault.New(fault.Conflict, "already_paid", "El pedido %d ya está pagado.", e.Order)
		}
		declared = money.Money{Minor: int64(due), Currency: money.CurrencyUSD}
		if currency == "VES" && order.Rate > 0 {
			ves, err := order.Rate.WholeVES(due)
			if err != nil {
				return fmt.Errorf("due of order %d in bolívares: %w", e.Order, err)
			}
			declared = money.Money{Minor: int64(ves), Currency: money.CurrencyVES}
		}
	}
	worth, err := worthOf(declared, order.Rate, due)
	if err != nil {
		return err
	}
	e.Currency, e.AmountUSD = string(declared.Currency), worth
	switch {
	case declared.Currency == money.CurrencyVES:
		e.AmountVES = money.VES(declared.Minor)
	case order.Rate > 0:
		if e.AmountVES, err = order.Rate.WholeVES(worth); err != nil {
			return fault.Invalidf("amount", "El monto es demasiado grande")
		}
	}
	return nil
}

// worthOf is an amount in dollars by the order's rate. Amounts in bolívares are asked in whole ones: one within half a
// bolívar of what is due is what is due.
func worthOf(amount money.Money, rate money.Rate, due money.USD) (money.USD, error) {
	worth := money.USD(amount.Minor)
	if amount.Currency == money.CurrencyVES {
		if rate <= 0 {
			return 0, fault.New(fault.Conflict, "no_rate", "Este pedido no tiene tasa de cambio: el pago debe ser en dólares.")
		}
		ves, err := rate.USD(money.VES(amount.Minor))
		if err != nil {
			return 0, fault.Invalidf("amount", "El monto es demasiado grande")
		}
		worth = ves
		if exact, err := rate.VES(max(due, 0)); err == nil && due > 0 && max(exact-money.VES(amount.Minor), money.VES(amount.Minor)-exact) <= 50 {
			worth = due
		}
	}
	if worth <= 0 || worth > maxUSD {
		return 0, fault.Invalidf("amount", "El monto debe valer entre $0.01 y $%s", maxUSD)
	}
	return worth, nil
}

// holdRule is how long a hold from now lasts: the setting's hours or the default, not beyond closes, and never less than an hour.
func holdRule(now time.Time, hold time.Duration, closes *time.Time) time.Time {
	until := now.Add(hold)
	if closes != nil && closes.Before(until) {
		until = *closes
	}
	if least := now.Add(time.Hour); until.Before(least) {
		until = least
	}
	return until.UTC().Truncate(time.Microsecond)
}
