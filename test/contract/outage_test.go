package contract

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

	"floresya/internal/postgres/pgtest"
)

// line stands between the shop and PostgreSQL and can be cut: then its socket is gone, as that of a stopped server.
type line struct {
	server, socket string

	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
	serving  sync.WaitGroup
}

// newLine is a line to a database and the URL that leads over it.
func newLine(t *testing.T, database string) (*line, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	name := ".s.PGSQL.5432"
	if port := query.Get("port"); port != "" {
		name = ".s.PGSQL." + port
	}
	dir, err := os.MkdirTemp("", "line") // not TempDir: a socket path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l := &line{server: filepath.Join(query.Get("host"), name), socket: filepath.Join(dir, name), open: map[net.Conn]bool{}}
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	l.mend(t)
	t.Cleanup(l.cut)
	return l, u.String()
}

func (l *line) mend(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", l.socket)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	l.listener = listener
	l.mu.Unlock()
	l.serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).DialContext(context.Background(), "unix", l.server)
			if err != nil {
				_ = client.Close()
				continue
			}
			l.join(client, server)
		}
	})
}

func (l *line) join(a, b net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for from, to := range map[net.Conn]net.Conn{a: b, b: a} {
		l.open[from] = true
		l.serving.Go(func() {
			_, _ = io.Copy(to, from)
			_ = to.Close()
		})
	}
}

func (l *line) cut() {
	l.mu.Lock()
	_ = l.listener.Close()
	for c := range l.open {
		_ = c.Close()
	}
	clear(l.open)
	l.mu.Unlock()
	l.serving.Wait()
}

func TestWithoutPostgreSQLTheShopSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	l, database := newLine(t, pgtest.URL(t))
	s := start(t, map[string]string{"FLORESYA_DATABASE_URL": database})
	guest, admin := s.guest(t), s.admin(t)
	order := guest.bouquet(1, 1, false)
	placed := guest.post("/api/orders", order, "Idempotency-Key", "before").want(201)

	l.cut()
	for range 2 { // connections that were open, and those that cannot be opened
		for _, a := range []*answer{guest.get("/api/products"), guest.get("/api/products/1"), guest.get("/api/settings/public"),
			guest.post("/api/orders", order), guest.post("/api/orders", order, "Idempotency-Key", "before"),
			admin.patch("/api/products/1/stock", object{"quantity": 9}), s.guest(t).post("/api/auth/login", object{"email": "x@y.co", "password": "x"})} {
			if a.want(503); a.header.Get("Retry-After") == "" || a.field("details") != nil {
				t.Errorf("%s: Retry-After %q, %s", a.what, a.header.Get("Retry-After"), a.content)
			}
		}
	}
	admin.get("/api/auth/me").want(200) // sessions outlast the database
	if live, ready := guest.get("/healthz"), guest.get("/readyz"); live.status != 200 || ready.status != 503 || ready.header.Get("Retry-After") == "" {
		t.Errorf("healthz %d, readyz %d", live.status, ready.status)
	}
	guest.get("/health").want(200)

	l.mend(t)
	deadline := time.Now().Add(20 * time.Second)
	for guest.get("/readyz").status != 200 {
		if time.Now().After(deadline) {
			t.Fatal("the shop is not ready twenty seconds after the database came back")
		}
	}
	guest.get("/api/products").want(200)
	if again := guest.post("/api/orders", order, "Idempotency-Key", "before").want(201); again.id() != placed.id() {
		t.Errorf("the same request made order %d beside %d", again.id(), placed.id())
	}
	guest.post("/api/orders", order).want(201)
	admin.patch("/api/products/1/stock", object{"quantity": 9}).want(200)
}
