package identity_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/security/identity"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// cheap hashes fast; what it costs is not what these tests are about.
var cheap = identity.Cost{Memory: 64, Passes: 1, Lanes: 1}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 16, 31, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type house struct {
	*identity.Identity
	db    *postgres.DB
	log   *event.Log
	clock *clock
}

func open(t testing.TB, dsn string, cfg identity.Config) house {
	t.Helper()
	db, err := postgres.Open(context.Background(), postgres.Config{URL: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(identity.Events())
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	log := event.NewLog(db, registry, c.Now)
	if cfg.Hash == (identity.Cost{}) {
		cfg.Hash = cheap
	}
	cfg.Now = c.Now
	i, err := identity.New(db, log, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return house{i, db, log, c}
}

const (
	rosa   = "rosalba@floresya.example"
	secret = "Orquídea-1948"
)

// withRosa is a house with one admin.
func withRosa(t testing.TB) house {
	t.Helper()
	h := open(t, pgtest.URL(t), identity.Config{})
	if _, err := h.EnsureAdmin(t.Context(), rosa, secret); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h house) login(t testing.TB) string {
	t.Helper()
	token, _, err := h.Login(t.Context(), rosa, secret, identity.Client{Address: "10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// wire stands between a program and its PostgreSQL and can be cut.
type wire struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	cut   bool
	hang  chan struct{} // closed when nothing goes through any more
	conns []net.Conn
	work  sync.WaitGroup
}

// newWire returns a wire to dsn's server and the URL that leads through it.
func newWire(t testing.TB, dsn string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "fywire-") // not TempDir: a socket path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	const socket = ".s.PGSQL.5432"
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, hang: make(chan struct{}), target: filepath.Join(u.Query().Get("host"), socket)}
	w.work.Go(w.accept)
	t.Cleanup(func() { w.listener.Close(); w.Cut(true); w.work.Wait() })
	q := u.Query()
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	return w, u.String()
}

func (w *wire) accept() {
	for {
		from, err := w.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("unix", w.target)
		if err != nil || !w.join(from, to) {
			from.Close()
			continue
		}
		w.work.Go(func() { io.Copy(to, from); to.Close() })
		w.work.Go(func() { io.Copy(drain{from, w.hang}, to); from.Close() })
	}
}

func (w *wire) join(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		for _, c := range conns {
			c.Close()
		}
		return false
	}
	w.conns = append(w.conns, conns...)
	return true
}

// drain passes on what it gets until it hangs: then it swallows.
type drain struct {
	to   io.Writer
	hang chan struct{}
}

func (d drain) Write(b []byte) (int, error) {
	select {
	case <-d.hang:
		return len(b), nil
	default:
		return d.to.Write(b)
	}
}

// Hang leaves all connections standing, but no answer comes any more.
func (w *wire) Hang() { close(w.hang) }

// Cut breaks all connections and refuses new ones, or mends the wire.
func (w *wire) Cut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}
