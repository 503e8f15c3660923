package delivery

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
)

// BenchmarkLoad reads what orders that are placed together need, in a shop with a season of sold days.
func BenchmarkLoad(b *testing.B) {
	s := newShop(b, friday)
	if err := s.Defaults(b.Context()); err != nil {
		b.Fatal(err)
	}
	_, err := s.db.Reader().Exec(b.Context(), `
		insert into delivery_capacity (day, slot_id, zone_id, capacity, reserved)
		select d, s.id, sz.zone_id, 12, 3 from generate_series(date '2026-01-01', '2026-12-31', '1 day') d
		join delivery_slots s on s.weekday = extract(dow from d) join slot_zones sz on sz.slot_id = s.id`)
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("orders=%d", n), func(b *testing.B) {
			keys := make([]CapacityKey, n)
			for i := range keys {
				keys[i] = CapacityKey{saturday.Add(7 * (i / 16)), 21 + i%3, 1 + i%7}
			}
			err := s.db.InTx(b.Context(), 0, func(ctx context.Context, tx pgx.Tx) error {
				for b.Loop() {
					batch := &pgx.Batch{}
					l := QueueLoad(batch, keys)
					if err := tx.SendBatch(ctx, batch).Close(); err != nil {
						return err
					}
					if err := l.Check(keys[0], 1, friday); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
