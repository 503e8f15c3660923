package rates

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"floresya/internal/resilience/breaker"
)

// Limits of one question to a source.
const (
	maxBody      = 2 << 20
	maxRedirects = 3
)

var errSlow = errors.New("the source took too long")

// source is one place to ask.
type source struct {
	name    string
	url     string
	parse   func([]byte) (Answer, error)
	client  *http.Client
	timeout time.Duration
	breaker *breaker.Breaker
}

// ask is the source's answer, within its deadline and through its breaker.
func (s *source) ask(ctx context.Context) (Answer, error) {
	return breaker.Do(ctx, s.breaker, func(ctx context.Context) (Answer, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, errSlow)
		defer cancel()
		body, err := s.fetch(ctx)
		if cause := context.Cause(ctx); cause != nil {
			// also without an error: a server that sees us hang up may end its answer early, as if it were whole
			return Answer{}, errors.Join(cause, err)
		}
		if err != nil {
			return Answer{}, err
		}
		return s.parse(body)
	})
}

func (s *source) fetch(ctx context.Context) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "FloresYa/1")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", s.name, res.Status)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1)) // after decompression
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxBody)
	}
	return body, nil
}

// newClient trusts the system's authorities and those of extra, a PEM file: the bank's server leaves out a certificate of its
// chain, which can be given here. Verification stays on.
func newClient(extra string) (*http.Client, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a machine without authorities trusts only those given
	}
	if extra != "" {
		pem, err := os.ReadFile(extra)
		if err != nil {
			return nil, fmt.Errorf("extra authorities for exchange rates: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("extra authorities for exchange rates: %s holds no PEM certificate", extra)
		}
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    5 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableKeepAlives:      true, // one question an hour
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return checkURL(req.URL)
		},
	}, nil
}

// checkURL refuses whatever a man in the middle could answer for: anything but HTTPS, the own machine excepted.
func checkURL(u *url.URL) error {
	if u.Scheme == "https" && u.Host != "" {
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return fmt.Errorf("%s is not an HTTPS address", u.Redacted())
}
