package orders

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// Row is an order as locked for a decision.
type Row struct {
	ID            int
	Version       int
	Status        Status
	StockState    string
	Total         money.USD
	TotalVES      money.VES
	Paid          money.USD
	Rate          money.Rate
	HoldUntil     *time.Time
	PersonalID    uuid.UUID
	PaymentMethod string
	Language      string
	User          int
	Guest         uuid.UUID
	Zone, Slot    int
	Day           delivery.Day
}

// Next is the version of the next event of the order's stream.
func (r *Row) Next() int { return r.Version + 1 }

func (r *Row) capacityKey() delivery.CapacityKey {
	return delivery.CapacityKey{Day: r.Day, Slot: r.Slot, Zone: r.Zone}
}

// Lock locks an order's row for the rest of tx; fault NotFound when there is no such order. Whoever appends to the stream of
// an order holds this lock.
func Lock(ctx context.Context, tx pgx.Tx, id int) (*Row, error) {
	r := &Row{ID: id}
	var guest *uuid.UUID
	err := tx.QueryRow(ctx, `
		select version, status, stock_state, total_amount_usd, coalesce(total_amount_ves, 0), paid_usd,
			coalesce(currency_rate, 0), hold_until, personal_id, payment_method, language, coalesce(user_id, 0), guest,
			coalesce(zone_id, 0), coalesce(slot_id, 0), coalesce(delivery_date::text, '')
		from orders where id = $1 for no key update`, id).Scan(&r.Version, &r.Status, &r.StockState, &r.Total, &r.TotalVES,
		&r.Paid, &r.Rate, &r.HoldUntil, &r.PersonalID, &r.PaymentMethod, &r.Language, &r.User, &guest, &r.Zone, &r.Slot, &r.Day)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, notFound(id)
	}
	if err != nil {
		return nil, fmt.Errorf("lock order %d: %w", id, err)
	}
	if guest != nil {
		r.Guest = *guest
	}
	return r, nil
}

func notFound(id int) error {
	return fault.NotFoundf("El pedido %d no existe (order not found)", id).With("resource", "Order").With("id", id)
}
