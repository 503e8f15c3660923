package crash

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"floresya/test/program"
)

// patience is how long a caller may wait to hear that the database is away.
const patience = 15 * time.Second

// TestADatabaseThatIsAwayIsSaidAndSurvived: API and pages answer 503 within seconds, nobody is signed out, and when it is back
// the shop goes on without having been started again.
func TestADatabaseThatIsAwayIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(*shop) (back func()){"hanging": (*shop).hang, "gone": (*shop).lose} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			admin, c := s.admin(), s.guest()
			admin.must(t, 200, "GET", "/oficina", nil)
			order := bouquet(c.price(t, 9), 9, 1, nil)
			placed := c.must(t, 201, "POST", "/api/orders", order).id()
			pid := s.process.PID()
			s.warm(admin)
			back := take(s)
			s.allUnavailable(t, []request{
				{c, "GET", "/api/products", nil}, {c, "GET", "/api/products/1", nil}, {c, "GET", "/api/occasions", nil},
				{c, "GET", "/api/settings/public", nil}, {c, "GET", fmt.Sprintf("/api/orders/%d", placed), nil},
				{c, "POST", "/api/orders", order}, {c, "PATCH", fmt.Sprintf("/api/orders/%d/cancel", placed), object{}},
				{c, "POST", fmt.Sprintf("/api/payments/%d/confirm", placed), object{"payment_method": "zelle", "reference_number": "12345"}},
				{c, "GET", "/readyz", nil}, {c, "GET", "/", nil}, {c, "GET", "/catalogo", nil}, {admin, "GET", "/oficina", nil},
				{admin, "GET", "/oficina/flores", nil}, {admin, "GET", "/api/orders", nil},
				{admin, "PATCH", "/api/products/9/stock", object{"quantity": 3}},
				{admin, "POST", fmt.Sprintf("/oficina/pedidos/%d/estado", placed), form{"estado": {"verified"}}},
			})
			c.must(t, 200, "GET", "/healthz", nil)
			back()
			s.ready()
			admin.must(t, 200, "GET", "/oficina", nil)
			if got := c.must(t, 200, "GET", fmt.Sprintf("/api/orders/%d", placed), nil).at("data.status"); got != "pending" {
				t.Errorf("what was answered with 503 was done: the order is %v", got)
			}
			c.must(t, 201, "POST", "/api/orders", order)
			if s.process.PID() != pid {
				t.Error("the shop was started again")
			}
			s.verify()
		})
	}
}

// warm uses many of the shop's connections to the database a moment before it goes away, so that they look sound.
func (s *shop) warm(admin *caller) {
	var asking sync.WaitGroup
	for range 24 {
		c := s.guest()
		maps.Copy(c.cookies, admin.cookies)
		asking.Go(func() {
			for _, path := range []string{"/", "/oficina", "/api/products"} {
				if a, err := c.try("GET", path, nil); err != nil || a.status != 200 {
					s.t.Errorf("GET %s: %v", path, err)
				}
			}
		})
	}
	asking.Wait()
}

type request struct {
	who          *caller
	method, path string
	body         any
}

// allUnavailable sends the requests at once; each must hear within patience that the shop is not available now.
func (s *shop) allUnavailable(t *testing.T, asks []request) {
	var asking sync.WaitGroup
	for _, ask := range asks {
		c := s.guest()
		maps.Copy(c.cookies, ask.who.cookies)
		asking.Go(func() {
			began := time.Now()
			a, err := c.try(ask.method, ask.path, ask.body)
			took := time.Since(began).Round(time.Millisecond)
			switch {
			case err != nil:
				t.Errorf("%s %s: after %v %v", ask.method, ask.path, took, err)
			case a.status != 503 || a.header.Get("Retry-After") == "":
				t.Errorf("%s %s: after %v got %d, Retry-After %q, want 503: %.300s", ask.method, ask.path, took, a.status,
					a.header.Get("Retry-After"), a.content)
			case took > patience:
				t.Errorf("%s %s: the answer took %v, want less than %v", ask.method, ask.path, took, patience)
			default:
				t.Logf("%s %s: %v", ask.method, ask.path, took)
			}
		})
	}
	asking.Wait()
}

// hang stops PostgreSQL and all its processes where they stand.
func (s *shop) hang() (back func()) {
	s.t.Helper()
	pids := append([]int{s.postgres()}, children(s.t, s.postgres())...)
	signal := func(sig syscall.Signal) {
		for _, pid := range pids {
			if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
				s.t.Error(err)
			}
		}
	}
	signal(syscall.SIGSTOP)
	done := false
	back = func() {
		if !done {
			done = true
			signal(syscall.SIGCONT)
		}
	}
	s.t.Cleanup(back) // before the process is stopped
	return back
}

// lose kills PostgreSQL and keeps it from starting again.
func (s *shop) lose() (back func()) {
	s.t.Helper()
	control := filepath.Join(s.data, "postgres", "global", "pg_control")
	if err := os.Rename(control, control+".away"); err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(s.postgres(), syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	c := s.guest()
	program.Eventually(s.t, "the shop says that it is not ready", func() bool {
		a, err := c.try("GET", "/readyz", nil)
		return err == nil && a.status == 503
	})
	return func() {
		if err := os.Rename(control+".away", control); err != nil {
			s.t.Error(err)
		}
	}
}

// children are the processes that have parent.
func children(t *testing.T, parent int) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, e := range entries {
		var pid, of int
		if _, err := fmt.Sscan(e.Name(), &pid); err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if _, err := fmt.Sscan(rest, new(string), &of); err == nil && of == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}
