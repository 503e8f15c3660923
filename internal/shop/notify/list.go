package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
)

// Note is a message as the back office sees it.
type Note struct {
	ID        uuid.UUID
	OrderID   int
	Kind      Kind
	Status    string // waiting, sent, refused, given_up
	Attempts  int
	LastError string
	CreatedAt time.Time
	SentAt    *time.Time
}

// OfOrder are the messages of an order, oldest first.
func OfOrder(ctx context.Context, q postgres.Querier, order int) ([]Note, error) {
	return notes(ctx, q, `where order_id = $1 order by created_at, id`, order)
}

// OfOrder are the messages of an order, oldest first.
func (s *Sender) OfOrder(ctx context.Context, order int) ([]Note, error) {
	return OfOrder(ctx, s.db.Reader(), order)
}

// Lost are the newest messages that will not reach their customers by themselves, at most 50.
func (s *Sender) Lost(ctx context.Context) ([]Note, error) {
	return Undelivered(ctx, s.db.Reader(), 50)
}

// Undelivered are the messages that were refused or given up, newest first: the florist may want to call.
func Undelivered(ctx context.Context, q postgres.Querier, limit int) ([]Note, error) {
	return notes(ctx, q, `where status in ('refused', 'given_up') order by created_at desc, id limit $1`, limit)
}

func notes(ctx context.Context, q postgres.Querier, where string, args ...any) ([]Note, error) {
	rows, err := q.Query(ctx, `select id, order_id, kind, status, attempts, coalesce(last_error, ''), created_at, sent_at from notifications `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Note])
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	return found, nil
}
