package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"floresya/internal/fault"
	"floresya/internal/postgres"
)

// How long a database that hangs may keep people waiting, and for how long after that the sessions in memory are not asked
// about again.
const (
	confirmLimit = time.Second
	loginLimit   = 3 * time.Second
	awayPause    = 5 * time.Second
)

// Client is what is known of the browser or program that signs in.
type Client struct {
	Address   string // its network address, for the throttle only
	UserAgent string
}

// A caller of the sign-in gets no deeper look at why.
func errWrong() *fault.Error {
	return fault.New(fault.Unauthenticated, "wrong_credentials", "El correo o la contraseña no coinciden.")
}

func errAway(err error) *fault.Error {
	f := fault.New(fault.Unavailable, "database_away", "Ahora mismo no podemos comprobar quién eres. Inténtalo de nuevo en un momento.")
	f.RetryAfter = 5 * time.Second
	return f.Because(err)
}

// account is what the sign-in reads of a user.
type account struct {
	principal Principal
	password  string
}

// Login checks an e-mail and a password and begins a session. The token is for the browser only; it is stored nowhere.
func (i *Identity) Login(ctx context.Context, email, password string, client Client) (token string, p *Principal, err error) {
	plain := utf8.ValidString(email) && !strings.ContainsFunc(email, unicode.IsControl)
	email = foldEmail(email)
	var c fault.Checker
	c.Check(plain && email != "" && len(email) <= MaxEmail, "email", "Escribe tu correo.")
	c.Check(password != "" && len(password) <= 4*MaxPassword && utf8.ValidString(password), "password", "Escribe tu contraseña.")
	if err := c.Err(); err != nil {
		return "", nil, err
	}
	a, err := i.prove(ctx, email, password, client)
	if err != nil {
		return "", nil, err
	}
	return i.begin(ctx, a, client)
}

// prove answers who it is. The throttle is asked again once there is a place to hash in: what waited there together may
// not guess together.
func (i *Identity) prove(ctx context.Context, email, password string, client Client) (*account, error) {
	if err := i.throttle.check(email, client.Address, i.now()); err != nil {
		return nil, err
	}
	a, err := i.account(ctx, email)
	if err != nil {
		return nil, err
	}
	stored := i.hasher.nobody
	if a != nil {
		if stored, err = parsePHC(a.password); err != nil {
			return nil, fmt.Errorf("user %d: %w", a.principal.UserID, err)
		}
	}
	leave, err := i.hasher.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := i.throttle.check(email, client.Address, i.now()); err != nil {
		return nil, err
	}
	if right := stored.matches(password); !right || a == nil {
		i.throttle.failed(email, client.Address, i.now())
		return nil, errWrong()
	}
	i.throttle.succeeded(email, client.Address, i.now())
	if stored.cost != i.cfg.Hash {
		a.password = newPHC(password, i.cfg.Hash).String()
	} else {
		a.password = ""
	}
	return a, nil
}

const selectAccount = `
	select u.id, u.role::text, p.email, p.name, c.password
	from personal p join users u on u.personal_id = p.id join credentials c on c.user_id = u.id
	where lower(p.email) = $1 and p.kind = 'user' and p.erased_at is null and u.active`

// account is nil for an e-mail that nobody has.
func (i *Identity) account(ctx context.Context, email string) (*account, error) {
	var a account
	p := &a.principal
	limited, cancel := context.WithTimeoutCause(ctx, loginLimit, errors.New("the database did not answer a sign-in in time"))
	defer cancel()
	err := i.db.Reader().QueryRow(limited, selectAccount, email).Scan(&p.UserID, &p.Role, &p.Email, &p.Name, &a.password)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case unreachable(ctx, err):
		return nil, errAway(err)
	case err != nil:
		return nil, fmt.Errorf("look up an account: %w", err)
	}
	return &a, nil
}

