package payments

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
	"floresya/internal/storage"
)

// Receipts of erased payers that no payment of somebody else names: the same picture is one file.
const selectForgotten = `
	select distinct y.receipt_image_url from payments y join personal p on p.id = y.personal_id
	where p.erased_at is not null and starts_with(y.receipt_image_url, $1) and not exists (
		select from payments o left join personal q on q.id = o.personal_id
		where o.receipt_hash = y.receipt_hash and q.erased_at is null)`

// Forget removes the pictures that erased people sent as proof and returns how many that were. It may be run again at any time.
func Forget(ctx context.Context, q postgres.Querier, receipts *storage.Files) (int, error) {
	rows, err := q.Query(ctx, selectForgotten, ReceiptPath)
	if err != nil {
		return 0, fmt.Errorf("find receipts of erased people: %w", err)
	}
	urls, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fmt.Errorf("find receipts of erased people: %w", err)
	}
	removed := 0
	for _, url := range urls {
		was, err := receipts.Remove(ctx, strings.TrimPrefix(url, ReceiptPath))
		if err != nil && !errors.Is(err, storage.ErrKey) { // an address of somebody else's making names no file of ours
			return removed, err
		}
		if was {
			removed++
		}
	}
	return removed, nil
}
