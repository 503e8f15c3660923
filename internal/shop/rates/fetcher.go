package rates

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"floresya/internal/fault"
	"floresya/internal/resilience/breaker"
	"floresya/internal/shop/delivery"
)

// BCVPage is where the bank publishes the rate.
const BCVPage = "https://www.bcv.org.ve/"

// FetcherConfig says whom to ask and how often.
type FetcherConfig struct {
	// BCVURL is the bank's page; "" leaves it out. HTTPS, or the own machine.
	BCVURL string
	// JSONURL is a service that answers one of the shapes of the package doc; "" leaves it out. HTTPS, or the own machine.
	JSONURL string
	// ExtraCAFile is a PEM file of certificates to trust besides the system's; "" for none.
	ExtraCAFile string
	// Interval is the time between two rounds; after a failed round the next comes sooner. Default 1 h; must be ≥ 1 min.
	Interval time.Duration
	// Timeout is the deadline of one question. Default 10 s; must be ≥ 100 ms.
	Timeout time.Duration
}

func (c FetcherConfig) withDefaults() (FetcherConfig, error) {
	if c.Interval == 0 {
		c.Interval = time.Hour
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	var errs []error
	for name, address := range map[string]string{"BCV": c.BCVURL, "JSON": c.JSONURL} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err == nil {
			err = checkURL(u)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("rates: %s source: %w", name, err))
		}
	}
	if c.Interval < time.Minute || c.Timeout < 100*time.Millisecond {
		errs = append(errs, fmt.Errorf("rates: interval %v, timeout %v; want at least 1 min and 100 ms", c.Interval, c.Timeout))
	}
	return c, errors.Join(errs...)
}

// Fetcher asks the sources and gives their answers to a Keeper.
type Fetcher struct {
	keeper  *Keeper
	cfg     FetcherConfig
	log     *slog.Logger
	sources []*source
	wake    chan struct{}

	pending *Answer // Run's own: a rate whose value date is still to come
	unkept  bool    // Run's own: the database did not take the last one

	mu     sync.Mutex
	status map[string]SourceStatus
}

// SourceStatus is how a source did when it was last asked.
type SourceStatus struct {
	Name    string
	Breaker string    // closed, open, half_open
	At      time.Time // of the last question; zero before the first
	Good    time.Time // of the last good answer
	Err     string    // "" when the last answer was good
}

// NewFetcher makes a Fetcher. It reads ExtraCAFile, so that a wrong one is told at the start and not in the night.
func NewFetcher(keeper *Keeper, log *slog.Logger, cfg FetcherConfig) (*Fetcher, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	client, err := newClient(cfg.ExtraCAFile)
	if err != nil {
		return nil, err
	}
	f := &Fetcher{keeper: keeper, cfg: cfg, log: log, wake: make(chan struct{}, 1), status: map[string]SourceStatus{}}
	for _, s := range []*source{
		{name: SourceBCV, url: cfg.BCVURL, parse: parseBCV},
		{name: SourceJSON, url: cfg.JSONURL, parse: parseJSON},
	} {
		if s.url == "" {
			continue
		}
		s.client, s.timeout = client, cfg.Timeout
		if s.breaker, err = breaker.New(breaker.Config{Failures: 3, OpenFor: cfg.Interval / 2, ProbeTimeout: 2 * cfg.Timeout}); err != nil {
			return nil, err
		}
		f.sources = append(f.sources, s)
	}
	return f, nil
}

// Run asks at once and then every Interval until ctx ends. It is ready at once: a shop sells by the rate it has.
func (f *Fetcher) Run(ctx context.Context, ready func()) error {
	ready()
	failed := 0
	for {
		if f.round(ctx) {
			failed = 0
		} else {
			failed++
		}
		timer := time.NewTimer(f.pause(f.keeper.log.Now(), failed))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		case <-f.wake:
			timer.Stop()
		}
	}
}

