// Package program starts the whole program for a test: inside it, over a database of its own, or as a process to be killed.
package program

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"floresya/internal/app"
	"floresya/internal/config"
	"floresya/internal/postgres/pgtest"
)

// The first administrator of every shop that Start starts.
const (
	AdminEmail    = "duena@flores.example"
	AdminPassword = "Una-clave-larga-7"
)

// Start serves the demo shop until the test ends and returns its address. It has the shipped settings, except that it
// asks nobody outside for the rate of the day, and for the rate limits: all callers of a test share an address. settings
// are more variables (FLORESYA_…).
func Start(t testing.TB, settings map[string]string) (url string) {
	t.Helper()
	values := map[string]string{
		"FLORESYA_DATABASE_URL": pgtest.URL(t), "FLORESYA_LISTEN": "127.0.0.1:0", "FLORESYA_DATA": t.TempDir(),
		"FLORESYA_ADMIN_EMAIL": AdminEmail, "FLORESYA_ADMIN_PASSWORD": AdminPassword,
		"FLORESYA_BCV_URL": "", "FLORESYA_BCV_JSON_URL": "",
		"FLORESYA_READS_PER_MINUTE": "100000", "FLORESYA_WRITES_PER_MINUTE": "100000", "FLORESYA_ORDERS_PER_MINUTE": "100000",
		"FLORESYA_LOGINS_PER_MINUTE": "10000",
	}
	for k, v := range settings {
		values[k] = v
	}
	c, err := config.Load(config.Sources{Command: "serve", Lookup: func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	c.Demo = true // serve keeps whatever shop it finds; a test wants the demo
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- app.Serve(ctx, c, announce(ready), slog.New(slog.NewTextHandler(io.Discard, nil))) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	select {
	case url = <-ready:
	case err := <-done:
		done <- nil
		t.Fatalf("the program did not start: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("the program is not ready after a minute")
	}
	return url
}

// announce takes the address out of the line "ready URL".
type announce chan<- string

func (a announce) Write(b []byte) (int, error) {
	for line := range strings.SplitSeq(string(b), "\n") {
		if url, ok := strings.CutPrefix(line, "ready "); ok {
			a <- strings.TrimSpace(url)
		}
	}
	return len(b), nil
}
