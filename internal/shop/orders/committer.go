package orders

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
	"floresya/internal/shop/idempotency"
)

// commitLoop takes what is waiting and places it, until ctx ends and nothing waits any more.
func (s *Service) commitLoop(ctx context.Context) {
	for {
		var first *ticket
		select {
		case first = <-s.waiting:
		case <-ctx.Done():
			select {
			case first = <-s.waiting:
			default:
				return
			}
		}
		s.slots <- struct{}{} // free within the timeout of the transaction that has it
		batch := append(make([]*ticket, 0, s.cfg.BatchSize), first)
	fill:
		for len(batch) < s.cfg.BatchSize {
			select {
			case t := <-s.waiting:
				batch = append(batch, t)
			default:
				break fill
			}
		}
		s.placeAll(batch)
		<-s.slots
	}
}

// placeAll finishes every ticket. What was taken is brought to its end whoever still waits for it.
func (s *Service) placeAll(tickets []*ticket) {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Timeout)
	defer cancel()
	live := tickets[:0]
	for _, t := range tickets {
		if t.ctx.Err() != nil {
			t.finish(Receipt{}, t.ctx.Err())
			continue
		}
		live = append(live, t)
	}
	if len(live) == 0 {
		return
	}
	s.metrics.batch.Observe(float64(len(live)))
	err := s.commit(ctx, live)
	if err == nil {
		return
	}
	if len(live) == 1 {
		s.settle(ctx, live[0], err)
		return
	}
	s.logger.Warn("shared order transaction failed, placing one by one", "orders", len(live), "err", err)
	for _, t := range live {
		s.placeAlone(ctx, t, err)
	}
}

// placeAlone places one order whose shared transaction failed with cause; a doubtful commit is looked up first.
func (s *Service) placeAlone(ctx context.Context, t *ticket, cause error) {
	s.metrics.retried.Inc()
	if _, unknown := errors.AsType[*postgres.UnknownOutcomeError](cause); unknown {
		if placed, err := s.lookUp(ctx, t); placed || err != nil {
			s.conclude(t, err)
			return
		}
	}
	if err := s.commit(ctx, []*ticket{t}); err != nil {
		s.settle(ctx, t, err)
	}
}

// settle ends a ticket whose own transaction failed: looked up when the commit is in doubt and tried once more when the
// answer is no, or when the database gave another transaction the right of way.
func (s *Service) settle(ctx context.Context, t *ticket, err error) {
	for range 3 {
		if _, unknown := errors.AsType[*postgres.UnknownOutcomeError](err); unknown {
			placed, lookErr := s.lookUp(ctx, t)
			if placed || lookErr != nil {
				s.conclude(t, lookErr)
				return
			}
		} else if !postgres.Retryable(err) {
			break
		}
		if err = s.commit(ctx, []*ticket{t}); err == nil {
			return
		}
	}
	s.conclude(t, err)
}

// conclude ends a ticket with err, or as placed.
func (s *Service) conclude(t *ticket, err error) {
	if err != nil {
		s.metrics.failed.Inc()
		t.finish(Receipt{}, err)
		return
	}
	s.metrics.placed.Inc()
	t.finish(t.receipt, nil)
}

// lookUp asks what became of an order whose commit is in doubt: its key when the caller made it, else its id, which nothing
// else can have. When it was placed, t.receipt says so.
func (s *Service) lookUp(ctx context.Context, t *ticket) (bool, error) {
	body, err := s.stored(ctx, t.in)
	if err != nil || body == nil {
		return false, err
	}
	t.receipt, err = s.receiptOf(ctx, body)
	return err == nil, err
}

// stored is the answer kept for an order, or nil when it was not placed.
func (s *Service) stored(ctx context.Context, in *intake) ([]byte, error) {
	if in.key.Made {
		var body []byte
		err := s.db.Reader().QueryRow(ctx, `select json_build_object('order', id) from orders where id = $1`, in.id).Scan(&body)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look up order %d after a lost commit: %w", in.id, err)
		}
		return body, nil
	}
	claims, err := idempotency.Find(ctx, s.db.Reader(), []idempotency.Key{in.key})
	if err != nil {
		return nil, fmt.Errorf("look up order %d after a lost commit: %w", in.id, err)
	}
	a := claims.Answer(in.key)
	if a == nil {
		return nil, nil
	}
	return a.For(in.key)
}

// answer is what is stored under an order's key.
type answer struct {
	Order int `json:"order"`
}

// receiptOf completes a stored answer from the placing event it names.
func (s *Service) receiptOf(ctx context.Context, body []byte) (Receipt, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return Receipt{}, fmt.Errorf("decode stored answer: %w", err)
	}
	o, err := s.placed(ctx, a.Order)
	if err != nil {
		return Receipt{}, fmt.Errorf("order of a stored answer: %w", err)
	}
	return Receipt{ID: o.ID, Token: o.Token, Guest: o.Guest, Order: o, Repeated: true}, nil
}

// commit places tickets in one transaction of two round trips and finishes those it could answer. An error means that
// nothing was committed (or, *UnknownOutcomeError, perhaps all) and no ticket was finished.
func (s *Service) commit(ctx context.Context, tickets []*ticket) error {
	conn, err := s.db.Acquire(ctx, postgres.Orders)
	if err != nil {
		return err
	}
	defer conn.Release()
	t := &transaction{service: s, conn: conn, now: s.log.Now(), outcomes: make([]outcome, len(tickets)), tickets: tickets}
	if err := t.run(ctx); err != nil {
		t.rollback(ctx)
		return err
	}
	for i, o := range t.outcomes {
		ticket := tickets[i]
		switch {
		case o.err != nil:
			s.conclude(ticket, o.err)
		case o.repeat != nil:
			ticket.receipt, err = s.receiptOf(ctx, o.repeat)
			s.conclude(ticket, err)
		default:
			ticket.receipt = t.receipt(i)
			s.conclude(ticket, nil)
		}
	}
	return nil
}