// begin stores a new session, and with it a password hash of the present cost if that has changed.
func (i *Identity) begin(ctx context.Context, a *account, client Client) (string, *Principal, error) {
	token, now := newToken(), i.now()
	hash, _ := hashToken(token)
	epoch := i.live.find(hash).epoch
	agent := strings.ToValidUTF8(strings.ReplaceAll(client.UserAgent, "\x00", ""), "")
	if len(agent) > 255 {
		agent = strings.ToValidUTF8(agent[:255], "")
	}
	b := &pgx.Batch{}
	b.Queue(`delete from sessions where expires_at <= $1`, now)
	b.Queue(`insert into sessions (token_hash, user_id, created_at, expires_at, user_agent) values ($1, $2, $3, $4, $5)`,
		hash[:], a.principal.UserID, now, now.Add(i.cfg.SessionLifetime), agent)
	if a.password != "" {
		b.Queue(`update credentials set password = $2, updated_at = $3 where user_id = $1`, a.principal.UserID, a.password, now)
	}
	limited, cancel := context.WithTimeoutCause(ctx, loginLimit, errors.New("the database did not begin a session in time"))
	defer cancel()
	err := i.db.InTx(limited, postgres.General, func(ctx context.Context, tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
	if unreachable(ctx, err) {
		return "", nil, errAway(err)
	}
	if err != nil {
		return "", nil, fmt.Errorf("begin a session: %w", err)
	}
	i.live.keep(hash, session{a.principal, now.Add(i.cfg.SessionLifetime), now}, epoch)
	return token, &a.principal, nil
}

// Logout ends a session here at once and in the database. While that is away the session is dead in this process, and
// the fault says that it may live on elsewhere. An unknown token is no error.
func (i *Identity) Logout(ctx context.Context, token string) error {
	hash, ok := hashToken(token)
	if !ok {
		return nil
	}
	i.live.end(hash, i.now())
	return i.erase(ctx, hash)
}

func (i *Identity) erase(ctx context.Context, hash tokenHash) error {
	limited, cancel := context.WithTimeoutCause(ctx, loginLimit, errors.New("the database did not end a session in time"))
	defer cancel()
	_, err := i.db.Reader().Exec(limited, `delete from sessions where token_hash = $1`, hash[:])
	if unreachable(ctx, err) {
		return errAway(err)
	}
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Resolve is who a token belongs to: from memory if the database has confirmed it lately, else from the database, which
// also puts its end off. Faults: session_unknown when nobody has it (any more); database_away when that cannot be known.
func (i *Identity) Resolve(ctx context.Context, token string) (*Principal, error) {
	hash, ok := hashToken(token)
	if !ok {
		return nil, errUnknown()
	}
	now, s := i.now(), i.live.find(hash)
	if s.ended {
		return nil, errUnknown()
	}
	age := now.Sub(s.session.confirmed)
	if s.known && age < i.cfg.Recheck && s.session.expires.After(now) {
		return s.session.clone(), nil
	}
	offline := s.known && age < i.cfg.Offline && s.session.expires.After(now)
	if offline && i.away.Load() > now.UnixMicro() {
		return s.session.clone(), nil
	}
	fresh, err := i.confirm(ctx, hash, now)
	switch {
	case err == nil:
		i.live.keep(hash, *fresh, s.epoch)
		return fresh.clone(), nil
	case errors.Is(err, pgx.ErrNoRows):
		i.live.end(hash, now)
		return nil, errUnknown()
	case !unreachable(ctx, err):
		return nil, fmt.Errorf("look up a session: %w", err)
	}
	i.away.Store(now.Add(awayPause).UnixMicro())
	if offline {
		return s.session.clone(), nil
	}
	return nil, errAway(err)
}

// unreachable reports whether err says that the database is away, or that it did not answer within a limit of ours: the
// caller himself is still there.
func unreachable(ctx context.Context, err error) bool {
	return postgres.Lost(err) || errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
}

func errUnknown() *fault.Error {
	return fault.New(fault.Unauthenticated, "session_unknown", "Tu sesión terminó. Entra de nuevo.")
}

func (s session) clone() *Principal { return &s.principal }

// confirmSession writes the new end at most once an hour: most confirmations only read.
const (
	confirmSession = `
	select u.id, u.role::text, p.email, p.name, s.expires_at
	from sessions s join users u on u.id = s.user_id join personal p on p.id = u.personal_id
	where s.token_hash = $1 and s.expires_at > $2 and u.active`
	extendSession = `update sessions set expires_at = $2 where token_hash = $1`
)

func (i *Identity) confirm(ctx context.Context, hash tokenHash, now time.Time) (*session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, confirmLimit, errors.New("the database did not confirm a session in time"))
	defer cancel()
	s := &session{confirmed: now}
	p := &s.principal
	row := i.db.Reader().QueryRow(ctx, confirmSession, hash[:], now)
	if err := row.Scan(&p.UserID, &p.Role, &p.Email, &p.Name, &s.expires); err != nil {
		return nil, err
	}
	end := now.Add(i.cfg.SessionLifetime)
	if end.Sub(s.expires) < time.Hour {
		return s, nil
	}
	if _, err := i.db.Reader().Exec(ctx, extendSession, hash[:], end); err != nil {
		return nil, err
	}
	s.expires = end
	return s, nil
}
