package fulfilment

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
	"floresya/internal/saga"
)

const selectBoth = `
	select o.id, o.status::text, o.hold_until, o.paid_usd >= o.total_amount_usd, coalesce(s.state, ''), s.wake_at,
		coalesce(s.attempt, 0) > 0 or coalesce(s.data ->> 'on', '') <> ''
	from orders o left join sagas s on s.order_id = o.id and s.kind = 'order'
	where o.active order by o.id`

// Check compares every saga with its order's row, through one snapshot, and lists what disagrees in a sentence each. A saga
// that is due or within a transition is on its way to agree and passes.
func Check(ctx context.Context, q postgres.Querier) ([]string, error) {
	rows, err := q.Query(ctx, selectBoth)
	if err != nil {
		return nil, fmt.Errorf("compare orders with their sagas: %w", err)
	}
	var (
		wrong         []string
		id            int
		status, state string
		hold, wake    *time.Time
		paid, moving  bool
	)
	now := time.Now()
	_, err = pgx.ForEachRow(rows, []any{&id, &status, &hold, &paid, &state, &wake, &moving}, func() error {
		if text := disagree(status, saga.State(state), hold, wake, paid, moving, now); text != "" {
			wrong = append(wrong, fmt.Sprintf("order %d: %s", id, text))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare orders with their sagas: %w", err)
	}
	return wrong, nil
}

// disagree says what is wrong between an order and its saga; "" is nothing.
func disagree(status string, state saga.State, hold, wake *time.Time, paid, moving bool, now time.Time) string {
	if state == "" {
		return "it has no saga"
	}
	if wake != nil && (moving || !wake.After(now)) {
		return "" // it is about to look or in the middle of a step
	}
	if state == FailedState {
		return ""
	}
	if _, want := whereOf(status); want != state {
		return fmt.Sprintf("it is %s, its saga stands at %s and is not about to look", status, state)
	}
	switch {
	case status != "pending":
		return ""
	case paid:
		return "it is paid and pending, and its saga is not about to confirm it"
	case hold != nil && wake == nil:
		return "its hold ends and nobody wakes its saga"
	case hold != nil && wake.After(hold.Add(time.Minute)):
		return fmt.Sprintf("its hold ends at %s, its saga wakes at %s", hold.UTC().Format(time.RFC3339), wake.UTC().Format(time.RFC3339))
	}
	return ""
}
