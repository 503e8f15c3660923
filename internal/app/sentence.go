package app

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// unreachable says in one line why a database did not answer; other errors stay. pgconn keeps passwords out.
func unreachable(err error) error {
	refused, ok := errors.AsType[*pgconn.ConnectError](err)
	if !ok {
		return err
	}
	where := refused.Config.Host
	if refused.Config.Port != 0 && !strings.HasPrefix(where, "/") {
		where = fmt.Sprintf("%s:%d", where, refused.Config.Port)
	}
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("the database at %s refuses: %s", where, said.Message)
	}
	return fmt.Errorf("the database at %s cannot be reached: %s", where, lastLine(refused.Unwrap()))
}

func lastLine(err error) string {
	if err == nil {
		return "no reason given"
	}
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
