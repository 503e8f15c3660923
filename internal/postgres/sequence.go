package postgres

import (
	"context"
	"fmt"
)

// Sequence hands out ids of a table's sequence from blocks it leases, so that a thing has its id before the database is
// asked to keep it. Ids rise within a process; those of a block that is not used up are skipped. Safe for concurrent use.
type Sequence struct {
	db    *DB
	name  string
	block int

	turn chan struct{} // size one: who holds it may touch free; waiting for it ends with the caller's time
	free []int
}

// NewSequence leases blocks of the given size from the sequence of that name.
func NewSequence(db *DB, name string, block int) *Sequence {
	return &Sequence{db: db, name: name, block: block, turn: make(chan struct{}, 1)}
}

// Next is n ids in rising order.
func (s *Sequence) Next(ctx context.Context, n int) ([]int, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	if len(s.free) < n {
		if err := s.leaseLocked(ctx, max(s.block, n-len(s.free))); err != nil {
			return nil, err
		}
	}
	ids := s.free[:n:n]
	s.free = s.free[n:]
	return ids, nil
}

// Skip makes every later id larger than used: ids that came from elsewhere, an import or a seed. Call it before others lease.
func (s *Sequence) Skip(ctx context.Context, used int) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	for len(s.free) > 0 && s.free[0] <= used {
		s.free = s.free[1:]
	}
	const advance = `select setval($1::regclass, $2) where coalesce(pg_sequence_last_value($1::regclass), 0) < $2`
	if _, err := s.db.general.Exec(ctx, advance, s.name, used); err != nil {
		return fmt.Errorf("skip ids of %s: %w", s.name, err)
	}
	return nil
}

// enter waits for its turn no longer than ctx: with a database that hangs, each of many would else wait for the time of all
// before him.
func (s *Sequence) enter(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for ids of %s: %w", s.name, ctx.Err())
	}
}

func (s *Sequence) leave() { <-s.turn }

// leaseLocked asks while it is its caller's turn: everybody else who needs ids waits for the same answer.
func (s *Sequence) leaseLocked(ctx context.Context, n int) error {
	rows, err := s.db.general.Query(ctx, `select nextval($1::regclass) from generate_series(1, $2)`, s.name, n)
	if err != nil {
		return fmt.Errorf("lease ids of %s: %w", s.name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("lease ids of %s: %w", s.name, err)
		}
		s.free = append(s.free, id)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("lease ids of %s: %w", s.name, err)
	}
	return nil
}
