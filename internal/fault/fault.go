// Package fault is the vocabulary of errors at the edges of the shop.
//
// Inside a package errors are typed, sentinel or wrapped sentences. Where one crosses an edge (a command, a request) it
// is one of few kinds with a stable code, and one table per edge turns kind and code into HTTP, metrics and logs.
package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is what went wrong from the caller's point of view. The zero value is Internal: never the client's fault.
type Kind uint8

// The kinds, from "ours" to "theirs".
const (
	Internal        Kind = iota // a defect or a broken engine: logged, shown as a general sentence
	Invalid                     // the request is wrong as it stands; Fields says where
	Unauthenticated             // nobody, or no longer somebody
	Denied                      // somebody, but not allowed
	NotFound                    // no such thing, or not for this caller
	Conflict                    // right in itself, but not in the present state
	Unprocessable               // understood, but contradicts an earlier request (idempotency key used twice)
	TooLarge                    // more bytes than the limit
	Limited                     // too many requests; RetryAfter says when
	Unavailable                 // an engine is away; RetryAfter says when to try again
)

// String is the kind's name in metrics and logs.
func (k Kind) String() string {
	return [...]string{"internal", "invalid", "unauthenticated", "denied", "not_found", "conflict", "unprocessable",
		"too_large", "limited", "unavailable"}[k]
}

// Field is one wrong place of a request: Path in dotted form ("items.0.quantity"), Msg for people.
type Field struct {
	Path string `json:"field"`
	Msg  string `json:"message"`
}

// Error is an error that may be shown.
type Error struct {
	Kind       Kind
	Code       string         // stable, for programs: "slot_full"
	Msg        string         // for people, safe to show
	Fields     []Field        // Invalid: what is wrong where
	Facts      map[string]any // facts that help to mend it, safe to show: {"product_id": 3, "available": 2}
	RetryAfter time.Duration  // Limited, Unavailable
	Err        error          // for the log only
}

// Error is the text for logs.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", e.Msg, e.Code)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Path, f.Msg)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a kind.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Msg: fmt.Sprintf(format, args...)}
}

// Invalidf is one wrong field.
func Invalidf(path, format string, args ...any) *Error {
	msg := fmt.Sprintf(format, args...)
	return &Error{Kind: Invalid, Code: "invalid", Msg: msg, Fields: []Field{{path, msg}}}
}

// NotFoundf is something that does not exist for this caller. The text should contain "not found" on the legacy surface.
func NotFoundf(format string, args ...any) *Error { return New(NotFound, "not_found", format, args...) }

// Because returns e with the cause err, for the log.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// With returns e with one fact more.
func (e *Error) With(key string, value any) *Error {
	if e.Facts == nil {
		e.Facts = map[string]any{}
	}
	e.Facts[key] = value
	return e
}

// Checker collects wrong fields, so that a caller hears of all at once. The zero value is ready.
type Checker struct{ fields []Field }

// Check notes msg at path unless ok, and returns ok.
func (c *Checker) Check(ok bool, path, format string, args ...any) bool {
	if !ok {
		c.fields = append(c.fields, Field{path, fmt.Sprintf(format, args...)})
	}
	return ok
}

// Err is nil if every check held, else an Invalid error whose message is the first field's.
func (c *Checker) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: "invalid", Msg: c.fields[0].Msg, Fields: c.fields}
}

// Of finds the fault in err's tree; a stranger is Internal, never the client's fault. A deadline of ours is Unavailable.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: Unavailable, Code: "timeout", Msg: "The shop took too long to answer. Please try again.",
			RetryAfter: 2 * time.Second, Err: err}
	}
	return &Error{Kind: Internal, Code: "internal", Msg: "An unexpected error occurred. Please try again later.", Err: err}
}

// Is reports whether err's tree holds a fault with this code.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
