package orders_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/orders"
)

// wire is a proxy before PostgreSQL that can cut every connection after some bytes in one direction.
type wire struct {
	dir  string // of the proxy's socket
	to   string // PostgreSQL's socket
	up   atomic.Int64
	down atomic.Int64

	mu    sync.Mutex
	conns []net.Conn
}

const endless = 1 << 60

func newWire(t *testing.T, databaseURL string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "cut")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	query := u.Query()
	port := query.Get("port")
	if port == "" {
		port = "5432"
	}
	socket := ".s.PGSQL." + port
	w := &wire{dir: dir, to: filepath.Join(query.Get("host"), socket)}
	w.mend()
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { w.join(client) })
		}
	})
	t.Cleanup(serving.Wait)
	t.Cleanup(w.cut)
	t.Cleanup(func() { listener.Close() })
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	return w, u.String()
}

func (w *wire) join(client net.Conn) {
	server, err := net.Dial("unix", w.to)
	if err != nil {
		client.Close()
		return
	}
	w.mu.Lock()
	w.conns = append(w.conns, client, server)
	w.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { w.copy(server, client, &w.up) })
	both.Go(func() { w.copy(client, server, &w.down) })
	both.Wait()
}

// copy passes bytes on until left of them are used up; then it cuts.
func (w *wire) copy(to, from net.Conn, left *atomic.Int64) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if rest := left.Add(-int64(n)) + int64(n); rest < int64(n) {
			to.Write(buffer[:max(rest, 0)])
			return
		}
		if _, werr := to.Write(buffer[:n]); werr != nil || err != nil {
			return
		}
	}
}

func (w *wire) mend() {
	w.up.Store(endless)
	w.down.Store(endless)
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// TestAnOrderSurvivesACutAnywhere cuts the connection to PostgreSQL after every so many bytes of a placing transaction, in
// both directions. Whatever the caller was told, a repeat under its key finds or places exactly one order.
func TestAnOrderSurvivesACutAnywhere(t *testing.T) {
	t.Parallel()
	direct := newShop(t, orders.Config{})
	if _, err := direct.pool.Exec(t.Context(), `update products set stock = 10000`); err != nil {
		t.Fatal(err)
	}
	w, cutURL := newWire(t, direct.url)
	s := shopOn(t, cutURL)
	used := func(of *atomic.Int64, n int) int64 { // by one order on warm connections
		w.mend()
		if _, err := s.Place(keyed(t, n), bouquet(1, 1)); err != nil {
			t.Fatal(err)
		}
		return endless - of.Load()
	}
	for n := range 4 { // each pool's connections are open and their statements prepared
		used(&w.up, -10+n)
	}
	placed := direct.count(t, `select count(*) from orders`)
	n := 0
	for _, direction := range []*atomic.Int64{&w.up, &w.down} {
		whole := used(direction, 1000+n)
		placed++
		for at := int64(0); at <= whole; at += max(whole/40, 1) {
			n++
			w.mend()
			direction.Store(at)
			receipt, err := s.Place(keyed(t, n), bouquet(1, 1))
			w.cut()
			w.mend()
			again, againErr := direct.Place(keyed(t, n), bouquet(1, 1))
			if againErr != nil {
				t.Fatalf("cut after %d bytes, then %v", at, againErr)
			}
			if err == nil && receipt.ID != again.ID {
				t.Errorf("cut after %d bytes: told order %d, the repeat says %d", at, receipt.ID, again.ID)
			}
			placed++
			if got := direct.count(t, `select count(*) from orders`); got != placed {
				t.Fatalf("cut after %d of %d bytes: %d orders, want %d", at, whole, got, placed)
			}
		}
	}
	if got := direct.count(t, `select 10000 - stock from products where id = 1`); got != placed {
		t.Errorf("%d pieces are gone for %d orders", got, placed)
	}
}

// keyed is a context under the n-th caller's key.
func keyed(t *testing.T, n int) context.Context {
	return idempotency.WithKey(t.Context(), idempotency.Key{Scope: "guest:1", Route: "POST", Key: fmt.Sprint(n), Fingerprint: []byte("a")})
}

// shopOn is another process of the shop on the same database.
func shopOn(t *testing.T, databaseURL string) *orders.Service {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: databaseURL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(orders.Events(), customers.Events(), delivery.Events())
	if err != nil {
		t.Fatal(err)
	}
	s := orders.New(db, event.NewLog(db, registry, time.Now), orders.Config{Committers: 1}, slog.New(slog.NewTextHandler(io.Discard, nil)),
		prometheus.NewRegistry(), func() {})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx, func() {}) })
	t.Cleanup(running.Wait)
	t.Cleanup(cancel)
	return s
}
