package event

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"floresya/internal/postgres"
)

// Log appends and reads events. Safe for concurrent use.
type Log struct {
	registry *Registry
	db       *postgres.DB
	now      func() time.Time
}

// NewLog makes a Log over db.
func NewLog(db *postgres.DB, registry *Registry, now func() time.Time) *Log {
	return &Log{registry: registry, db: db, now: now}
}

// Registry knows the event types of the log.
func (l *Log) Registry() *Registry { return l.registry }

// Now is the log's clock in UTC, cut to the microseconds that PostgreSQL keeps.
func (l *Log) Now() time.Time { return l.now().UTC().Truncate(time.Microsecond) }

// Tx is a transaction in which a command locks, reads and decides. Now is the one instant of the decision.
type Tx struct {
	pgx.Tx
	Now  time.Time
	Meta Meta
}

// Decide locks and reads through tx what it needs and returns what happens then; nil events with a nil error change nothing.
// It may run several times and must leave no trace but its result.
type Decide func(ctx context.Context, tx *Tx) ([]New, error)

// attempts bounds how often Execute decides again after losing a version to another writer.
const attempts = 5

// Execute runs one command in one transaction: decide, apply, append, commit. A lost version and a serialisation failure or
// deadlock start it anew. Pool says whose connections it may use.
func (l *Log) Execute(ctx context.Context, pool postgres.Pool, decide Decide) ([]*Recorded, error) {
	for attempt := 1; ; attempt++ {
		var done []*Recorded
		err := l.db.InTx(ctx, pool, func(ctx context.Context, ptx pgx.Tx) error {
			tx := &Tx{Tx: ptx, Now: l.Now(), Meta: MetaOf(ctx)}
			news, err := decide(ctx, tx)
			if err != nil || len(news) == 0 {
				return err
			}
			done, err = l.Append(ctx, tx, news)
			return err
		})
		if _, conflict := errors.AsType[*ConflictError](err); conflict && attempt < attempts {
			continue
		}
		if err != nil {
			return nil, err
		}
		return done, nil
	}
}

// Append applies events to the tables and adds them to the log, in one round trip; nothing is visible before tx commits.
// It fails with *ConflictError when another writer took a version first.
func (l *Log) Append(ctx context.Context, tx *Tx, news []New) ([]*Recorded, error) {
	b := &pgx.Batch{}
	recorded, err := l.Queue(b, tx.Now, tx.Meta, news)
	if err != nil {
		return nil, err
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, conflictOf(err)
	}
	return recorded, nil
}

// Queue puts the statements of Append into b: for callers that send more in the same round trip. The error of the batch
// passes through Conflict.
func (l *Log) Queue(b *pgx.Batch, now time.Time, meta Meta, news []New) ([]*Recorded, error) {
	recorded := make([]*Recorded, len(news))
	rows := newRows(len(news))
	for i, n := range news {
		d, data, err := l.registry.encode(n.Payload)
		if err != nil {
			return nil, err
		}
		m := meta
		if n.Meta != nil {
			m = *n.Meta
		}
		id := uuid.Must(uuid.NewV7())
		if m.Correlation == uuid.Nil { // nobody said within what: it begins something
			m.Correlation = id
		}
		recorded[i] = &Recorded{ID: id, Stream: n.Stream, Version: n.Version, Type: d.Name,
			Schema: d.Schema, At: now, Meta: m, Payload: n.Payload}
		rows.add(recorded[i], data)
	}
	l.registry.Apply(b, recorded)
	rows.queue(b)
	return recorded, nil
}

// Conflict turns the unique violation of a taken stream version into *ConflictError and passes other errors on.
func Conflict(err error) error { return conflictOf(err) }

func conflictOf(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == "events_stream_version" {
		return &ConflictError{err}
	}
	return err
}

const insertEvents = `
	insert into events (id, stream, version, type, schema, data, at, actor, correlation, causation, trace)
	select * from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::jsonb[], $7::timestamptz[],
		$8::text[], $9::uuid[], $10::uuid[], $11::text[])`

