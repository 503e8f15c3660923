package delivery

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/jackc/pgx/v5"
)

// lockClass sets the advisory locks of capacity apart from those of others: "cap " in ASCII.
const lockClass = 0x63617020

// A lock by name rather than of a row, because the row may not exist yet.
const lockCapacity = `select pg_advisory_xact_lock($1, k) from unnest($2::int[]) k`

// LockCapacity makes the transaction the only one that may reserve or edit these places until it ends. Locks are taken in
// one global order, whatever the order of keys; take all of a transaction in one call.
func LockCapacity(ctx context.Context, tx pgx.Tx, keys []CapacityKey) error {
	if _, err := tx.Exec(ctx, lockCapacity, lockClass, lockNames(keys)); err != nil {
		return fmt.Errorf("lock delivery capacity: %w", err)
	}
	return nil
}

// QueueLock is LockCapacity as part of a batch: before QueueLoad in the same one.
func QueueLock(b *pgx.Batch, keys []CapacityKey) { b.Queue(lockCapacity, lockClass, lockNames(keys)) }

// lockNames are the keys' locks, sorted by lock and not by key: two keys of one hash share a lock, and the order must hold
// for locks. Keys without day or slot reserve nothing.
func lockNames(keys []CapacityKey) []int32 {
	names := make([]int32, 0, len(keys))
	for _, k := range keys {
		if k.Day == "" || k.Slot == 0 {
			continue
		}
		h := fnv.New32a()
		fmt.Fprintf(h, "%s/%d/%d", k.Day, k.Slot, k.Zone)
		names = append(names, int32(h.Sum32()))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
