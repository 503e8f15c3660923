// Package idempotency makes a repeated request answer what the first one answered.
//
// A key is claimed by unique insert inside the business transaction and answered in it too, so key, answer and effect are
// there together or not at all, also after a crash. Two equal requests at once: the second waits for the first's commit
// and gets its answer. A request that is refused leaves no key. Answers are kept for 30 days; they hold ids, never
// personal data.
package idempotency

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// Kept is how long answers are kept.
const Kept = 30 * 24 * time.Hour

// Key names one request of one caller.
type Key struct {
	Scope       string // "user:3", "guest:<uuid>", or "new" for a caller who has neither yet
	Route       string // method and pattern
	Key         string // the caller's, or one made by the server
	Fingerprint []byte // of the request; another one under the same key is refused
	// Alias is a second scope under which the same answer is found: the guest whom a "new" caller has become. May be "".
	Alias string
	// Made says that the server made the key: nobody can repeat it, so it need not be claimed beforehand.
	Made bool
}

type contextKey struct{}

// WithKey returns a context whose creating command runs under k.
func WithKey(ctx context.Context, k Key) context.Context {
	return context.WithValue(ctx, contextKey{}, k)
}

// FromContext is the context's key; without one it is made here.
func FromContext(ctx context.Context) Key {
	if k, ok := ctx.Value(contextKey{}).(Key); ok {
		return k
	}
	return Key{Scope: "internal", Route: "internal", Key: uuid.NewString(), Made: true}
}

// Answer is what was stored under a key.
type Answer struct {
	Status      int
	Body        []byte
	fingerprint []byte
}

// For is the answer for a request with k's fingerprint, or the fault of a key used twice.
func (a *Answer) For(k Key) ([]byte, error) {
	if !bytes.Equal(a.fingerprint, k.Fingerprint) {
		return nil, Reused()
	}
	return a.Body, nil
}

// Reused is the fault of a key that was used with another request.
func Reused() error {
	return fault.New(fault.Unprocessable, "idempotency_key_reused",
		"Esta Idempotency-Key ya se usó con otra solicitud. Usa una nueva.")
}

type id struct{ scope, route, key string }

func (k Key) ids() []id {
	ids := []id{{k.Scope, k.Route, k.Key}}
	if k.Alias != "" && !k.Made { // nobody can repeat a key of the server's own
		ids = append(ids, id{k.Alias, k.Route, k.Key})
	}
	return ids
}

const claimKeys = `
	insert into idempotency_keys (scope, route, key, fingerprint, created_at)
	select scope, route, key, fingerprint, $5 from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
		with ordinality as k (scope, route, key, fingerprint, n) order by n
	on conflict do nothing`

const findAnswers = `
	select k.scope, k.route, k.key, k.status, k.answer, k.fingerprint from idempotency_keys k
	join unnest($1::text[], $2::text[], $3::text[]) as w (scope, route, key) using (scope, route, key)
	where k.status <> 0`

// columns are keys as arrays, sorted, which is the order in which they are claimed everywhere.
type columns struct {
	scopes, routes, keys []string
	prints               [][]byte
}

func columnsOf(keys []Key) columns {
	type row struct {
		id
		print []byte
	}
	var all []row
	for _, k := range keys {
		for _, i := range k.ids() {
			all = append(all, row{i, k.Fingerprint})
		}
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i].id, all[j].id
		if a.key != b.key {
			return a.key < b.key
		}
		return a.scope+"\x00"+a.route < b.scope+"\x00"+b.route
	})
	var c columns
	for _, r := range all {
		c.scopes, c.routes, c.keys = append(c.scopes, r.scope), append(c.routes, r.route), append(c.keys, r.key)
		print := r.print
		if print == nil {
			print = []byte{}
		}
		c.prints = append(c.prints, print)
	}
	return c
}

// Claims are keys claimed together in one transaction.
type Claims struct {
	answers map[id]*Answer
}

// Queue claims keys and reads the answers of those that were claimed before, in b's next round trip. Results are read in
// the order queued.
func Queue(b *pgx.Batch, keys []Key, now time.Time) *Claims {
	c := &Claims{answers: map[id]*Answer{}}
	cols := columnsOf(keys)
	b.Queue(claimKeys, cols.scopes, cols.routes, cols.keys, cols.prints, now)
	c.queueFind(b, cols)
	return c
}

func (c *Claims) queueFind(b *pgx.Batch, cols columns) {
	b.Queue(findAnswers, cols.scopes, cols.routes, cols.keys).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var (
				i id
				a Answer
			)
			if err := rows.Scan(&i.scope, &i.route, &i.key, &a.Status, &a.Body, &a.fingerprint); err != nil {
				return err
			}
			c.answers[i] = &a
		}
		return rows.Err()
	})
}

