package identity

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"floresya/internal/event"
	"floresya/internal/postgres"
)

// Config tunes Identity. The zero value means the defaults.
type Config struct {
	// SessionLifetime ends a session that nobody uses. Default 24 h; 1 h or more.
	SessionLifetime time.Duration
	// Recheck is how old the database's word about a session may be while it answers. Default 30 s.
	Recheck time.Duration
	// Offline is how long a session goes on without a word from the database. Default 15 min.
	Offline time.Duration
	// MaxSessions bounds the sessions kept in memory; those that are not are looked up. Default 10,000.
	MaxSessions int
	// HashConcurrency bounds how many passwords are hashed at once. Default 2.
	HashConcurrency int
	// HashQueue bounds how many wait for that, at most 5 s. Default 64.
	HashQueue int
	// Hash is the cost of new password hashes; old ones are renewed at the next sign-in. Default: OWASP's minimum.
	Hash Cost
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() (Config, error) {
	fill := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	fill(&c.SessionLifetime, 24*time.Hour)
	fill(&c.Recheck, 30*time.Second)
	fill(&c.Offline, 15*time.Minute)
	for n, to := range map[*int]int{&c.MaxSessions: 10_000, &c.HashConcurrency: 2, &c.HashQueue: 64} {
		if *n == 0 {
			*n = to
		}
	}
	if c.Hash == (Cost{}) {
		c.Hash = Cost{Memory: 19 << 10, Passes: 2, Lanes: 1}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	var errs []error
	if c.SessionLifetime < time.Hour {
		errs = append(errs, fmt.Errorf("identity: session lifetime %v: want 1h or more", c.SessionLifetime))
	}
	if c.Recheck < 0 || c.Offline < c.Recheck {
		errs = append(errs, fmt.Errorf("identity: offline time %v: want at least the recheck time %v", c.Offline, c.Recheck))
	}
	if c.MaxSessions < 1 || c.HashConcurrency < 1 || c.HashQueue < 1 {
		errs = append(errs, errors.New("identity: limits must be positive"))
	}
	if err := c.Hash.validate(); err != nil {
		errs = append(errs, fmt.Errorf("identity: %w", err))
	}
	return c, errors.Join(errs...)
}

// Identity signs people in and knows their sessions. Safe for concurrent use.
type Identity struct {
	cfg      Config
	db       *postgres.DB
	log      *event.Log
	ids      *postgres.Sequence
	hasher   *hasher
	throttle *throttle
	live     *live
	away     atomic.Int64 // until then (Unix µs) the database counts as away
}

// New makes an Identity over db, whose users change through log.
func New(db *postgres.DB, log *event.Log, cfg Config) (*Identity, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Identity{
		cfg:      cfg,
		db:       db,
		log:      log,
		ids:      postgres.NewSequence(db, "users_id_seq", 1),
		hasher:   newHasher(cfg.Hash, cfg.HashConcurrency, cfg.HashQueue),
		throttle: newThrottle(),
		live:     newLive(cfg.MaxSessions),
	}, nil
}

// Lifetime is how long an unused session lasts: the Max-Age of its cookie.
func (i *Identity) Lifetime() time.Duration { return i.cfg.SessionLifetime }

// now has the microseconds that PostgreSQL keeps.
func (i *Identity) now() time.Time { return i.cfg.Now().UTC().Truncate(time.Microsecond) }
