package identity

import (
	"crypto/sha256"
	"sync"
	"time"

	"floresya/internal/fault"
)

// rule says how attempts slow down: so many failures are free, then each doubles the wait up to a cap.
type rule struct {
	free int
	most time.Duration
}

var (
	perAccount = rule{free: 5, most: time.Minute}
	// Many people share the address of a phone network.
	perAddress = rule{free: 20, most: 15 * time.Minute}
)

const (
	forget     = time.Hour // a record without failures since is gone
	trustFor   = 30 * 24 * time.Hour
	maxRecords = 50_000
)

func (r rule) wait(failures int) time.Duration {
	over := failures - r.free
	if over < 0 {
		return 0
	}
	return min(time.Second<<min(over, 20), r.most)
}

// throttle counts failed attempts. Keys are digests, so that it keeps no e-mail.
type throttle struct {
	mu       sync.Mutex
	failures bounded[digest, record]
	trusted  bounded[digest, time.Time] // account and address that signed in together, until when
}

type (
	digest [16]byte
	record struct {
		failures int
		last     time.Time
		until    time.Time
	}
)

func newThrottle() *throttle {
	return &throttle{
		failures: newBounded[digest](maxRecords, func(a, b record) bool { return a.until.Before(b.until) }),
		trusted:  newBounded[digest](maxRecords, func(a, b time.Time) bool { return a.Before(b) }),
	}
}

func digestOf(kind, a, b string) digest {
	sum := sha256.Sum256([]byte(kind + "\x00" + a + "\x00" + b))
	return digest(sum[:16])
}

// check refuses an attempt that comes too early.
func (t *throttle) check(account, address string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	until := t.failures.entries[digestOf("address", address, "")].until
	if !t.trusted.entries[digestOf("pair", account, address)].After(now) {
		if u := t.failures.entries[digestOf("account", account, "")].until; u.After(until) {
			until = u
		}
	}
	if !until.After(now) {
		return nil
	}
	f := fault.New(fault.Limited, "too_many_attempts", "Demasiados intentos. Espera %s y vuelve a probar.", spoken(until.Sub(now)))
	f.RetryAfter = until.Sub(now)
	return f
}

// failed counts one more.
func (t *throttle) failed(account, address string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.countLocked(digestOf("account", account, ""), perAccount, now)
	t.countLocked(digestOf("address", address, ""), perAddress, now)
}

func (t *throttle) countLocked(key digest, rule rule, now time.Time) {
	r := t.failures.entries[key]
	if now.Sub(r.last) > forget {
		r = record{}
	}
	r.failures++
	r.last, r.until = now, now.Add(rule.wait(r.failures))
	t.failures.put(key, r)
}

// succeeded clears the account, and trusts the address with it from now on. The address keeps its count: who guesses at
// many accounts may own one of them.
func (t *throttle) succeeded(account, address string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.failures.entries, digestOf("account", account, ""))
	t.trusted.put(digestOf("pair", account, address), now.Add(trustFor))
}

// spoken is a wait as people say it, rounded up.
func spoken(d time.Duration) string {
	if d <= 90*time.Second {
		return plural(int((d+time.Second-1)/time.Second), "segundo")
	}
	return plural(int((d+time.Minute-1)/time.Minute), "minuto")
}
