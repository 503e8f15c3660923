package event

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// MaxData is the largest encoded event in bytes.
const MaxData = 256 << 10

// Meta says who caused an event and within what.
type Meta struct {
	Actor       string    // "guest:…", "user:3", "saga:order-17", "system"
	Correlation uuid.UUID // one per request or job, the same on everything it brings about
	Causation   uuid.UUID // the event that led to this one; zero for the first
	Trace       string    // W3C trace id, may be empty
}

// New is an event that has been decided but not appended. Payload is a struct of a type in the registry.
type New struct {
	Stream  string
	Version int // the version it takes: the stream's last + 1
	Payload any
	Meta    *Meta // nil: the meta of the append
}

// Recorded is an event with its place in the log. Position is zero until it is read back.
type Recorded struct {
	Position int64
	ID       uuid.UUID
	Stream   string
	Version  int
	Type     string
	Schema   int
	At       time.Time // microseconds, UTC
	Meta
	Payload any
}

// Of is a Recorded event whose payload has its type.
type Of[T any] struct {
	*Recorded
	Data *T
}

// ConflictError says that another writer took the version first.
type ConflictError struct{ Err error }

func (e *ConflictError) Error() string { return fmt.Sprintf("stream version is taken: %v", e.Err) }

// Unwrap is the database's own error.
func (e *ConflictError) Unwrap() error { return e.Err }

// UnknownError says that the log holds what this program cannot read.
type UnknownError struct {
	Type   string
	Schema int
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("event type %s, schema version %d, is unknown to this program; a newer one wrote it", e.Type, e.Schema)
}

type metaKey struct{}

// WithMeta returns a context whose commands are recorded under m.
func WithMeta(ctx context.Context, m Meta) context.Context {
	return context.WithValue(ctx, metaKey{}, m)
}

// MetaOf is the context's meta; without one, the system's under a fresh correlation.
func MetaOf(ctx context.Context) Meta {
	if m, ok := ctx.Value(metaKey{}).(Meta); ok {
		return m
	}
	return Meta{Actor: "system", Correlation: uuid.New()}
}
