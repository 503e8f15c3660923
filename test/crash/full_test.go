package crash

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"floresya/test/program"
)

// TestAFullDiskIsSaidAndSurvived: orders that find no room are answered 503, none that was acknowledged is lost, and when
// there is room again the shop goes on without having been started again.
func TestAFullDiskIsSaidAndSurvived(t *testing.T) {
	t.Parallel()
	way := limited
	if permitted(t) {
		way = small
	}
	s, fill := way(t)
	s.start()
	admin, c := s.admin(), s.guest()
	admin.must(t, 200, "PATCH", "/api/products/11/stock", object{"quantity": 100_000})
	order := bouquet(c.price(t, 11), 11, 1, nil)
	pid := s.process.PID()
	promised, refused := map[int]bool{}, 0
	for range 20 {
		promised[c.must(t, 201, "POST", "/api/orders", order).id()] = true
	}
	room := fill()
	for n := 0; refused < 5 && n < 5000; n++ {
		a, err := c.try("POST", "/api/orders", order)
		switch {
		case err != nil:
			t.Fatalf("after %d orders: %v", len(promised), err)
		case a.status == 201:
			promised[a.id()] = true
		case a.status == 503 && a.header.Get("Retry-After") != "":
			refused++
		default:
			t.Fatalf("after %d orders: got %d, Retry-After %q, want 503: %.500s", len(promised), a.status, a.header.Get("Retry-After"), a.content)
		}
	}
	t.Logf("%d orders until there was no room", len(promised))
	if refused == 0 {
		t.Fatal("the disk was never full")
	}
	c.must(t, 200, "GET", "/healthz", nil)
	room()
	s.ready()
	program.Eventually(t, "orders are taken again", func() bool {
		a, err := c.try("POST", "/api/orders", order, "Idempotency-Key", "after all")
		if err == nil && a.status == 201 {
			promised[a.id()] = true
		}
		return err == nil && a.status == 201
	})
	there := admin.orders(t)
	for id := range promised {
		if there[id] == nil {
			t.Errorf("order %d was promised and is gone", id)
		}
	}
	if s.process.PID() != pid {
		t.Error("the shop was started again")
	}
	s.verify()
	s.stop()
	s.verify()
}

// permitted reports whether this process may mount. An ordinary user may not, but may bound the files of PostgreSQL, which
// then runs as himself.
func permitted(t *testing.T) bool {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("no file system of its own: %v", err)
		return false
	}
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	return true
}

// small is a shop on a file system with some 40 MB to spare, and a way to use them up.
func small(t *testing.T) (*shop, func() func()) {
	t.Helper()
	idleShop(t, program.Folder(t)) // the sample is there
	var bytes int64
	err := filepath.WalkDir(sample.data, func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			if info, infoErr := d.Info(); infoErr == nil {
				bytes += (info.Size() + 4095) / 4096 * 4096
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	data := program.Folder(t)
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, fmt.Sprintf("size=%d", bytes+40<<20)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(data, 0); err != nil {
			t.Error(err)
		}
	})
	filler := filepath.Join(data, "filler")
	return idleShop(t, data), func() func() {
		file, err := os.Create(filler)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for block := make([]byte, 64<<10); err == nil; {
			_, err = file.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		return func() {
			if err := os.Remove(filler); err != nil {
				t.Error(err)
			}
		}
	}
}

// limited is a shop whose PostgreSQL can be kept from making any file longer, as by a quota.
func limited(t *testing.T) (*shop, func() func()) {
	t.Helper()
	s := idleShop(t, program.Folder(t))
	return s, func() func() {
		s.limit(0)
		return func() { s.limit(^uint64(0)) }
	}
}

// limit sets the longest file that PostgreSQL and all its processes may write.
func (s *shop) limit(bytes uint64) {
	s.t.Helper()
	for _, pid := range append([]int{s.postgres()}, children(s.t, s.postgres())...) {
		bound := syscall.Rlimit{Cur: bytes, Max: ^uint64(0)}
		_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), 1 /* RLIMIT_FSIZE */, uintptr(unsafe.Pointer(&bound)), 0, 0, 0)
		if errno != 0 && errno != syscall.ESRCH {
			s.t.Fatalf("limit process %d: %v", pid, errno)
		}
	}
}

// TestWhatCannotStartSaysWhy: what only the whole program on a data folder can show; its own tests have the rest.
func TestWhatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil func(*testing.T, *shop)
		says  []string
	}{
		"another PostgreSQL's data": {func(t *testing.T, s *shop) {
			if err := os.WriteFile(filepath.Join(s.data, "postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []string{"PostgreSQL", "9"}},
		"a later program's schema": {func(t *testing.T, s *shop) {
			s.start()
			x := &told{T: t, shop: s}
			if err := x.query(`insert into goose_db_version (version_id, is_applied) values (9999, true) returning version_id`, nil, new(int64)); err != nil {
				t.Fatal(err)
			}
			s.stop()
		}, []string{"9999", "newer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := idleShop(t, program.Folder(t))
			tt.spoil(t, s)
			out, err := command(t, "up", "--data", s.data, "--listen", "127.0.0.1:0").CombinedOutput()
			var sentences []string
			for line := range strings.Lines(string(out)) {
				if !strings.HasPrefix(line, "time=") { // the log
					sentences = append(sentences, line)
				}
			}
			if err == nil || err.Error() != "exit status 1" || len(sentences) != 1 {
				t.Fatalf("got %v and %q, want exit status 1 and one sentence", err, out)
			}
			for _, word := range tt.says {
				if !strings.Contains(sentences[0], word) {
					t.Errorf("got %q, which does not say %q", sentences[0], word)
				}
			}
		})
	}
}
