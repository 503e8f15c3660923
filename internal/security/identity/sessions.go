package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"sync"
	"time"
)

// tokenBytes is the entropy of a session token.
const tokenBytes = 32

type tokenHash [sha256.Size]byte

func newToken() string {
	b := make([]byte, tokenBytes)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashToken is what the table knows of a token; ok is false for what was never one.
func hashToken(token string) (hash tokenHash, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenBytes {
		return tokenHash{}, false
	}
	return sha256.Sum256(b), true
}

// session is the database's word about a token, and when it was given.
type session struct {
	principal Principal
	expires   time.Time
	confirmed time.Time
}

// live keeps sessions in memory, bounded, and remembers which have ended, so that a slow answer about one cannot bring it
// back. For the same reason what was asked before a user's sessions ended (another epoch) is not kept.
type live struct {
	mu       sync.Mutex
	epoch    int
	sessions bounded[tokenHash, session]
	ended    bounded[tokenHash, time.Time]
}

func newLive(limit int) *live {
	return &live{
		sessions: newBounded[tokenHash](limit, func(a, b session) bool { return a.confirmed.Before(b.confirmed) }),
		ended:    newBounded[tokenHash](limit, func(a, b time.Time) bool { return a.Before(b) }),
	}
}

// state is what memory knows of a token.
type state struct {
	session      session
	known, ended bool
	epoch        int
}

func (l *live) find(hash tokenHash) (s state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, s.ended = l.ended.entries[hash]
	s.session, s.known = l.sessions.entries[hash]
	s.epoch = l.epoch
	return s
}

// keep stores what was asked in epoch, unless it may be out of date by now.
func (l *live) keep(hash tokenHash, s session, epoch int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ended := l.ended.entries[hash]; !ended && epoch == l.epoch {
		l.sessions.put(hash, s)
	}
}

func (l *live) end(hash tokenHash, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.sessions.entries, hash)
	l.ended.put(hash, now)
}

// forgetUser drops what is known of a user's sessions; the database is asked again.
func (l *live) forgetUser(user int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	for hash, s := range l.sessions.entries {
		if s.principal.UserID == user {
			delete(l.sessions.entries, hash)
		}
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
