package saga

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// ring is the job of the alarm clock. It carries nothing: what is due stands in the table.
type ring struct{}

// Kind is the job's stored name.
func (ring) Kind() string { return "saga_ring" }

type ringer struct {
	river.WorkerDefaults[ring]
	runner *Runner
}

// Work rings. The runner's own loop does the work, so that a job never outlives its time.
func (w *ringer) Work(context.Context, *river.Job[ring]) error {
	w.runner.Poke()
	return nil
}

const queue = "sagas"

// newClock is a River client that rings: elected among all processes, polling only, because a NOTIFY serialises commits.
func (r *Runner) newClock() (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &ringer{runner: r}); err != nil {
		return nil, err
	}
	insert := func() (river.JobArgs, *river.InsertOpts) {
		return ring{}, &river.InsertOpts{Queue: queue, MaxAttempts: 1}
	}
	return river.NewClient(riverpgxv5.New(r.db.Pgx()), &river.Config{
		Queues:                      map[string]river.QueueConfig{queue: {MaxWorkers: 1}},
		Workers:                     workers,
		PeriodicJobs:                []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(r.cfg.Every), insert, &river.PeriodicJobOpts{RunOnStart: true})},
		PollOnly:                    true,
		FetchPollInterval:           max(r.cfg.Every/2, 100*time.Millisecond),
		JobTimeout:                  10 * time.Second,
		RescueStuckJobsAfter:        time.Minute,
		CompletedJobRetentionPeriod: time.Minute,
		DiscardedJobRetentionPeriod: time.Hour,
		SoftStopTimeout:             2 * time.Second,
		Logger:                      quiet(r.cfg.Logger),
	})
}

// Run runs due sagas whenever it is poked, the alarm clock rings or has been silent for three rounds, until ctx ends; then
// the turn under way ends at its next durable point. It is ready at once: a database that is away is waited for.
func (r *Runner) Run(ctx context.Context, ready func()) error {
	clock, err := r.newClock()
	if err != nil {
		return fmt.Errorf("saga clock: %w", err)
	}
	ready()
	r.Poke()
	retry := time.NewTimer(0)
	defer retry.Stop()
	// River takes some fifteen seconds to elect another leader when one dies; until then nobody rings.
	silence := time.NewTimer(3 * r.cfg.Every)
	defer silence.Stop()
	ticking := false
	for {
		select {
		case <-ctx.Done():
			if !ticking {
				return nil
			}
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return clock.Stop(stop)
		case <-retry.C:
			if !ticking {
				// Started under a context of its own: Stop, not ctx, ends it, so that it finishes what it fetched.
				if err := clock.Start(context.WithoutCancel(ctx)); err != nil {
					r.cfg.Logger.WarnContext(ctx, "saga clock waits for the database", "err", err)
					retry.Reset(time.Second)
				} else {
					ticking = true
				}
			}
			r.Poke()
		case <-silence.C:
			r.Poke()
		case <-r.poke:
			silence.Reset(3 * r.cfg.Every)
			ran, err := r.RunDue(ctx)
			if ran > 0 {
				r.cfg.Ran()
			}
			if err != nil && ctx.Err() == nil {
				r.cfg.Logger.WarnContext(ctx, "due sagas wait for the database", "err", err)
				retry.Reset(time.Second)
			}
		}
	}
}

// quiet keeps a library's chatter out of the shop's log.
func quiet(l *slog.Logger) *slog.Logger { return slog.New(warnings{l.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }
func (w warnings) WithGroup(g string) slog.Handler      { return warnings{w.Handler.WithGroup(g)} }
