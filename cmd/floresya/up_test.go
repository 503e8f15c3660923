package main

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"floresya/test/program"
)

func upArgs(data string) []string { return []string{"up", "--data", data, "--listen", "127.0.0.1:0"} }

func TestSignalStopsShopAndDatabaseCleanly(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := program.Folder(t)
			p := start(t, upArgs(data)...)
			for _, path := range []string{"/healthz", "/readyz"} {
				if code := answer(t, p.URL+path); code >= 300 {
					t.Errorf("%s: got status %d", path, code)
				}
			}
			postgres := program.PostgresPID(data)
			if code := p.End(signal); code != 0 {
				t.Errorf("got exit code %d, want 0: %s", code, p.Said)
			}
			if program.Alive(postgres) {
				t.Errorf("PostgreSQL, process %d, still runs", postgres)
			}
			if _, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://")); err == nil {
				t.Error("somebody still listens")
			}
		})
	}
}

func TestKilledShopStartsAgainOnItsData(t *testing.T) {
	t.Parallel()
	data := program.Folder(t)
	for range 3 {
		p := start(t, upArgs(data)...)
		if code := answer(t, p.URL+"/readyz"); code >= 300 {
			t.Errorf("got status %d", code)
		}
		p.End(syscall.SIGKILL) // the next start may meet a PostgreSQL that is still stopping
	}
	p := start(t, upArgs(data)...)
	postgres := program.PostgresPID(data)
	p.End(syscall.SIGKILL)
	program.Eventually(t, "PostgreSQL follows its dead owner", func() bool { return !program.Alive(postgres) })
	if code := start(t, upArgs(data)...).End(syscall.SIGTERM); code != 0 { // also clears the socket's folder away
		t.Errorf("got exit code %d, want 0", code)
	}
}

func TestKilledDatabaseComesBackUnderARunningShop(t *testing.T) {
	t.Parallel()
	data := program.Folder(t)
	p := start(t, upArgs(data)...)
	if err := syscall.Kill(program.PostgresPID(data), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	program.Eventually(t, "the shop says that its database is away, or it is back already", func() bool {
		return strings.Contains(p.Said.String(), "started again")
	})
	program.Eventually(t, "the shop is ready again", func() bool { return answer(t, p.URL+"/readyz") < 300 })
	if code := p.End(syscall.SIGTERM); code != 0 {
		t.Errorf("got exit code %d, want 0: %s", code, p.Said)
	}
}

func TestWhatCannotStartSaysWhyInOneSentence(t *testing.T) {
	t.Parallel()
	data := program.Folder(t)
	p := start(t, upArgs(data)...)
	address := strings.TrimPrefix(p.URL, "http://")
	refused(t, []string{"in use", data}, upArgs(data)...)
	refused(t, []string{address, "taken"}, "up", "--data", program.Folder(t), "--listen", address)
	refused(t, []string{"/proc/floresya"}, upArgs("/proc/floresya")...)
	refused(t, []string{"--listen", "nowhere", "--front"}, "up", "--data", data, "--listen", "nowhere", "--front", "/nonexistent")
	refused(t, []string{"tls-cert"}, "up", "--data", data, "--tls", "files")
	refused(t, []string{"--database-url"}, "serve", "--data", filepath.Join(program.Folder(t), "none"))
	refused(t, []string{"cannot be reached", "127.0.0.1:1"}, "serve", "--data", program.Folder(t), "--database-url", "postgres://a:hunter2@127.0.0.1:1/db")
	refused(t, []string{"unknown flag"}, "up", "--nonsense")
	if code := answer(t, p.URL+"/readyz"); code >= 300 {
		t.Errorf("the running shop suffered: status %d", code)
	}
}

func TestHealthNeedsNoDatabaseAndReadinessDoes(t *testing.T) {
	t.Parallel()
	data := program.Folder(t)
	p := start(t, upArgs(data)...)
	postgres := program.PostgresPID(data)
	if err := syscall.Kill(postgres, syscall.SIGSTOP); err != nil { // it accepts nobody now
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(postgres, syscall.SIGCONT) }()
	if code := answer(t, p.URL+"/healthz"); code >= 300 {
		t.Errorf("healthz: got status %d", code)
	}
	if err := syscall.Kill(postgres, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	program.Eventually(t, "ready", func() bool { return answer(t, p.URL+"/readyz") < http.StatusMultipleChoices })
}
