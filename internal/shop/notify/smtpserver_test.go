package notify_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// server speaks enough SMTP to take letters, refuse them, fall silent or hang up.
type server struct {
	listener net.Listener
	cert     *tls.Config // nil: no STARTTLS
	implicit bool
	open     sync.WaitGroup

	mu      sync.Mutex
	mood    string // "", "rcpt 550", "rcpt 451", "data 554", "greet 421", "silent", "silent after data", "cut after data", "cut before reply"
	letters []string
	conns   map[net.Conn]bool
}

func newServer(t *testing.T, cert *tls.Config, implicit bool) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if implicit {
		listener = tls.NewListener(listener, cert)
	}
	s := &server{listener: listener, cert: cert, implicit: implicit, conns: map[net.Conn]bool{}}
	s.open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = true
			s.mu.Unlock()
			s.open.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		s.mu.Lock()
		for conn := range s.conns {
			conn.Close()
		}
		s.mu.Unlock()
		s.open.Wait()
	})
	return s
}

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

func (s *server) be(mood string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = mood
}

func (s *server) is(mood string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mood == mood
}

func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.letters...)
}

func (s *server) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(line string) { conn.Write([]byte(line + "\r\n")) }
	wait := func() { in.ReadString(0) } // until the other side gives up
	if s.is("silent") {
		wait()
		return
	}
	if s.is("greet 421") {
		say("421 come back later")
		return
	}
	say("220 test ready")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimSpace(line))
		switch {
		case strings.HasPrefix(verb, "EHLO"):
			if s.cert != nil && !s.implicit {
				say("250-test\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS")
			} else {
				say("250-test\r\n250 AUTH PLAIN LOGIN")
			}
		case verb == "STARTTLS":
			say("220 go on")
			secure := tls.Server(conn, s.cert)
			conn, in = secure, bufio.NewReader(secure)
		case strings.HasPrefix(verb, "AUTH PLAIN"):
			say("235 welcome")
		case strings.HasPrefix(verb, "MAIL"):
			say("250 ok")
		case strings.HasPrefix(verb, "RCPT"):
			switch {
			case s.is("rcpt 550"):
				say("550 5.1.1 no such user")
			case s.is("rcpt 451"):
				say("451 4.7.1 greylisted")
			default:
				say("250 ok")
			}
		case verb == "DATA":
			if !s.takeData(in, say, wait) {
				return
			}
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) takeData(in *bufio.Reader, say func(string), wait func()) bool {
	say("354 go ahead")
	var letter strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		letter.WriteString(strings.TrimPrefix(line, "."))
	}
	switch {
	case s.is("data 554"):
		say("554 5.7.1 spam")
		return true
	case s.is("silent after data"):
		wait()
		return false
	case s.is("cut before reply"):
		return false
	}
	s.mu.Lock()
	s.letters = append(s.letters, letter.String())
	s.mu.Unlock()
	if s.is("cut after data") { // taken, but the word of it is lost
		return false
	}
	say("250 2.0.0 taken")
	return !s.is("cut after 250")
}

// certificate is one for 127.0.0.1 and the client settings that trust it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
}
