package orders

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/fulfilment"
)

// Why an order changed its state.
const (
	reasonAdmin    = "admin"
	reasonCustomer = "customer"
	reasonPaid     = "paid"
	reasonExpired  = "expired"
	reasonFailed   = "failed"
)

// SetStatus puts an order into any state, as the back office may. The same state again changes nothing. Entering Cancelled
// releases pieces and place; leaving it takes them again and fails with Conflict when they are gone.
func (s *Service) SetStatus(ctx context.Context, id int, to Status, notes string, by int) (*Order, error) {
	var c fault.Checker
	c.Check(to.Known(), "status", "Estado inválido: usa pending, verified, preparing, shipped, delivered o cancelled")
	within(&c, notes, 1000, "notes", "Notas")
	if err := c.Err(); err != nil {
		return nil, err
	}
	err := s.change(ctx, id, func(r *Row) (*step, error) {
		if r.Status == to {
			return nil, nil
		}
		said := notes
		if !r.Status.Normal(to) {
			said = trimJoin(notes, fmt.Sprintf("(fuera del camino usual: de %s a %s)", r.Status, to))
		}
		return &step{to: to, reason: reasonAdmin, notes: said, by: by}, nil
	})
	if err != nil {
		return nil, err
	}
	return s.Order(ctx, id)
}

func trimJoin(a, b string) string {
	if a == "" {
		return b
	}
	if utf8.RuneCountInString(a)+1+utf8.RuneCountInString(b) > 1000 {
		return a
	}
	return a + " " + b
}

// Cancel cancels an order for its customer (by the owner, only while it is pending) or an admin (by > 0 and admin true).
// Already cancelled is a Conflict.
func (s *Service) Cancel(ctx context.Context, id int, notes string, by int, admin bool) (*Order, error) {
	var c fault.Checker
	within(&c, notes, 1000, "notes", "Notas")
	if err := c.Err(); err != nil {
		return nil, err
	}
	words := notes
	if notes == "" {
		notes = defaultCancelNote
	}
	err := s.change(ctx, id, func(r *Row) (*step, error) {
		switch {
		case r.Status == Cancelled:
			return nil, fault.New(fault.Conflict, "already_cancelled", "El pedido %d ya está cancelado", id)
		case !admin && r.Status != Pending:
			return nil, fault.New(fault.Conflict, "invalid_transition", "El pedido %d ya está en marcha; escríbenos para cancelarlo", id)
		case r.Status == Delivered:
			return nil, fault.New(fault.Conflict, "invalid_transition", "El pedido %d ya fue entregado", id)
		}
		if admin {
			return &step{to: Cancelled, reason: reasonAdmin, notes: notes, by: by}, nil
		}
		return &step{to: Cancelled, reason: reasonCustomer, notes: defaultCancelNote, words: words, by: by}, nil
	})
	if err != nil {
		return nil, err
	}
	return s.Order(ctx, id)
}

// Confirm verifies a pending order whose accepted payments cover it; otherwise, and when repeated, nothing happens. For the
// order's saga.
func (s *Service) Confirm(ctx context.Context, id int) error {
	return s.change(ctx, id, func(r *Row) (*step, error) {
		if r.Status != Pending || r.Paid < r.Total {
			return nil, nil
		}
		return &step{to: Verified, reason: reasonPaid, notes: "Pago verificado"}, nil
	})
}

// Expire cancels a pending order whose hold has ended; otherwise, and when repeated, nothing happens. For the order's saga.
func (s *Service) Expire(ctx context.Context, id int) error {
	now := s.log.Now()
	return s.change(ctx, id, func(r *Row) (*step, error) {
		if r.Status != Pending || r.HoldUntil == nil || now.Before(*r.HoldUntil) {
			return nil, nil
		}
		return &step{to: Cancelled, reason: reasonExpired, notes: "Se venció el tiempo para pagar"}, nil
	})
}

// Release cancels an order that its saga cannot carry on, and gives back what it reserved or bought; when it is cancelled or
// delivered already, nothing happens. For the order's saga.
func (s *Service) Release(ctx context.Context, id int, notes string) error {
	return s.change(ctx, id, func(r *Row) (*step, error) {
		if r.Status.Final() {
			return nil, nil
		}
		return &step{to: Cancelled, reason: reasonFailed, notes: notes}, nil
	})
}

// step is a change of state that has been decided on a locked row.
type step struct {
	to     Status
	reason string
	notes  string // for the history, in the words of staff
	words  string // the customer's: personal data, kept with the order's
	by     int
}

