package saga

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
)

// begin enters a transition. One that happens inside the database alone is done in the same transaction.
func (r *Runner) begin(ctx context.Context, m *Machine, w *row, t Transition) error {
	p := w.progress
	p.On, p.Step, p.Turn = t.On, 0, p.Turn+1
	point := string(t.From) + "/" + string(t.On)
	r.cfg.Crash(point + "/begin")
	if !m.within(t) {
		lease := w.At.Add(r.cfg.Lease)
		if err := w.move(ctx, r.db.Pgx(), w.State, p, &lease); err != nil {
			return err
		}
		r.cfg.Crash(point + "/begun")
		return nil
	}
	entered := *w
	entered.progress = p
	err := r.db.InTx(ctx, postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		next := entered
		if err := next.finish(ctx, tx, m, t); err != nil {
			return err
		}
		for _, name := range t.Do {
			key := entered.key(name)
			if within := m.steps[name].Within; within != nil {
				if err := within(ctx, tx, key, entered.Saga); err != nil {
					return fmt.Errorf("step %s: %w", name, err)
				}
			}
			if _, err := entered.record(ctx, tx, name, Done, key); err != nil {
				return err
			}
		}
		*w = next
		return nil
	})
	if err == nil {
		r.cfg.Crash(point + "/done")
	}
	return err
}

// finish moves the row to the end of a transition. It looks again at once: the lease is kept until it rests.
func (w *row) finish(ctx context.Context, q postgres.Querier, m *Machine, t Transition) error {
	p := w.progress
	p.On, p.Step = "", 0
	if m.Final(t.From) && t.To != t.From {
		p.Round++
		if err := q.QueryRow(ctx, `select coalesce(max(seq), 0) from saga_steps where saga_id = $1`, w.ID).Scan(&p.Since); err != nil {
			return fmt.Errorf("begin a round of saga %s: %w", w.ID, err)
		}
	}
	return w.move(ctx, q, t.To, p, &w.At)
}

// doNext does the next step of the transition under way.
func (r *Runner) doNext(ctx context.Context, m *Machine, w *row) error {
	t, ok := m.Next(w.State, w.On)
	if !ok || w.Step >= len(t.Do) {
		return fmt.Errorf("transition %s on %s, step %d, is not in the table", w.State, w.On, w.Step)
	}
	step := m.steps[t.Do[w.Step]]
	key, point := w.key(step.Name), string(t.From)+"/"+string(t.On)+"/"+step.Name
	if step.Do != nil {
		if err := attempt(ctx, step.Timeout, func(ctx context.Context) error { return step.Do(ctx, key, w.Saga) }); err != nil {
			err = fmt.Errorf("step %s: %w", step.Name, err)
			if Permanent(err) {
				return r.giveUp(ctx, w, step.Name, point, err)
			}
			return err
		}
		r.cfg.Crash(point + "/effect")
	}
	err := r.db.InTx(ctx, postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		next := *w
		if w.Step+1 == len(t.Do) {
			if err := next.finish(ctx, tx, m, t); err != nil {
				return err
			}
		} else {
			p, lease := w.progress, w.At.Add(r.cfg.Lease)
			p.Step++
			if err := next.move(ctx, tx, w.State, p, &lease); err != nil {
				return err
			}
		}
		if step.Within != nil {
			if err := step.Within(ctx, tx, key, w.Saga); err != nil {
				return fmt.Errorf("step %s: %w", step.Name, err)
			}
		}
		if _, err := w.record(ctx, tx, step.Name, Done, key); err != nil {
			return err
		}
		*w = next
		return nil
	})
	if err == nil {
		r.cfg.Crash(point + "/recorded")
	}
	return err
}

// giveUp turns round: the step failed for good, what was done in this run is undone.
func (r *Runner) giveUp(ctx context.Context, w *row, step, point string, cause error) error {
	r.cfg.Logger.ErrorContext(ctx, "saga step failed for good, its run is compensated", "saga", w.ID, "step", step, "err", cause)
	err := r.db.InTx(ctx, postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		next := *w
		p, lease := w.progress, w.At.Add(r.cfg.Lease)
		p.Undo, p.Undone = true, 0
		if err := next.move(ctx, tx, w.State, p, &lease); err != nil {
			return err
		}
		if _, err := next.record(ctx, tx, step, Failed, cause.Error()); err != nil {
			return err
		}
		*w = next
		return nil
	})
	if err == nil {
		r.cfg.Crash(point + "/failed")
	}
	return err
}

// undoNext compensates the next step, newest first, or ends the run.
func (r *Runner) undoNext(ctx context.Context, m *Machine, w *row) error {
	todo, err := r.toUndo(ctx, m, w)
	if err != nil {
		return err
	}
	if w.Undone >= len(todo) {
		p := w.progress
		p.On, p.Step, p.Undo, p.Undone = "", 0, false, 0
		if err := w.move(ctx, r.db.Pgx(), m.def.Failed, p, &w.At); err != nil {
			return err
		}
		r.cfg.Crash("undo/ended")
		return nil
	}
	step, outcome := todo[w.Undone], Undone
	key := fmt.Sprintf("%s/%d/undo/%s", w.ID, w.Turn, step.Name)
	detail := key
	if err := attempt(ctx, step.Timeout, func(ctx context.Context) error { return step.Undo(ctx, key, w.Saga) }); err != nil {
		if !Permanent(err) && (w.attempt < r.cfg.UndoAttempts || postgres.Lost(err)) {
			return fmt.Errorf("undo %s: %w", step.Name, err)
		}
		outcome, detail = Stuck, err.Error()
		r.cfg.Logger.ErrorContext(ctx, "saga step cannot be compensated, somebody has to look at it", "saga", w.ID,
			"step", step.Name, "err", err)
	}
	r.cfg.Crash("undo/" + step.Name + "/effect")
	err = r.db.InTx(ctx, postgres.General, func(ctx context.Context, tx pgx.Tx) error {
		next := *w
		p, lease := w.progress, w.At.Add(r.cfg.Lease)
		p.Undone++
		if err := next.move(ctx, tx, w.State, p, &lease); err != nil {
			return err
		}
		if _, err := next.record(ctx, tx, step.Name, outcome, detail); err != nil {
			return err
		}
		*w = next
		return nil
	})
	if err == nil {
		r.cfg.Crash("undo/" + step.Name + "/recorded")
	}
	return err
}

// toUndo are the steps of this run that can be taken back, newest first; what the saga began with comes last.
func (r *Runner) toUndo(ctx context.Context, m *Machine, w *row) ([]Step, error) {
	done, err := records(ctx, r.db.Pgx(), `where saga_id = $1 and seq > $2 and outcome = 'done' order by seq desc`, w.ID, w.Since)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, d := range done {
		if s, known := m.steps[d.Step]; known && s.Undo != nil {
			steps = append(steps, s)
		}
	}
	if m.def.Begun.Undo != nil {
		steps = append(steps, m.def.Begun)
	}
	return slices.Clip(steps), nil
}

// attempt runs one try of an effect within its time.
func attempt(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %v", limit))
	defer cancel()
	return do(ctx)
}
