package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// NewUser is somebody who is to get an account. Role "" is RoleUser.
type NewUser struct {
	Email, Name, Phone string
	Role               string
	Password           string
}

func (u NewUser) check() error {
	var c fault.Checker
	checkEmail(&c, u.Email)
	checkPassword(&c, u.Password)
	c.Check(utf8.RuneCountInString(u.Name) <= MaxName && utf8.ValidString(u.Name), "full_name", "El nombre lleva hasta %d caracteres.", MaxName)
	c.Check(len(u.Phone) <= 50 && utf8.ValidString(u.Phone), "phone", "El teléfono lleva hasta 50 caracteres.")
	c.Check(u.Role == "" || u.Role == RoleUser || u.Role == RoleAdmin, "role", "El rol es user o admin.")
	return c.Err()
}

// Create makes an account and returns its id. An e-mail that somebody has is a Conflict, email_taken.
func (i *Identity) Create(ctx context.Context, u NewUser) (int, error) {
	u.Email, u.Name = strings.TrimSpace(u.Email), strings.TrimSpace(u.Name)
	if err := u.check(); err != nil {
		return 0, err
	}
	return i.create(ctx, u, func(context.Context, pgx.Tx) (bool, error) { return true, nil })
}

// create stores u if the condition holds within the transaction; else the id is 0.
func (i *Identity) create(ctx context.Context, u NewUser, condition func(context.Context, pgx.Tx) (bool, error)) (int, error) {
	if u.Role == "" {
		u.Role = RoleUser
	}
	hash, err := i.hash(ctx, u.Password)
	if err != nil {
		return 0, err
	}
	ids, err := i.ids.Next(ctx, 1)
	if err != nil {
		return 0, err
	}
	id := 0
	err = i.db.InTx(ctx, postgres.General, func(ctx context.Context, ptx pgx.Tx) error {
		id = 0
		if ok, err := condition(ctx, ptx); err != nil || !ok {
			return err
		}
		id = ids[0]
		return i.insert(ctx, &event.Tx{Tx: ptx, Now: i.log.Now(), Meta: event.MetaOf(ctx)}, id, u, hash)
	})
	if postgres.Constraint(err) == "personal_user_email" {
		return 0, fault.New(fault.Conflict, "email_taken", "Ya hay una cuenta con ese correo.").Because(err)
	}
	if err != nil {
		return 0, fmt.Errorf("create a user: %w", err)
	}
	return id, nil
}

// insert writes the person before the event, whose row refers to it, and the secret after it.
func (i *Identity) insert(ctx context.Context, tx *event.Tx, id int, u NewUser, hash string) error {
	person := uuid.Must(uuid.NewV7())
	_, err := tx.Exec(ctx, `insert into personal (id, kind, name, email, phone, created_at) values ($1, 'user', $2, $3, $4, $5)`,
		person, u.Name, u.Email, u.Phone, tx.Now)
	if err != nil {
		return err
	}
	created := &UserCreated{UserID: id, PersonalID: person, Role: u.Role}
	if _, err := i.log.Append(ctx, tx, []event.New{{Stream: stream(id), Version: 1, Payload: created}}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into credentials (user_id, password, updated_at) values ($1, $2, $3)`, id, hash, tx.Now)
	return err
}

func (i *Identity) hash(ctx context.Context, password string) (string, error) {
	leave, err := i.hasher.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return newPHC(password, i.cfg.Hash).String(), nil
}

// Change says what is to be different about a user; nil stays as it is.
type Change struct {
	Role          *string
	Active        *bool
	EmailVerified *bool
}

type userRow struct {
	UserChanged
	version int
}

func lockUser(ctx context.Context, tx pgx.Tx, id int) (*userRow, error) {
	u := &userRow{UserChanged: UserChanged{UserID: id}}
	err := tx.QueryRow(ctx, `select role::text, active, email_verified, version from users where id = $1 for no key update`, id).
		Scan(&u.Role, &u.Active, &u.EmailVerified, &u.version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.NotFoundf("User %d not found", id)
	}
	return u, err
}

// Change applies c. The last active admin stays one: Conflict, last_admin. A user who is deactivated loses his sessions.
func (i *Identity) Change(ctx context.Context, id int, c Change) error {
	if c.Role != nil && *c.Role != RoleUser && *c.Role != RoleAdmin {
		return fault.Invalidf("role", "El rol es user o admin.")
	}
	_, err := i.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		if err := lockAdmins(ctx, tx); err != nil {
			return nil, err
		}
		was, err := lockUser(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		is := was.UserChanged
		set(&is.Role, c.Role)
		set(&is.Active, c.Active)
		set(&is.EmailVerified, c.EmailVerified)
		if is == was.UserChanged {
			return nil, nil
		}
		if was.Role == RoleAdmin && was.Active && (is.Role != RoleAdmin || !is.Active) {
			if err := othersRule(ctx, tx, id); err != nil {
				return nil, err
			}
		}
		if !is.Active {
			if _, err := tx.Exec(ctx, `delete from sessions where user_id = $1`, id); err != nil {
				return nil, err
			}
		}
		return []event.New{{Stream: stream(id), Version: was.version + 1, Payload: &is}}, nil
	})
	i.live.forgetUser(id)
	return err
}

// DeactivatePerson ends the accounts of a person who is about to be forgotten, named by e-mail address or by the id of the
// personal row; nobody's is no error. The last active admin stays: Conflict, last_admin.
func (i *Identity) DeactivatePerson(ctx context.Context, person string) error {
	rows, err := i.db.Reader().Query(ctx, `
		select u.id from users u join personal p on p.id = u.personal_id
		where u.active and (lower(p.email) = lower($1) and p.email <> '' or p.id::text = lower($1))`, person)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	active := false
	for _, id := range ids {
		if err := i.Change(ctx, id, Change{Active: &active}); err != nil {
			return err
		}
	}
	return nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func othersRule(ctx context.Context, tx pgx.Tx, id int) error {
	var others int
	err := tx.QueryRow(ctx, `select count(*) from users where role = 'admin' and active and id <> $1`, id).Scan(&others)
	if err == nil && others == 0 {
		return fault.New(fault.Conflict, "last_admin", "Es la última cuenta de administración y no puede dejar de serlo.")
	}
	return err
}

// SetPassword gives a user a new password and ends all his sessions.
func (i *Identity) SetPassword(ctx context.Context, id int, password string) error {
	var c fault.Checker
	checkPassword(&c, password)
	if err := c.Err(); err != nil {
		return err
	}
	hash, err := i.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = i.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		u, err := lockUser(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		b := &pgx.Batch{}
		b.Queue(`update credentials set password = $2, updated_at = $3 where user_id = $1`, id, hash, tx.Now)
		b.Queue(`delete from sessions where user_id = $1`, id)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return nil, err
		}
		return []event.New{{Stream: stream(id), Version: u.version + 1, Payload: &PasswordSet{id}}}, nil
	})
	i.live.forgetUser(id)
	return err
}
