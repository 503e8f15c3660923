package saga

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
)

// errStale says that the row is no longer as it was read: somebody woke or moved the saga.
var errStale = errors.New("the saga has been woken or moved meanwhile")

// progress is how far a saga is within a transition; the column data.
type progress struct {
	On     Signal `json:"on,omitzero"`     // the transition under way; "": none
	Step   int    `json:"step,omitzero"`   // how many of its steps are recorded
	Undo   bool   `json:"undo,omitzero"`   // a step failed for good: undoing
	Undone int    `json:"undone,omitzero"` // how many compensations are recorded
	Turn   int    `json:"turn,omitzero"`   // counts transitions: the key of their steps
	Round  int    `json:"round,omitzero"`
	Since  int    `json:"since,omitzero"` // steps up to this one belong to earlier rounds
}

// row is a saga as it was read.
type row struct {
	Saga
	revision int
	attempt  int
	progress
}

func (w *row) key(step string) string { return fmt.Sprintf("%s/%d/%s", w.ID, w.Turn, step) }

const columns = `id, kind, coalesce(order_id, 0), state, revision, attempt, data`

func scanRow(r pgx.CollectableRow) (*row, error) {
	var (
		w    row
		data []byte
	)
	if err := r.Scan(&w.ID, &w.Kind, &w.OrderID, &w.State, &w.revision, &w.attempt, &data); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &w.progress); err != nil {
		return nil, fmt.Errorf("saga %s: read progress: %w", w.ID, err)
	}
	w.Saga.Round = w.progress.Round
	return &w, nil
}

const claimDue = `
	update sagas set wake_at = $1::timestamptz + $2::interval, revision = revision + 1, attempt = attempt + 1
	where id in (select id from sagas where wake_at <= $1 order by wake_at limit $3 for update skip locked)
	returning ` + columns

// claim takes due sagas under a lease: nobody else looks at them before it ends, unless they are woken.
func claim(ctx context.Context, q postgres.Querier, now time.Time, lease time.Duration, n int) ([]*row, error) {
	rows, err := q.Query(ctx, claimDue, now, lease, n)
	if err != nil {
		return nil, fmt.Errorf("claim due sagas: %w", err)
	}
	claimed, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("claim due sagas: %w", err)
	}
	return claimed, nil
}

// release gives claimed sagas back that have not been looked at: they are due at once.
func release(ctx context.Context, q postgres.Querier, claimed []*row) error {
	ids, revisions := make([]string, len(claimed)), make([]int, len(claimed))
	for i, w := range claimed {
		ids[i], revisions[i] = w.ID, w.revision
	}
	_, err := q.Exec(ctx, `update sagas s set wake_at = s.updated_at, attempt = greatest(s.attempt - 1, 0)
		from unnest($1::text[], $2::int[]) as c (id, revision) where s.id = c.id and s.revision = c.revision`, ids, revisions)
	if err != nil {
		return fmt.Errorf("give claimed sagas back: %w", err)
	}
	return nil
}

func load(ctx context.Context, q postgres.Querier, id string) (*row, error) {
	rows, err := q.Query(ctx, `select `+columns+` from sagas where id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", id, err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", id, err)
	}
	return w, nil
}

const moveSaga = `
	update sagas set state = $3, data = $4, wake_at = $5, revision = revision + 1, attempt = 0, last_error = null, updated_at = $6
	where id = $1 and revision = $2
	returning revision`

// move writes where the saga stands now, if it is still as it was read.
func (w *row) move(ctx context.Context, q postgres.Querier, to State, p progress, wake *time.Time) error {
	data, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("saga %s: write progress: %w", w.ID, err)
	}
	err = q.QueryRow(ctx, moveSaga, w.ID, w.revision, to, string(data), wake, w.At).Scan(&w.revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return errStale
	}
	if err != nil {
		return fmt.Errorf("move saga %s: %w", w.ID, err)
	}
	w.State, w.progress, w.attempt = to, p, 0
	w.Saga.Round = p.Round
	return nil
}

const delaySaga = `
	update sagas set wake_at = $3, last_error = $4, revision = revision + 1, updated_at = $5 where id = $1 and revision = $2`

// delay has the saga try again later. One that was moved meanwhile is somebody else's.
func (w *row) delay(ctx context.Context, q postgres.Querier, until time.Time, cause error) error {
	text := cause.Error()
	if len(text) > 1000 {
		text = text[:1000]
	}
	_, err := q.Exec(ctx, delaySaga, w.ID, w.revision, until, toValid(text), w.At)
	return err
}

const recordStep = `
	insert into saga_steps (saga_id, seq, step, outcome, detail, at)
	select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 from saga_steps where saga_id = $1
	returning seq`

// Outcomes of a recorded step.
const (
	Done   = "done"
	Failed = "failed" // for good; its run is compensated
	Undone = "undone"
	Stuck  = "stuck" // its compensation failed for good
)

// record adds to the saga's history; the caller holds the row's lock by having moved it.
func (w *row) record(ctx context.Context, q postgres.Querier, step, outcome, detail string) (int, error) {
	var seq int
	err := q.QueryRow(ctx, recordStep, w.ID, step, outcome, toValid(detail), w.At).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("record step %s of saga %s: %w", step, w.ID, err)
	}
	return seq, nil
}
