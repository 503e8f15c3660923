package notify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
)

// Forget removes the letters that the mailbox keeps to people who have been erased, and the florist's words to them, and
// returns how many letters that were. It may be run again at any time. A nil mailbox keeps no letters.
func Forget(ctx context.Context, q postgres.Querier, box *Mailbox) (int, error) {
	rows, err := q.Query(ctx, `select n.id from notifications n join personal p on p.id = n.personal_id where p.erased_at is not null`)
	if err != nil {
		return 0, fmt.Errorf("find letters to erased people: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, fmt.Errorf("find letters to erased people: %w", err)
	}
	removed := 0
	for _, id := range ids {
		if box == nil {
			break
		}
		err := os.Remove(box.path(id))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return removed, fmt.Errorf("mailbox: %w", err)
		}
		removed++
	}
	if removed > 0 {
		if err := syncFolder(box.dir); err != nil {
			return removed, fmt.Errorf("mailbox: %w", err)
		}
	}
	if _, err := q.Exec(ctx, `update notifications set detail = '' where id = any($1) and detail <> ''`, ids); err != nil {
		return removed, fmt.Errorf("forget the words of letters: %w", err)
	}
	return removed, nil
}
