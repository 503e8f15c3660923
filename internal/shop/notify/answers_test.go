package notify_test

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"floresya/internal/resilience/breaker"
	"floresya/internal/shop/notify"
)

func TestHowTheServerAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mood, status string
		letters      int
	}{
		{"", "sent", 1},
		{"cut after 250", "sent", 1},
		{"rcpt 550", "refused", 0},
		{"data 554", "refused", 0},
		{"rcpt 451", "waiting", 0},
		{"greet 421", "waiting", 0},
		{"silent", "waiting", 0},
		{"silent after data", "waiting", 0},
		{"cut before reply", "waiting", 0},
	} {
		t.Run(c.mood, func(t *testing.T) {
			t.Parallel()
			p := newPost(t)
			server := newServer(t, nil, false)
			server.be(c.mood)
			cfg := smtp(server, notify.Plain)
			cfg.Timeout = 300 * time.Millisecond
			s, _ := p.sender(t, notify.Config{SMTP: cfg})
			p.queue(t, notify.Message{Kind: notify.Placed})
			p.send(t, s)
			note := p.notes(t)[0]
			if note.Status != c.status || len(server.got()) != c.letters || note.Attempts != 1 {
				t.Fatalf("%s after %d attempts (%s), %d letters; want %s, %d", note.Status, note.Attempts, note.LastError, len(server.got()), c.status, c.letters)
			}
			if strings.Contains(note.LastError, "ana@") {
				t.Errorf("the error keeps the address: %s", note.LastError)
			}
			server.be("")
			p.now = p.now.Add(24 * time.Hour)
			p.send(t, s)
			want := "sent"
			if c.status == "refused" {
				want = "refused" // a final reply: never again
			}
			if got := p.notes(t)[0]; got.Status != want || len(server.got()) != map[string]int{"sent": 1, "refused": 0}[want] {
				t.Errorf("later: %s with %d letters, want %s", got.Status, len(server.got()), want)
			}
		})
	}
}

func TestALostReplyIsSentAgainUnderTheSameMessageID(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server := newServer(t, nil, false)
	server.be("cut after data")
	s, _ := p.sender(t, notify.Config{SMTP: smtp(server, notify.Plain)})
	p.queue(t, notify.Message{Kind: notify.Placed})
	p.send(t, s)
	server.be("")
	p.now = p.now.Add(time.Hour)
	p.send(t, s)
	got := server.got()
	if len(got) != 2 {
		t.Fatalf("%d letters, want 2", len(got))
	}
	var ids []string
	for _, l := range got {
		msg, err := mail.ReadMessage(strings.NewReader(l))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, msg.Header.Get("Message-ID"))
	}
	if ids[0] != ids[1] || ids[0] != "<"+p.notes(t)[0].ID.String()+"@floresya.local>" {
		t.Errorf("Message-IDs %v, want the same, made of the message's id", ids)
	}
}

func TestALetterIsGivenUpAndSeen(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server := newServer(t, nil, false)
	server.be("rcpt 451")
	s, _ := p.sender(t, notify.Config{SMTP: smtp(server, notify.Plain), Attempts: 3, Breaker: breaker.Config{Failures: 100}})
	p.queue(t, notify.Message{Kind: notify.Placed})
	for range 5 {
		p.send(t, s)
		p.now = p.now.Add(5 * time.Hour)
	}
	left, err := notify.Undelivered(t.Context(), p.db.Reader(), 10)
	if err != nil || len(left) != 1 || left[0].Status != "given_up" || left[0].Attempts != 3 {
		t.Errorf("undelivered: %+v (%v), want one given up after 3 attempts", left, err)
	}
}

func TestAnOpenBreakerKeepsLettersAndTheirAttempts(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server := newServer(t, nil, false)
	server.be("greet 421")
	s, _ := p.sender(t, notify.Config{SMTP: smtp(server, notify.Plain), Breaker: breaker.Config{Failures: 1, OpenFor: time.Hour}})
	p.queue(t, notify.Message{Kind: notify.Placed})
	p.queue(t, notify.Message{Kind: notify.Paid})
	p.send(t, s)
	attempts := 0
	for _, n := range p.notes(t) {
		attempts += n.Attempts
		if n.Status != "waiting" {
			t.Errorf("%s is %s", n.Kind, n.Status)
		}
	}
	if attempts != 1 {
		t.Errorf("%d attempts, want 1: the breaker is open after it", attempts)
	}
}

func TestSignInAndEncryption(t *testing.T) {
	t.Parallel()
	serverTLS, clientTLS := certificate(t)
	for mode, implicit := range map[string]bool{notify.StartTLS: false, notify.Implicit: true} {
		p := newPost(t)
		server := newServer(t, serverTLS, implicit)
		cfg := smtp(server, mode)
		cfg.User, cfg.Password, cfg.TLS = "shop", "secret", clientTLS
		s, _ := p.sender(t, notify.Config{SMTP: cfg})
		p.queue(t, notify.Message{Kind: notify.Placed})
		p.send(t, s)
		if n := p.notes(t)[0]; n.Status != "sent" {
			t.Errorf("%s: %s, %s", mode, n.Status, n.LastError)
		}
	}
	// A server without STARTTLS gets no letter when encryption is required.
	p := newPost(t)
	server := newServer(t, nil, false)
	s, _ := p.sender(t, notify.Config{SMTP: smtp(server, notify.StartTLS)})
	p.queue(t, notify.Message{Kind: notify.Placed})
	p.send(t, s)
	if n := p.notes(t)[0]; n.Status != "waiting" || len(server.got()) != 0 {
		t.Errorf("without STARTTLS: %s, %d letters", n.Status, len(server.got()))
	}
}
