package payments

import (
	"strings"
	"unicode/utf8"

	"floresya/internal/event"
	"floresya/internal/postgres"
)

// Payments is the shop's cash desk. Safe for concurrent use.
type Payments struct {
	db        *postgres.DB
	log       *event.Log
	ids       *postgres.Sequence
	methodIDs *postgres.Sequence
}

// New makes Payments over db.
func New(db *postgres.DB, log *event.Log) *Payments {
	return &Payments{
		db: db, log: log,
		ids:       postgres.NewSequence(db, "payments_id_seq", 32),
		methodIDs: postgres.NewSequence(db, "payment_methods_id_seq", 1),
	}
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// clean says that PostgreSQL can keep the text and a line of it stays one line of it.
func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
