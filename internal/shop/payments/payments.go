package payments

import (
	"strings"
	"time"
	"unicode/utf8"

	"floresya/internal/event"
	"floresya/internal/postgres"
)

// Config tunes payments. The zero value means the defaults.
type Config struct {
	// Hold is how long a new hold after a rejected proof lasts when the setting payment_hold_hours says nothing. Default 24 h.
	Hold time.Duration
	// Poke is called after each commit that an order's saga, or the mail, should hear of. Default: nobody.
	Poke func()
}

// Payments is the shop's cash desk. Safe for concurrent use.
type Payments struct {
	db        *postgres.DB
	log       *event.Log
	cfg       Config
	ids       *postgres.Sequence
	methodIDs *postgres.Sequence
}

// New makes Payments over db.
func New(db *postgres.DB, log *event.Log, cfg Config) *Payments {
	if cfg.Hold == 0 {
		cfg.Hold = 24 * time.Hour
	}
	if cfg.Poke == nil {
		cfg.Poke = func() {}
	}
	return &Payments{
		db: db, log: log, cfg: cfg,
		ids:       postgres.NewSequence(db, "payments_id_seq", 32),
		methodIDs: postgres.NewSequence(db, "payment_methods_id_seq", 1),
	}
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// clean says that PostgreSQL can keep the text.
func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// line says that the text is one line of printable characters.
func line(s string) bool {
	return clean(s) && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 }) < 0
}