// rows are the columns of events to insert.
type rows struct {
	ids, correlations, causations []pgtype.UUID
	streams, types                []string
	versions, schemas             []int
	data                          []string
	ats                           []time.Time
	actors, traces                []string
}

func newRows(n int) *rows { return &rows{ids: make([]pgtype.UUID, 0, n)} }

func (r *rows) add(e *Recorded, data []byte) {
	r.ids = append(r.ids, postgres.UUID(e.ID))
	r.streams = append(r.streams, e.Stream)
	r.versions = append(r.versions, e.Version)
	r.types = append(r.types, e.Type)
	r.schemas = append(r.schemas, e.Schema)
	r.data = append(r.data, string(data))
	r.ats = append(r.ats, e.At)
	r.actors = append(r.actors, e.Actor)
	r.correlations = append(r.correlations, postgres.UUID(e.Correlation))
	r.causations = append(r.causations, postgres.UUID(e.Causation))
	r.traces = append(r.traces, e.Trace)
}

func (r *rows) queue(b *pgx.Batch) {
	b.Queue(insertEvents, r.ids, r.streams, r.versions, r.types, r.schemas, r.data, r.ats, r.actors, r.correlations,
		r.causations, r.traces)
}

const selectEvents = `
	select position, id, stream, version, type, schema, data, at, actor, correlation, causation, trace
	from events`

// Scan reads events in position order from the transaction's snapshot and hands them over in batches of up to size.
func (l *Log) Scan(ctx context.Context, tx pgx.Tx, after int64, size int, each func([]*Recorded) error) error {
	for {
		rows, err := tx.Query(ctx, selectEvents+` where position > $1 order by position limit $2`, after, size)
		if err != nil {
			return fmt.Errorf("read events after %d: %w", after, err)
		}
		events, err := pgx.CollectRows(rows, l.scanRow)
		if err != nil {
			return fmt.Errorf("read events after %d: %w", after, err)
		}
		if len(events) == 0 {
			return nil
		}
		if err := each(events); err != nil {
			return err
		}
		after = events[len(events)-1].Position
	}
}

// Stream is all events of one stream in order.
func (l *Log) Stream(ctx context.Context, q postgres.Querier, stream string) ([]*Recorded, error) {
	rows, err := q.Query(ctx, selectEvents+` where stream = $1 order by version`, stream)
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	return pgx.CollectRows(rows, l.scanRow)
}

func (l *Log) scanRow(row pgx.CollectableRow) (*Recorded, error) {
	var (
		e         Recorded
		data      []byte
		causation *uuid.UUID
	)
	if err := row.Scan(&e.Position, &e.ID, &e.Stream, &e.Version, &e.Type, &e.Schema, &data, &e.At, &e.Actor,
		&e.Correlation, &causation, &e.Trace); err != nil {
		return nil, err
	}
	e.At = e.At.UTC()
	if causation != nil {
		e.Causation = *causation
	}
	payload, err := l.registry.Decode(e.Type, e.Schema, data)
	if err != nil {
		return nil, fmt.Errorf("event %d: %w", e.Position, err)
	}
	e.Payload = payload
	return &e, nil
}

// Following is the meta of what actor does because of the stream's last event: its cause, in the same correlation and trace.
func Following(ctx context.Context, tx pgx.Tx, stream, actor string) (*Meta, error) {
	m := &Meta{Actor: actor}
	err := tx.QueryRow(ctx, `select id, correlation, trace from events where stream = $1 order by version desc limit 1`, stream).
		Scan(&m.Causation, &m.Correlation, &m.Trace)
	if err != nil {
		return nil, fmt.Errorf("last event of %s: %w", stream, err)
	}
	return m, nil
}

// NextVersion is the version after the stream's last, for streams whose row carries no version of its own.
func NextVersion(ctx context.Context, tx pgx.Tx, stream string) (int, error) {
	var v int
	err := tx.QueryRow(ctx, `select coalesce(max(version), 0) + 1 from events where stream = $1`, stream).Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("version of %s: %w", stream, err)
	}
	return v, nil
}

// Reader reads what is committed.
func (l *Log) Reader() postgres.Querier { return l.db.Reader() }
