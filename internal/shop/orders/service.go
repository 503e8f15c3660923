package orders

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/idempotency"
)

// Config tunes the intake. The zero value means the defaults.
type Config struct {
	// Committers is how many transactions place orders at once. Default 1: what arrives while one is under way goes together
	// in the next, which costs less than two small ones; more pay when PostgreSQL has processors to spare.
	Committers int
	// BatchSize is the most orders of one transaction. Default 64.
	BatchSize int
	// Waiting is the most orders that wait for a committer; one more is refused as Unavailable. Default 1024.
	Waiting int
	// Timeout is how long an order may take from arrival to commit. Default 10 s.
	Timeout time.Duration
	// Hold is how long unpaid pieces are held when the setting payment_hold_hours says nothing. Default 24 h.
	Hold time.Duration
	// Placed is called after each order that was placed: there is a letter to send, and nothing else is due yet. Default:
	// the service's poke.
	Placed func()
}

func (c Config) withDefaults() Config {
	if c.Committers == 0 {
		c.Committers = 1
	}
	if c.BatchSize == 0 {
		c.BatchSize = 64
	}
	if c.Waiting == 0 {
		c.Waiting = 1024
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Hold == 0 {
		c.Hold = 24 * time.Hour
	}
	return c
}

// Service takes orders and changes them. Run must be running for Place to be answered. Safe for concurrent use.
type Service struct {
	db     *postgres.DB
	log    *event.Log
	cfg    Config
	logger *slog.Logger
	poke   func() // wakes the sagas after a commit

	orderIDs, itemIDs, historyIDs *postgres.Sequence
	waiting                       chan *ticket
	// slots has room for the transactions that may be under way: a committer's, or that of a caller who found nobody waiting.
	slots   chan struct{}
	metrics metrics
}

// New makes the service; poke is called after each commit that a saga should hear of.
func New(db *postgres.DB, log *event.Log, cfg Config, logger *slog.Logger, registry prometheus.Registerer, poke func()) *Service {
	cfg = cfg.withDefaults()
	if cfg.Placed == nil {
		cfg.Placed = poke
	}
	return &Service{
		db: db, log: log, cfg: cfg, logger: logger, poke: poke,
		orderIDs:   postgres.NewSequence(db, "orders_id_seq", 64),
		itemIDs:    postgres.NewSequence(db, "order_items_id_seq", 256),
		historyIDs: postgres.NewSequence(db, "order_status_history_id_seq", 128),
		waiting:    make(chan *ticket, cfg.Waiting),
		slots:      make(chan struct{}, cfg.Committers),
		metrics:    newMetrics(registry),
	}
}

// Run commits waiting orders until ctx ends, then those that were taken in before.
func (s *Service) Run(ctx context.Context, ready func()) error {
	var committers sync.WaitGroup
	for range s.cfg.Committers {
		committers.Go(func() { s.commitLoop(ctx) })
	}
	ready()
	committers.Wait()
	return nil
}

// ticket is an order that waits for its committer. done is closed when receipt and err are set.
type ticket struct {
	in      *intake
	ctx     context.Context // of the caller: an order whose caller has gone before it was taken is not placed
	done    chan struct{}
	receipt Receipt
	err     error
}

func (t *ticket) finish(r Receipt, err error) {
	t.receipt, t.err = r, err
	close(t.done)
}

// Place places an order and returns once it is committed. It runs under ctx's idempotency key: a repeat gets the first
// receipt. Faults: Invalid with its fields, NotFound and Conflict of the contract, Unavailable when the shop is busy or the
// database away.
func (s *Service) Place(ctx context.Context, p Place) (Receipt, error) {
	now := s.log.Now()
	if err := p.check(delivery.DayOf(now)); err != nil {
		return Receipt{}, err
	}
	in := &intake{Place: p, key: idempotency.FromContext(ctx), meta: event.MetaOf(ctx), personal: uuid.Must(uuid.NewV7()),
		token: newToken(), received: now}
	if err := s.number(ctx, in); err != nil {
		return Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	t := &ticket{in: in, ctx: ctx, done: make(chan struct{})}
	if !s.placeDirectly(t) {
		if err := s.queue(ctx, t); err != nil {
			return Receipt{}, err
		}
	}
	if t.err == nil && !t.receipt.Repeated {
		s.cfg.Placed()
	}
	return t.receipt, t.err
}

// placeDirectly places t here and now when nobody waits and no transaction is under way: a lone order is not handed from
// one goroutine to another and back.
func (s *Service) placeDirectly(t *ticket) bool {
	if len(s.waiting) > 0 {
		return false
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		s.placeAll([]*ticket{t})
		return true
	default:
		return false
	}
}

// queue leaves t to the committers and waits for what becomes of it.
func (s *Service) queue(ctx context.Context, t *ticket) error {
	select {
	case s.waiting <- t:
	default:
		s.metrics.refused.Inc()
		return fault.New(fault.Unavailable, "busy",
			"Estamos recibiendo muchos pedidos a la vez. Inténtalo de nuevo en unos segundos.")
	}
	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// number gives the order its ids before the database is asked to keep it.
func (s *Service) number(ctx context.Context, in *intake) error {
	ids, err := s.orderIDs.Next(ctx, 1)
	if err != nil {
		return err
	}
	in.id = ids[0]
	if ids, err = s.historyIDs.Next(ctx, 1); err != nil {
		return err
	}
	in.history = ids[0]
	in.items, err = s.itemIDs.Next(ctx, len(in.Lines))
	return err
}

// newToken is 128 random bits in 26 letters and digits.
func newToken() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

type metrics struct {
	placed, failed, refused, retried prometheus.Counter
	batch                            prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) metrics {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		r.MustRegister(c)
		return c
	}
	m := metrics{
		placed:  counter("floresya_orders_placed_total", "Orders committed."),
		failed:  counter("floresya_orders_failed_total", "Orders decided against or failed."),
		refused: counter("floresya_orders_refused_total", "Orders refused because too many were waiting."),
		retried: counter("floresya_orders_retried_alone_total", "Orders placed alone after their shared transaction failed."),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "floresya_orders_batch_size",
			Help: "Orders per transaction.", Buckets: []float64{1, 2, 4, 8, 16, 32, 64}}),
	}
	r.MustRegister(m.batch)
	return m
}
