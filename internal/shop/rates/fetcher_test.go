package rates

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"floresya/internal/shop/delivery"
)

// page is the bank's front page as far as it matters.
func page(figure, day string) string {
	return fmt.Sprintf(`<html><div id="euro"><strong> 281,99 </strong></div>
		<div id="dolar" class="col-sm-12 col-xs-12 "><span> USD</span><div class="centrado"><strong> %s </strong> </div></div>
		<div class="pull-right dinpro center">Fecha Valor: <span class="date-display-single" property="dc:date"
		datatype="xsd:dateTime" content="%sT00:00:00-04:00">Viernes</span></div></html>`, figure, day)
}

// chain is an authority, an intermediate signed by it, and a server certificate signed by the intermediate.
type chain struct {
	intermediate []byte // DER
	leaf         tls.Certificate
}

func newChain(t testing.TB) chain {
	t.Helper()
	sign := func(name string, serial int64, ca bool, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, IsCA: ca,
			BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
		if parent == nil {
			parent, signer = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
		if err != nil {
			t.Fatal(err)
		}
		made, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return made, key
	}
	root, rootKey := sign("root", 1, true, nil, nil)
	middle, middleKey := sign("middle", 2, true, root, rootKey)
	leaf, leafKey := sign("127.0.0.1", 3, false, middle, middleKey)
	return chain{middle.Raw, tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: leafKey}}
}

// serve is an HTTPS server that leaves the intermediate out of its chain, and the extra CA file that mends it.
func serve(t testing.TB, h http.HandlerFunc) (address, extra string) {
	t.Helper()
	c := newChain(t)
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{c.leaf}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	extra = filepath.Join(t.TempDir(), "extra.pem")
	if err := os.WriteFile(extra, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.intermediate}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL, extra
}

// says is a handler that always answers body.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func newFetcher(t testing.TB, k *Keeper, cfg FetcherConfig) (*Fetcher, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	cfg.Timeout = 500 * time.Millisecond
	f, err := NewFetcher(k, slog.New(slog.NewTextHandler(out, nil)), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f, out
}

func TestTheBanksPageOverAnIncompleteChain(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	address, extra := serve(t, says(page("312,45670000", "2026-07-03")))
	strict, _ := newFetcher(t, k, FetcherConfig{BCVURL: address})
	if strict.round(t.Context()) || !strings.Contains(strict.Status()[0].Err, "x509") {
		t.Errorf("without the extra CA file: %+v", strict.Status())
	}
	if _, err := k.Current(t.Context()); err == nil {
		t.Fatal("a rate from an unverified server")
	}
	f, _ := newFetcher(t, k, FetcherConfig{BCVURL: address, ExtraCAFile: extra})
	if !f.round(t.Context()) {
		t.Fatalf("with the extra CA file: %+v", f.Status())
	}
	r, err := k.Current(t.Context())
	if err != nil || r.Value != rate(t, "312.4567") || r.Source != SourceBCV || r.ValueDate != "2026-07-03" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestBadSourcesLeaveTheLastGoodRate(t *testing.T) {
	t.Parallel()
	var sent atomic.Int64
	flood := func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 64<<10); sent.Load() < 5<<30; { // as much as they take
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	_, _ = zip.Write(make([]byte, 50<<20))
	_ = zip.Close()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"hangs": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "took too long"},
		"stalls": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "<html>")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "took too long"},
		"floods": {flood, "longer than"},
		"gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, "longer than"},
		"loops": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) }, "more than 3 redirects"},
		"downgrade": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		}, "not an HTTPS"},
		"error":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, "answered 500"},
		"other":    {says("<html>En mantenimiento</html>"), "no element"},
		"zero":     {says(page("0,00", "2026-07-03")), "not above 0"},
		"no day":   {says(page("312,45", "2026-13-40")), "no day"},
		"far day":  {says(page("312,45", "2027-07-03")), "demasiado lejos"},
		"far rate": {says(page("999,99", "2026-07-03")), "outside the band"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := friday
			k := newKeeper(t, &now)
			k.must(t, Answer{rate(t, "300"), SourceBCV, "2026-07-02"}, Accepted)
			address, extra := serve(t, c.answer)
			f, _ := newFetcher(t, k, FetcherConfig{BCVURL: address, ExtraCAFile: extra})
			if f.round(t.Context()) {
				t.Error("the round is content")
			}
			if err := f.Status()[0].Err; !strings.Contains(err, c.says) {
				t.Errorf("says %q, want %q", err, c.says)
			}
			r, err := k.Current(t.Context())
			if err != nil || r.Value != rate(t, "300") || !r.CarriedForward {
				t.Errorf("current: %+v, %v", r, err)
			}
			if sent.Load() > 256<<20 {
				t.Errorf("took %d bytes of a flood", sent.Load())
			}
		})
	}
}

