package web

import (
	"hash/maphash"
	"net/http"
	"strconv"
	"sync"
	"time"

	"floresya/internal/fault"
)

// Limits are requests per minute and actor. The zero value means the defaults.
type Limits struct {
	Read  int // default 1200: the legacy home page makes 20 calls
	Write int // default 300
	Order int // placing orders, confirming payments; default 20
	Login int // default 10
	// Address is how many times more an address may send than one actor. Default 10: carriers put many customers behind
	// one address.
	Address int
	// Buckets is how many actors and addresses are remembered. Default 65536, about 4 MB.
	Buckets int
	// Off switches all limits off, for measurements.
	Off bool
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *int
		value int
	}{{&l.Read, 1200}, {&l.Write, 300}, {&l.Order, 20}, {&l.Login, 10}, {&l.Address, 10}, {&l.Buckets, 1 << 16}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return l
}

func (l Limits) perMinute(c Class) int {
	return [classes]int{ClassRead: l.Read, ClassWrite: l.Write, ClassOrder: l.Order, ClassLogin: l.Login, classRepeat: 1}[c]
}

func (c Class) String() string {
	return [classes]string{"default", "read", "write", "order", "login", "repeat"}[c]
}

const shards = 16

// limiter counts requests by the generic cell rate algorithm: of each bucket it knows only the time at which it would be
// empty again. A full minute's worth may come at once.
type limiter struct {
	limits Limits
	seed   maphash.Seed
	shards [shards]struct {
		mu    sync.Mutex
		empty map[uint64]int64 // unix nanoseconds
	}
}

func newLimiter(l Limits) *limiter {
	li := &limiter{limits: l.withDefaults(), seed: maphash.MakeSeed()}
	for i := range li.shards {
		li.shards[i].empty = map[uint64]int64{}
	}
	return li
}

// quota is what a bucket answered.
type quota struct {
	class     Class
	limit     int
	remaining int
	reset     time.Time // when the bucket is empty again
	wait      time.Duration
	ok        bool
}

// take takes one request out of the bucket of class and key. An address's bucket is wider.
func (li *limiter) take(class Class, key string, address bool, now time.Time) quota {
	limit := li.limits.perMinute(class)
	if address {
		limit *= li.limits.Address
	}
	var h maphash.Hash
	h.SetSeed(li.seed)
	_ = h.WriteByte(byte(class))
	_, _ = h.WriteString(key)
	sum := h.Sum64()
	shard := &li.shards[sum%shards]
	interval := int64(time.Minute) / int64(limit)
	at := now.UnixNano()

	shard.mu.Lock()
	defer shard.mu.Unlock()
	empty, known := shard.empty[sum]
	empty = max(empty, at)
	q := quota{class: class, limit: limit}
	if free := int64(time.Minute) - (empty - at); free >= interval {
		if !known && len(shard.empty) >= li.limits.Buckets/shards {
			forget(shard.empty, at)
		}
		empty += interval
		shard.empty[sum] = empty
		q.ok, q.remaining = true, int((free-interval)/interval)
	} else {
		q.wait = time.Duration(interval - free)
	}
	q.reset = time.Unix(0, empty)
	return q
}

// forget makes room: of a handful of buckets in the map's random order, all empty ones, else the one that is empty first.
func forget(buckets map[uint64]int64, now int64) {
	var (
		first     uint64
		firstTime int64
		looked    int
		freed     bool
	)
	for key, empty := range buckets {
		if empty <= now {
			delete(buckets, key)
			freed = true
		} else if firstTime == 0 || empty < firstTime {
			first, firstTime = key, empty
		}
		if looked++; looked == 32 {
			break
		}
	}
	if !freed {
		delete(buckets, first)
	}
}

// write tells the caller where he stands, as the contract names it.
func (q quota) write(h http.Header) {
	h["X-Ratelimit-Limit"] = []string{strconv.Itoa(q.limit)}
	h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(q.remaining)}
	h["X-Ratelimit-Reset"] = []string{q.reset.UTC().Format(time.RFC3339)}
	h["X-Ratelimit-Type"] = []string{q.class.String()}
}

func (q quota) fault() error {
	f := fault.New(fault.Limited, "rate_limited", "Demasiadas solicitudes. Espera un momento e inténtalo de nuevo.")
	f.RetryAfter = q.wait
	return f.With("limit", q.limit).With("remaining", 0).With("type", q.class.String())
}
