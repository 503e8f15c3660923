package identity

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
)

// DefaultAdmin is the first admin's e-mail when none is configured.
const DefaultAdmin = "admin@floresya.local"

// adminsLock is the advisory lock under which it is decided who is an admin.
const adminsLock = 0x61646d696e73

func lockAdmins(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, int64(adminsLock))
	return err
}

const anyAdmin = `select exists (select from users where role = 'admin' and active)`

// EnsureAdmin makes the first admin. With an admin there already, whoever that is, it changes nothing. Without a password
// it makes one and returns it, this once; email "" is DefaultAdmin. Several processes may call it at the same time: one
// of them creates the account.
func (i *Identity) EnsureAdmin(ctx context.Context, email, password string) (generated string, err error) {
	var exists bool
	if err := i.db.Reader().QueryRow(ctx, anyAdmin).Scan(&exists); err != nil {
		return "", fmt.Errorf("look for an admin: %w", err)
	}
	if exists {
		return "", nil
	}
	u := NewUser{Email: strings.TrimSpace(email), Name: "Administración", Role: RoleAdmin, Password: password}
	if u.Email == "" {
		u.Email = DefaultAdmin
	}
	if u.Password == "" {
		generated = generate()
		u.Password = generated
	}
	if err := u.check(); err != nil {
		return "", fmt.Errorf("the first admin's account: %w", fault.Of(err))
	}
	id, err := i.create(ctx, u, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		if err := lockAdmins(ctx, tx); err != nil {
			return false, err
		}
		err := tx.QueryRow(ctx, anyAdmin).Scan(&exists)
		return !exists, err
	})
	if err != nil || id == 0 {
		return "", err
	}
	return generated, nil
}