// bySaga reports whether the order's saga took the step, because of what happened to the order before.
func (st *step) bySaga() bool {
	return st.reason == reasonPaid || st.reason == reasonExpired || st.reason == reasonFailed
}

const defaultCancelNote = "Order cancelled"

// change runs one change of state: locks the order, asks decide, moves pieces and place with it, and wakes the saga. A nil
// step changes nothing.
func (s *Service) change(ctx context.Context, id int, decide func(*Row) (*step, error)) error {
	done, err := s.log.Execute(ctx, postgres.Orders, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		r, err := Lock(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		st, err := decide(r)
		if st == nil || err != nil {
			return nil, err
		}
		changed, err := s.changed(ctx, tx, r, st)
		if err != nil {
			return nil, err
		}
		b := &pgx.Batch{}
		fulfilment.QueueWake(b, id, tx.Now)
		if st.words != "" {
			b.Queue(`update personal set details = coalesce(details, '{}') || jsonb_build_object('cancel_note', $2::text)
				where id = $1 and erased_at is null`, r.PersonalID, st.words)
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return nil, fmt.Errorf("wake saga of order %d: %w", id, err)
		}
		news := event.New{Stream: Stream(id), Version: r.Next(), Payload: changed}
		if st.bySaga() {
			news.Meta, err = event.Following(ctx, tx, news.Stream, "saga:"+fulfilment.ID(id))
		}
		return []event.New{news}, err
	})
	if err == nil && len(done) > 0 {
		s.poke()
	}
	return err
}

// changed is the event of a step, with the movements it needs decided on locked stock and capacity.
func (s *Service) changed(ctx context.Context, tx *event.Tx, r *Row, st *step) (*StatusChanged, error) {
	ids, err := s.historyIDs.Next(ctx, 1)
	if err != nil {
		return nil, err
	}
	e := &StatusChanged{Order: r.ID, From: r.Status, To: st.to, Reason: st.reason, Notes: st.notes, By: st.by,
		History: ids[0], StockState: r.StockState, HoldUntil: r.HoldUntil}
	if st.to != Pending {
		e.HoldUntil = nil
	}
	var closes time.Time // capacity before stock: the order in which placing locks them
	if r.Slot != 0 && (st.to == Cancelled) != (r.Status == Cancelled) {
		if closes, err = movePlace(ctx, tx, r, e); err != nil {
			return nil, err
		}
	}
	if kinds := stockSteps(r.StockState, st.to); len(kinds) > 0 {
		if err := s.moveStock(ctx, tx, r, e, kinds); err != nil {
			return nil, err
		}
	}
	if r.Status == Cancelled && st.to == Pending {
		w := world{now: tx.Now}
		if w.hold, err = s.holdSetting(ctx, tx); err != nil {
			return nil, err
		}
		e.HoldUntil = w.holdUntil(r.PaymentMethod, closes)
	}
	return e, nil
}

// holdSetting is how long a hold lasts at most.
func (s *Service) holdSetting(ctx context.Context, tx *event.Tx) (time.Duration, error) {
	var value string
	err := tx.QueryRow(ctx, `select value from settings where upper(key) = 'PAYMENT_HOLD_HOURS' and active`).Scan(&value)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("read how long a hold lasts: %w", err)
	}
	return holdOf(value, s.cfg.Hold), nil
}

// stockSteps are the movements, in the ledger's words, that bring an order's pieces from state to where they are in status.
func stockSteps(state string, status Status) []string {
	switch {
	case status == Cancelled && state == stockReserved:
		return []string{"released"}
	case status == Cancelled && state == stockSold:
		return []string{"returned"}
	case status == Pending && state == stockReleased:
		return []string{"reserved"}
	case status != Cancelled && status != Pending && state == stockReleased:
		return []string{"reserved", "sold"}
	case status != Cancelled && status != Pending && state == stockReserved:
		return []string{"sold"}
	default:
		return nil
	}
}

// moveStock locks the order's products, checks that pieces to be taken again are there, and adds the movements to e.
func (s *Service) moveStock(ctx context.Context, tx *event.Tx, r *Row, e *StatusChanged, kinds []string) error {
	rows, err := tx.Query(ctx, `
		select p.id, p.name, p.stock, q.quantity from products p
		join (select product_id, sum(quantity)::int as quantity from order_items where order_id = $1 group by 1) q
			on q.product_id = p.id
		order by p.id for no key update of p`, r.ID)
	if err != nil {
		return fmt.Errorf("lock products of order %d: %w", r.ID, err)
	}
	type need struct {
		ID       int
		Name     string
		Stock    int
		Quantity int
	}
	needs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[need])
	if err != nil {
		return fmt.Errorf("lock products of order %d: %w", r.ID, err)
	}
	for _, n := range needs {
		if kinds[0] == "reserved" && n.Quantity > n.Stock {
			return stockShort(n.ID, &shelf{Name: n.Name, Stock: n.Stock}, n.Quantity)
		}
		for _, kind := range kinds {
			e.Stock = append(e.Stock, StockMove{n.ID, kind, n.Quantity})
		}
	}
	e.StockState = map[string]string{"released": stockReleased, "returned": stockReleased, "reserved": stockReserved,
		"sold": stockSold}[kinds[len(kinds)-1]]
	return nil
}