func TestTheSecondSourceAnswersForTheFirst(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	bank, extra := serve(t, says("nothing"))
	service := httptest.NewServer(says(`{"promedio":312.5,"fechaActualizacion":"2026-07-03T12:00:00Z"}`))
	t.Cleanup(service.Close)
	f, out := newFetcher(t, k, FetcherConfig{BCVURL: bank, ExtraCAFile: extra, JSONURL: service.URL})
	for range 5 {
		if !f.round(t.Context()) {
			t.Fatalf("%+v", f.Status())
		}
	}
	r, err := k.Current(t.Context())
	if err != nil || r.Source != SourceJSON || r.Value != rate(t, "312.5") {
		t.Errorf("got %+v, %v", r, err)
	}
	if s := f.Status(); s[0].Breaker != "open" || s[1].Breaker != "closed" || s[1].Err != "" {
		t.Errorf("status: %+v", s)
	}
	if n := strings.Count(out.String(), "level=WARN"); n != 1 {
		t.Errorf("trouble logged %d times, want once:\n%s", n, out)
	}
}

func TestARateOfTomorrowWaitsForItsDay(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	k.must(t, Answer{rate(t, "300"), SourceBCV, "2026-07-03"}, Accepted)
	var down atomic.Bool
	address, extra := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if !down.Load() {
			_, _ = io.WriteString(w, page("305,00", "2026-07-06"))
		}
	})
	f, _ := newFetcher(t, k, FetcherConfig{BCVURL: address, ExtraCAFile: extra})
	f.round(t.Context())
	if r, err := k.Current(t.Context()); err != nil || r.Value != rate(t, "300") {
		t.Fatalf("on Friday: %+v, %v", r, err)
	}
	now = time.Date(2026, 7, 6, 3, 50, 0, 0, time.UTC) // ten minutes to Monday in Caracas
	if d := f.pause(now, 0); d != 10*time.Minute {
		t.Errorf("the next round is in %v, want at midnight", d)
	}
	down.Store(true)
	now = now.Add(10 * time.Minute)
	f.round(t.Context())
	r, err := k.Current(t.Context())
	if err != nil || r.Value != rate(t, "305") || r.CarriedForward || r.ValueDate != delivery.DayOf(now) {
		t.Errorf("on Monday, bank away: %+v, %v", r, err)
	}
}

func TestItRunsWithoutNetworkAndStops(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	closed := httptest.NewServer(says(""))
	closed.Close()
	f, _ := newFetcher(t, k, FetcherConfig{BCVURL: closed.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	isReady, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- f.Run(ctx, func() { close(isReady) }) }()
	<-isReady
	for f.Poke(); f.Status()[0].Err == ""; f.Poke() {
		if ctx.Err() != nil {
			t.Fatal("the first round never ended")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestFetcherConfigIsChecked(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []FetcherConfig{{BCVURL: "http://www.bcv.org.ve/"}, {JSONURL: "ftp://x"}, {JSONURL: ":"},
		{Interval: time.Second}, {Timeout: time.Millisecond}, {ExtraCAFile: empty}, {ExtraCAFile: empty + "x"}} {
		if _, err := NewFetcher(nil, slog.Default(), cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}
