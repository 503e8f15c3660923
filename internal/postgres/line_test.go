package postgres_test

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// line is a proxy before PostgreSQL that cuts when a commit passes.
type line struct {
	url string

	mu       sync.Mutex
	armed    bool
	answered bool
}

// cutAtCommit cuts at the next commit: before its answer when answered, else before PostgreSQL gets it.
func (l *line) cutAtCommit(answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed, l.answered = true, answered
}

func newLine(t *testing.T, databaseURL string) *line {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	socket := ".s.PGSQL.5432"
	if port := query.Get("port"); port != "" {
		socket = ".s.PGSQL." + port
	}
	server := filepath.Join(query.Get("host"), socket)
	dir, err := os.MkdirTemp("", "line") // not TempDir: a socket path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	l := &line{}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { l.serve(client, server) })
		}
	})
	t.Cleanup(serving.Wait)
	t.Cleanup(func() { listener.Close() })
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	l.url = u.String()
	return l
}

// serve joins one client with PostgreSQL until the commit that is to be cut, or until one side ends.
func (l *line) serve(client net.Conn, server string) {
	defer client.Close()
	backend, err := net.Dial("unix", server)
	if err != nil {
		return
	}
	defer backend.Close()
	var (
		answers sync.WaitGroup
		mute    atomic.Bool
	)
	defer answers.Wait()
	answers.Go(func() {
		_, _ = io.Copy(writerFunc(func(p []byte) (int, error) {
			if mute.Load() {
				return len(p), nil
			}
			return client.Write(p)
		}), backend)
		client.Close()
	})
	buffer := make([]byte, 4<<10)
	for {
		n, err := client.Read(buffer)
		l.mu.Lock()
		cut, answered := l.armed && strings.Contains(string(buffer[:n]), "commit"), l.answered
		l.mu.Unlock()
		if cut {
			if answered {
				mute.Store(true)
				_, _ = backend.Write(buffer[:n])
				_, _ = backend.Write([]byte{'X', 0, 0, 0, 4}) // PostgreSQL hangs up when the commit is done
				answers.Wait()
			}
			backend.Close()
			return
		}
		if _, werr := backend.Write(buffer[:n]); werr != nil || err != nil {
			backend.Close()
			return
		}
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
