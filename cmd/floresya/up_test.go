package main

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func upArgs(data string) []string { return []string{"up", "--data", data, "--listen", "127.0.0.1:0"} }

func TestSignalStopsShopAndDatabaseCleanly(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := folder(t)
			p := start(t, upArgs(data)...)
			for _, path := range []string{"/healthz", "/readyz"} {
				if code := answer(t, p.url+path); code >= 300 {
					t.Errorf("%s: got status %d", path, code)
				}
			}
			postgres := serverPID(t, data)
			if code := p.end(signal); code != 0 {
				t.Errorf("got exit code %d, want 0: %s", code, &p.errors)
			}
			if alive(postgres) {
				t.Errorf("PostgreSQL, process %d, still runs", postgres)
			}
			if _, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://")); err == nil {
				t.Error("somebody still listens")
			}
		})
	}
}

func TestKilledShopStartsAgainOnItsData(t *testing.T) {
	t.Parallel()
	data := folder(t)
	for range 3 {
		p := start(t, upArgs(data)...)
		if code := answer(t, p.url+"/readyz"); code >= 300 {
			t.Errorf("got status %d", code)
		}
		p.end(syscall.SIGKILL) // the next start may meet a PostgreSQL that is still stopping
	}
	p := start(t, upArgs(data)...)
	postgres := serverPID(t, data)
	p.end(syscall.SIGKILL)
	eventually(t, "PostgreSQL follows its dead owner", func() bool { return !alive(postgres) })
	if code := start(t, upArgs(data)...).end(syscall.SIGTERM); code != 0 { // also clears the socket's folder away
		t.Errorf("got exit code %d, want 0", code)
	}
}

func TestKilledDatabaseComesBackUnderARunningShop(t *testing.T) {
	t.Parallel()
	data := folder(t)
	p := start(t, upArgs(data)...)
	if err := syscall.Kill(serverPID(t, data), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the shop says that its database is away, or it is back already", func() bool {
		return strings.Contains(p.errors.String(), "started again")
	})
	eventually(t, "the shop is ready again", func() bool { return answer(t, p.url+"/readyz") < 300 })
	if code := p.end(syscall.SIGTERM); code != 0 {
		t.Errorf("got exit code %d, want 0: %s", code, &p.errors)
	}
}

func TestWhatCannotStartSaysWhyInOneSentence(t *testing.T) {
	t.Parallel()
	data := folder(t)
	p := start(t, upArgs(data)...)
	address := strings.TrimPrefix(p.url, "http://")
	refused(t, []string{"in use", data}, upArgs(data)...)
	refused(t, []string{address, "taken"}, "up", "--data", folder(t), "--listen", address)
	refused(t, []string{"/proc/floresya"}, upArgs("/proc/floresya")...)
	refused(t, []string{"--listen", "nowhere", "--front"}, "up", "--data", data, "--listen", "nowhere", "--front", "/nonexistent")
	refused(t, []string{"tls-cert"}, "up", "--data", data, "--tls", "files")
	refused(t, []string{"--database-url"}, "serve", "--data", filepath.Join(folder(t), "none"))
	refused(t, []string{"cannot be reached", "127.0.0.1:1"}, "serve", "--data", folder(t), "--database-url", "postgres://a:hunter2@127.0.0.1:1/db")
	refused(t, []string{"unknown flag"}, "up", "--nonsense")
	if code := answer(t, p.url+"/readyz"); code >= 300 {
		t.Errorf("the running shop suffered: status %d", code)
	}
}

func TestHealthNeedsNoDatabaseAndReadinessDoes(t *testing.T) {
	t.Parallel()
	data := folder(t)
	p := start(t, upArgs(data)...)
	postgres := serverPID(t, data)
	if err := syscall.Kill(postgres, syscall.SIGSTOP); err != nil { // it accepts nobody now
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(postgres, syscall.SIGCONT) }()
	if code := answer(t, p.url+"/healthz"); code >= 300 {
		t.Errorf("healthz: got status %d", code)
	}
	if err := syscall.Kill(postgres, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready", func() bool { return answer(t, p.url+"/readyz") < http.StatusMultipleChoices })
}