// movePlace gives the order's place in its slot back, or takes it again and returns when that slot closes.
func movePlace(ctx context.Context, tx *event.Tx, r *Row, e *StatusChanged) (time.Time, error) {
	key := r.capacityKey()
	if e.To == Cancelled {
		e.Capacity = []CapacityMove{{Day: r.Day, Slot: r.Slot, Zone: r.Zone, Places: -1}}
		return time.Time{}, delivery.LockCapacity(ctx, tx, []delivery.CapacityKey{key})
	}
	load, err := lockAndLoad(ctx, tx, key)
	if err != nil {
		return time.Time{}, err
	}
	offer, err := take(load, key, tx.Now)
	if err != nil {
		return time.Time{}, err
	}
	e.Capacity = []CapacityMove{{Day: r.Day, Slot: r.Slot, Zone: r.Zone, Places: 1, Ordinary: offer.Capacity}}
	return offer.Closes, nil
}

// lockAndLoad locks places and reads how they stand.
func lockAndLoad(ctx context.Context, tx *event.Tx, keys ...delivery.CapacityKey) (*delivery.Load, error) {
	b := &pgx.Batch{}
	delivery.QueueLock(b, keys)
	load := delivery.QueueLoad(b, keys)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("load delivery calendar: %w", err)
	}
	return load, nil
}

// Agree settles, or moves, the day and slot of an open order.
func (s *Service) Agree(ctx context.Context, id int, key delivery.CapacityKey, by int) (*Order, error) {
	var c fault.Checker
	c.Check(key.Zone > 0 && key.Zone <= maxID, "zone_id", "Zona inválida")
	c.Check(key.Slot > 0 && key.Slot <= maxID, "slot_id", "Horario inválido")
	if err := c.Err(); err != nil {
		return nil, err
	}
	_, err := s.log.Execute(ctx, postgres.Orders, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		r, err := Lock(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if r.Status.Final() {
			return nil, fault.New(fault.Conflict, "invalid_transition", "El pedido %d ya está cerrado", id)
		}
		old := r.capacityKey()
		if old == key {
			return nil, nil
		}
		agreed, err := s.agreed(ctx, tx, r, key, by)
		if err != nil {
			return nil, err
		}
		b := &pgx.Batch{}
		fulfilment.QueueWake(b, id, tx.Now)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return nil, fmt.Errorf("wake saga of order %d: %w", id, err)
		}
		return []event.New{{Stream: Stream(id), Version: r.Next(), Payload: agreed}}, nil
	})
	if err != nil {
		return nil, err
	}
	s.poke()
	return s.Order(ctx, id)
}

func (s *Service) agreed(ctx context.Context, tx *event.Tx, r *Row, key delivery.CapacityKey, by int) (*DateAgreed, error) {
	keys := []delivery.CapacityKey{key}
	if r.Slot != 0 {
		keys = append(keys, r.capacityKey())
	}
	load, err := lockAndLoad(ctx, tx, keys...)
	if err != nil {
		return nil, err
	}
	offer, err := take(load, key, tx.Now)
	if err != nil {
		return nil, err
	}
	e := &DateAgreed{Order: r.ID, Zone: key.Zone, Slot: key.Slot, Day: key.Day, TimeSlot: span(offer.Slot), By: by,
		HoldUntil: earlier(r.HoldUntil, offer.Closes),
		Capacity:  []CapacityMove{{Day: key.Day, Slot: key.Slot, Zone: key.Zone, Places: 1, Ordinary: offer.Capacity}}}
	if r.Slot != 0 {
		e.Capacity = append(e.Capacity, CapacityMove{Day: r.Day, Slot: r.Slot, Zone: r.Zone, Places: -1})
	}
	return e, nil
}

// earlier is a running hold cut to the slot's closing time; no hold stays none.
func earlier(hold *time.Time, closes time.Time) *time.Time {
	if hold == nil || hold.Before(closes) {
		return hold
	}
	return &closes
}
