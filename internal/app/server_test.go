package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"floresya/internal/config"
)

// slow is a server whose handler says when it began and waits to be released.
type slow struct {
	url            string
	began, release chan struct{}
	stop           context.CancelFunc
	ended          chan error
}

func newSlow(t *testing.T, limit time.Duration) *slow {
	t.Helper()
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &slow{began: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(s.began)
		<-s.release
		_, _ = io.WriteString(w, "finished")
	})
	c := config.Config{StopLimit: limit, Limits: config.Limits{RequestTimeout: time.Minute}}
	server := newServer(listener, handler, nil, c, quiet)
	ctx, cancel := context.WithCancel(context.Background())
	s.stop, s.url = cancel, server.url()
	go func() { s.ended <- server.Run(ctx, func() {}) }()
	t.Cleanup(cancel)
	return s
}

// ask sends one request and returns what came back.
func (s *slow) ask() <-chan string {
	answers := make(chan string, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(s.url)
		if err != nil {
			answers <- "cut"
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			answers <- "cut"
			return
		}
		answers <- string(body)
	}()
	return answers
}

func TestAcceptedRequestIsFinishedAndNoOtherTaken(t *testing.T) {
	t.Parallel()
	s := newSlow(t, time.Minute)
	answer := s.ask()
	<-s.began
	s.stop()
	for refused := false; !refused; { // bounded by the test's own time
		conn, err := net.Dial("tcp", s.url[len("http://"):])
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
	}
	close(s.release)
	if got := <-answer; got != "finished" {
		t.Errorf("got %q, want the answer of the accepted request", got)
	}
	if err := <-s.ended; err != nil {
		t.Errorf("got %v, want a clean end", err)
	}
}

func TestRequestBeyondTheLimitIsCutAndReported(t *testing.T) {
	t.Parallel()
	s := newSlow(t, 20*time.Millisecond)
	answer := s.ask()
	<-s.began
	s.stop()
	if err := <-s.ended; err == nil {
		t.Error("the cut request is not reported")
	}
	if got := <-answer; got != "cut" {
		t.Errorf("got %q, want a cut connection", got)
	}
	close(s.release)
}

func TestTakenAddressIsOneSentence(t *testing.T) {
	t.Parallel()
	first, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := listen(t.Context(), first.Addr().String()); err == nil {
		t.Error("one address was given twice")
	}
}

// pair writes a fresh self-signed certificate for a name.
func pair(t *testing.T, dir, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		"cert": {Type: "CERTIFICATE", Bytes: cert}, "key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestChangedCertificateIsTakenUpAndBrokenOneIsNot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pair(t, dir, "old.example")
	c := &certificate{cert: filepath.Join(dir, "cert"), key: filepath.Join(dir, "key")}
	name := func() string {
		t.Helper()
		c.looked = time.Time{} // as if lookEvery had passed
		got, err := c.current(nil)
		if err != nil {
			t.Fatal(err)
		}
		return got.Leaf.DNSNames[0]
	}
	if got := name(); got != "old.example" {
		t.Fatalf("got %s", got)
	}
	later := func(d time.Duration) {
		if err := os.Chtimes(c.cert, time.Time{}, time.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	pair(t, dir, "new.example")
	later(time.Minute)
	if got := name(); got != "new.example" {
		t.Errorf("got %s, want the changed certificate", got)
	}
	if err := os.WriteFile(c.cert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	later(2 * time.Minute)
	if got := name(); got != "new.example" {
		t.Errorf("got %s, want the last good certificate", got)
	}
}

func TestTLSWithoutPublicAddressTakesTheNameOfItsCertificate(t *testing.T) {
	t.Parallel()
	c := withAddress(config.Config{TLS: config.TLS{Mode: config.TLSAuto, Domains: []string{"shop.example", "www.shop.example"}}})
	if c.PublicURL == nil || c.PublicURL.String() != "https://shop.example" {
		t.Errorf("got %v", c.PublicURL)
	}
	if c := withAddress(config.Config{TLS: config.TLS{Mode: config.TLSOff}}); c.PublicURL != nil {
		t.Errorf("without TLS: got %v", c.PublicURL)
	}
}

func TestServesOverTLSAndRedirects(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pair(t, dir, "shop.example")
	public, err := url.Parse("https://shop.example")
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{StopLimit: time.Second, PublicURL: public, Limits: config.Limits{RequestTimeout: time.Minute},
		TLS: config.TLS{Mode: config.TLSFiles, Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key")}}
	tlsConfig, plain, err := secure(c)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(listener, http.NotFoundHandler(), tlsConfig, c, quiet)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, func() {}) }()
	roots := x509.NewCertPool()
	chain, err := os.ReadFile(c.TLS.Cert)
	if err != nil || !roots.AppendCertsFromPEM(chain) {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "shop.example"}}}
	response, err := client.Get(server.url())
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNotFound || response.TLS == nil {
		t.Errorf("got %s, TLS %v", response.Status, response.TLS != nil)
	}
	cancel()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}

	recorder := httptest.NewRecorder()
	plain.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://other.example/flores?a=1", nil))
	if got := recorder.Header().Get("Location"); recorder.Code != 301 || got != "https://shop.example/flores?a=1" {
		t.Errorf("got %d to %q", recorder.Code, got)
	}
	recorder = httptest.NewRecorder()
	plain.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "http://other.example/api/orders", nil))
	if recorder.Code != http.StatusBadRequest {
		t.Errorf("a write over plain HTTP got %d", recorder.Code)
	}
}
