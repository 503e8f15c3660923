package identity

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
)

// UserCreated says that somebody got an account. Who it is stands in `personal`.
type UserCreated struct {
	UserID     int       `json:"user_id"`
	PersonalID uuid.UUID `json:"personal_id"`
	Role       string    `json:"role"`
}

// UserChanged says what a user is from now on.
type UserChanged struct {
	UserID        int    `json:"user_id"`
	Role          string `json:"role"`
	Active        bool   `json:"active"`
	EmailVerified bool   `json:"email_verified"`
}

// PasswordSet says that a user has a new password. The hash stands in `credentials`.
type PasswordSet struct {
	UserID int `json:"user_id"`
}

// Events are the event types of this package.
func Events() []event.Def {
	return []event.Def{
		event.On("users.created", 1, applyCreated),
		event.On("users.changed", 1, applyChanged),
		event.On("users.password_set", 1, applyPasswordSet),
	}
}

func stream(user int) string { return "user-" + strconv.Itoa(user) }

const insertUsers = `
	insert into users (id, personal_id, role, version, created_at, updated_at)
	select id, personal_id, role::user_role, version, at, at
	from unnest($1::int[], $2::uuid[], $3::text[], $4::int[], $5::timestamptz[]) as t (id, personal_id, role, version, at)`

func applyCreated(b *pgx.Batch, run []event.Of[UserCreated]) {
	n := len(run)
	ids, persons, roles := make([]int, n), make([]uuid.UUID, n), make([]string, n)
	versions, ats := make([]int, n), make([]time.Time, n)
	for i, e := range run {
		ids[i], persons[i], roles[i], versions[i], ats[i] = e.Data.UserID, e.Data.PersonalID, e.Data.Role, e.Version, e.At
	}
	b.Queue(insertUsers, ids, persons, roles, versions, ats)
}

// One event per user and statement: within a run the last of a user wins.
const updateUsers = `
	update users set role = t.role::user_role, active = t.active, email_verified = t.verified, version = t.version, updated_at = t.at
	from (
		select distinct on (id) * from unnest($1::int[], $2::text[], $3::bool[], $4::bool[], $5::int[], $6::timestamptz[])
			as t (id, role, active, verified, version, at)
		order by id, version desc
	) t
	where users.id = t.id`

func applyChanged(b *pgx.Batch, run []event.Of[UserChanged]) {
	n := len(run)
	ids, roles, actives, verified := make([]int, n), make([]string, n), make([]bool, n), make([]bool, n)
	versions, ats := make([]int, n), make([]time.Time, n)
	for i, e := range run {
		ids[i], roles[i], actives[i], verified[i] = e.Data.UserID, e.Data.Role, e.Data.Active, e.Data.EmailVerified
		versions[i], ats[i] = e.Version, e.At
	}
	b.Queue(updateUsers, ids, roles, actives, verified, versions, ats)
}

const touchUsers = `
	update users set version = t.version, updated_at = t.at
	from (
		select distinct on (id) * from unnest($1::int[], $2::int[], $3::timestamptz[]) as t (id, version, at)
		order by id, version desc
	) t
	where users.id = t.id`

func applyPasswordSet(b *pgx.Batch, run []event.Of[PasswordSet]) {
	n := len(run)
	ids, versions, ats := make([]int, n), make([]int, n), make([]time.Time, n)
	for i, e := range run {
		ids[i], versions[i], ats[i] = e.Data.UserID, e.Version, e.At
	}
	b.Queue(touchUsers, ids, versions, ats)
}