// Poke makes Run ask soon; pokes may coalesce.
func (f *Fetcher) Poke() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// pause is the time to the next round: sooner after failures, and when a pending rate comes into force.
func (f *Fetcher) pause(now time.Time, failed int) time.Duration {
	d := f.cfg.Interval
	if failed > 0 {
		d = min(d, time.Minute<<min(failed-1, 10))
	}
	if f.pending != nil && f.pending.ValueDate > delivery.DayOf(now) {
		d = min(d, f.pending.ValueDate.At(0).Sub(now))
	}
	return d
}

// round asks the sources in order until one gives a believable answer, and reports whether that was kept; it is content when
// there is nobody to ask.
func (f *Fetcher) round(ctx context.Context) bool {
	if f.pending != nil && f.pending.ValueDate <= delivery.DayOf(f.keeper.log.Now()) {
		if _, err := f.give(ctx, *f.pending); err != nil { // its day has come, though no source may answer now
			return f.kept(ctx, err)
		}
		f.pending = nil
	}
	for _, s := range f.sources {
		a, doubt := s.ask(ctx)
		if ctx.Err() != nil {
			return true
		}
		if doubt == nil {
			var err error
			if doubt, err = f.give(ctx, a); err != nil {
				return f.kept(ctx, err)
			}
		}
		f.note(s, doubt)
		if doubt == nil {
			return f.kept(ctx, nil)
		}
	}
	return len(f.sources) == 0
}

var errBand = errors.New("the rate is outside the band around the previous one")

// give hands an answer to the keeper. doubt says why it is not to be believed, err why it could not be kept.
func (f *Fetcher) give(ctx context.Context, a Answer) (doubt, err error) {
	outcome, err := f.keeper.Record(ctx, a)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid {
		return err, nil
	}
	if err != nil {
		return nil, err
	}
	switch outcome {
	case Accepted:
		f.pending = nil
		f.log.InfoContext(ctx, "rate of the day recorded", "rate", a.Value.String(), "source", a.Source, "value_date", a.ValueDate)
	case Early:
		f.pending = &a
	case OutOfBand:
		return fmt.Errorf("%s: %s for %s: %w", a.Source, a.Value, a.ValueDate, errBand), nil
	}
	return nil, nil
}

// kept notes whether the database took what it was given, and logs when its trouble begins.
func (f *Fetcher) kept(ctx context.Context, err error) bool {
	if err != nil && !f.unkept && ctx.Err() == nil {
		f.log.WarnContext(ctx, "rate of the day could not be kept; it is asked for again", "err", err)
	}
	f.unkept = err != nil
	return err == nil
}

// note keeps a source's status. Its trouble is logged once when it begins or turns into something of another kind, and its end.
func (f *Fetcher) note(s *source, err error) {
	now := f.keeper.log.Now()
	f.mu.Lock()
	last, asked := f.status[s.name]
	next := SourceStatus{Name: s.name, At: now, Good: last.Good}
	switch {
	case err == nil:
		next.Good = now
	case errors.Is(err, breaker.ErrOpen) && last.Err != "": // not asked: what is wrong is what was wrong
		next.Err, next.At = last.Err, last.At
	default:
		next.Err = err.Error()
	}
	f.status[s.name] = next
	f.mu.Unlock()
	switch {
	case err == nil && last.Err != "":
		f.log.Info("rate source answers again", "source", s.name)
	case err != nil && (!asked || last.Err == "" || errors.Is(err, errBand) && last.Err != next.Err):
		f.log.Warn("rate source has no good answer; the last good rate stays", "source", s.name, "err", err)
	case err != nil:
		f.log.Debug("rate source still has no good answer", "source", s.name, "err", err)
	}
}

// Status is how each source did, in the order they are asked.
func (f *Fetcher) Status() []SourceStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]SourceStatus, len(f.sources))
	for i, s := range f.sources {
		all[i] = f.status[s.name]
		all[i].Name, all[i].Breaker = s.name, s.breaker.State().String()
	}
	return all
}
