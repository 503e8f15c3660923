package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrBusy says that no connection became free in time.
var ErrBusy = errors.New("no database connection became free in time")

// UnknownOutcomeError says that a commit was sent and its answer lost: it may have happened.
type UnknownOutcomeError struct{ Err error }

func (e *UnknownOutcomeError) Error() string {
	return fmt.Sprintf("outcome of the commit is unknown: %v", e.Err)
}

// Unwrap is what broke the connection.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

// CommitError says what a failed commit means: the database's own refusal rolled back; anything else is unknown.
func CommitError(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && !lostCode(pg.Code) {
		return fmt.Errorf("commit: %w", err)
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return fmt.Errorf("commit: %w", err)
	}
	return &UnknownOutcomeError{err}
}

// Code is the SQLSTATE in err's tree, or "".
func Code(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// Constraint is the name of the violated constraint in err's tree, or "".
func Constraint(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.ConstraintName
	}
	return ""
}

// Retryable reports whether the database aborted the transaction for another's sake, so that all of it may run again.
func Retryable(err error) bool {
	code := Code(err)
	return code == "40001" || code == "40P01"
}

// Lost reports whether the database could not be reached or went away: nothing is known to have happened since.
func Lost(err error) bool {
	if err == nil {
		return false
	}
	if _, unknown := errors.AsType[*UnknownOutcomeError](err); unknown {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return lostCode(pg.Code)
	}
	if errors.Is(err, ErrBusy) {
		return true
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	_, path := errors.AsType[*fs.PathError](err)
	return connect || network || path || pgconn.SafeToRetry(err) || errors.Is(err, net.ErrClosed) || isEOF(err)
}

// lostCode: connection exceptions (08), operator intervention (57P), too many connections, out of disk or memory.
func lostCode(code string) bool {
	return len(code) == 5 && (code[:2] == "08" || code[:3] == "57P" || code == "53300" || code == "53100" || code == "53200")
}

func isEOF(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
