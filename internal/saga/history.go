package saga

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
)

// Record is one line of a saga's history.
type Record struct {
	SagaID  string
	Seq     int
	Step    string
	Outcome string // Done, Failed, Undone, Stuck
	Detail  string // the step's key, or what went wrong
	At      time.Time
}

// History is what a saga did, oldest first.
func History(ctx context.Context, q postgres.Querier, id string) ([]Record, error) {
	return records(ctx, q, `where saga_id = $1 order by seq`, id)
}

// StuckSteps are the compensations that could not be done, newest first: somebody has to look at them.
func StuckSteps(ctx context.Context, q postgres.Querier, limit int) ([]Record, error) {
	return records(ctx, q, `where outcome = 'stuck' order by at desc, saga_id, seq limit $1`, limit)
}

func records(ctx context.Context, q postgres.Querier, where string, args ...any) ([]Record, error) {
	rows, err := q.Query(ctx, `select saga_id, seq, step, outcome, detail, at from saga_steps `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read saga steps: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Record])
	if err != nil {
		return nil, fmt.Errorf("read saga steps: %w", err)
	}
	return found, nil
}

// Trouble is a saga that tries again and again.
type Trouble struct {
	SagaID    string
	State     State
	LastError string
	Since     time.Time
	NextTry   time.Time
}

// Troubled are the sagas whose last turn failed, longest waiting first.
func Troubled(ctx context.Context, q postgres.Querier, limit int) ([]Trouble, error) {
	rows, err := q.Query(ctx, `select id, state, last_error, updated_at, coalesce(wake_at, updated_at) from sagas
		where last_error is not null order by updated_at limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read troubled sagas: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Trouble])
	if err != nil {
		return nil, fmt.Errorf("read troubled sagas: %w", err)
	}
	return found, nil
}

// shown is the most that a page lists of what somebody has to look at.
const shown = 50

// Troubled are the first of Troubled.
func (r *Runner) Troubled(ctx context.Context) ([]Trouble, error) {
	return Troubled(ctx, r.db.Reader(), shown)
}

// Stuck are the newest of StuckSteps.
func (r *Runner) Stuck(ctx context.Context) ([]Record, error) {
	return StuckSteps(ctx, r.db.Reader(), shown)
}

// toValid is s as PostgreSQL can keep it.
func toValid(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?") }