// Answer is what was stored under k before, or nil when this transaction has claimed it.
func (c *Claims) Answer(k Key) *Answer {
	for _, i := range k.ids() {
		if a := c.answers[i]; a != nil {
			return a
		}
	}
	return nil
}

// Answered is a key with what is to be stored under it.
type Answered struct {
	Key    Key
	Status int
	Body   any
}

const storeAnswers = `
	insert into idempotency_keys (scope, route, key, fingerprint, status, answer, created_at)
	select *, $7 from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::int[], $6::jsonb[])
	on conflict (scope, route, key) do update set status = excluded.status, answer = excluded.answer
	where idempotency_keys.status = 0 and idempotency_keys.fingerprint = excluded.fingerprint`

// QueueStore stores answers under keys that this transaction has claimed or made.
func QueueStore(b *pgx.Batch, answered []Answered, now time.Time) error {
	var (
		cols     columns
		statuses []int
		bodies   []string
	)
	for _, a := range answered {
		body, err := json.Marshal(a.Body)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		one := columnsOf([]Key{a.Key})
		cols.scopes, cols.routes = append(cols.scopes, one.scopes...), append(cols.routes, one.routes...)
		cols.keys, cols.prints = append(cols.keys, one.keys...), append(cols.prints, one.prints...)
		for range one.keys {
			statuses, bodies = append(statuses, a.Status), append(bodies, string(body))
		}
	}
	b.Queue(storeAnswers, cols.scopes, cols.routes, cols.keys, cols.prints, statuses, bodies, now)
	return nil
}

// QueueRelease gives back claims of requests that were refused.
func QueueRelease(b *pgx.Batch, keys []Key) {
	cols := columnsOf(keys)
	b.Queue(`delete from idempotency_keys k using unnest($1::text[], $2::text[], $3::text[]) as w (scope, route, key)
		where (k.scope, k.route, k.key) = (w.scope, w.route, w.key) and k.status = 0`, cols.scopes, cols.routes, cols.keys)
}

// Find reads the answers stored under keys: what became of requests whose commit is in doubt.
func Find(ctx context.Context, q postgres.Querier, keys []Key) (*Claims, error) {
	b := &pgx.Batch{}
	c := &Claims{answers: map[id]*Answer{}}
	c.queueFind(b, columnsOf(keys))
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("find answers: %w", err)
	}
	return c, nil
}

// Execute runs decide as one command under ctx's key. A repeat returns the stored answer and does not decide again; a lost
// commit is looked up. A is small: ids, no personal data.
func Execute[A any](ctx context.Context, log *event.Log, pool postgres.Pool,
	decide func(ctx context.Context, tx *event.Tx) ([]event.New, A, error)) (A, error) {
	var answer A
	key := FromContext(ctx)
	_, err := log.Execute(ctx, pool, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		prior, err := claim(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		if prior != nil {
			return nil, json.Unmarshal(prior, &answer)
		}
		var news []event.New
		if news, answer, err = decide(ctx, tx); err != nil {
			return nil, err
		}
		b := &pgx.Batch{}
		if err := QueueStore(b, []Answered{{key, 201, answer}}, tx.Now); err != nil {
			return nil, err
		}
		return news, tx.SendBatch(ctx, b).Close()
	})
	if _, unknown := errors.AsType[*postgres.UnknownOutcomeError](err); unknown {
		return lookUp[A](ctx, log, key, err)
	}
	return answer, err
}

// claim takes k for this transaction, or returns the answer it already has.
func claim(ctx context.Context, tx *event.Tx, k Key) ([]byte, error) {
	if k.Made {
		return nil, nil
	}
	b := &pgx.Batch{}
	claims := Queue(b, []Key{k}, tx.Now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("claim idempotency key: %w", err)
	}
	if a := claims.Answer(k); a != nil {
		return a.For(k)
	}
	return nil, nil
}

// lookUp asks the key what became of a commit whose answer was lost.
func lookUp[A any](ctx context.Context, log *event.Log, k Key, lost error) (A, error) {
	var answer A
	found, err := Find(ctx, log.Reader(), []Key{k})
	if err != nil {
		return answer, errors.Join(lost, err)
	}
	a := found.Answer(k)
	if a == nil {
		return answer, lost
	}
	body, err := a.For(k) // another request may have come in under the key meanwhile
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(body, &answer)
}

// Sweep forgets answers older than Kept.
func Sweep(ctx context.Context, q postgres.Querier, now time.Time) error {
	_, err := q.Exec(ctx, `delete from idempotency_keys where created_at < $1`, now.Add(-Kept))
	return err
}
