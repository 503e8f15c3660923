package app

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"floresya/internal/config"
)

// secure returns the TLS configuration, nil for none, and the handler of the plain server beside it.
func secure(c config.Config) (*tls.Config, http.Handler, error) {
	switch c.TLS.Mode {
	case config.TLSFiles:
		pair := &certificate{cert: c.TLS.Cert, key: c.TLS.Key}
		if _, err := pair.current(nil); err != nil {
			return nil, nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.current}, toHTTPS(c), nil
	case config.TLSAuto:
		manager := &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			Cache:      autocert.DirCache(c.ACMEFolder()),
			HostPolicy: autocert.HostWhitelist(c.TLS.Domains...),
			Email:      c.TLS.Email,
			Client:     &acme.Client{DirectoryURL: c.TLS.ACMEURL, UserAgent: "floresya"},
		}
		tlsConfig := manager.TLSConfig()
		tlsConfig.MinVersion = tls.VersionTLS12
		return tlsConfig, manager.HTTPHandler(toHTTPS(c)), nil
	}
	return nil, nil, nil
}

// withAddress gives a shop with TLS that was told no public address the name it has certificates for, so that its cookies
// are Secure and its links lead to where it answers. The settings see to it that one of both is known.
func withAddress(c config.Config) config.Config {
	if c.PublicURL == nil && len(c.TLS.Domains) > 0 && (c.TLS.Mode == config.TLSAuto || c.TLS.Mode == config.TLSFiles) {
		c.PublicURL = &url.URL{Scheme: "https", Host: c.TLS.Domains[0]}
	}
	return c
}

// toHTTPS sends readers to the same page over TLS; a write over plain HTTP has leaked already and is refused.
func toHTTPS(c config.Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "use https", http.StatusBadRequest)
			return
		}
		host := r.Host
		if c.PublicURL != nil {
			host = c.PublicURL.Host
		} else if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusMovedPermanently)
	})
}

// certificate is a pair of files that may change while running, as certbot and others do it.
type certificate struct {
	cert, key string

	mu      sync.Mutex
	looked  time.Time
	changed time.Time
	pair    *tls.Certificate
}

// lookEvery is how often the files' time is looked at.
const lookEvery = 10 * time.Second

// current reads the files again when they have changed. A changed pair that is broken leaves the old one in use.
func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && time.Since(c.looked) < lookEvery {
		return c.pair, nil
	}
	c.looked = time.Now()
	info, err := os.Stat(c.cert)
	if err == nil && c.pair != nil && info.ModTime().Equal(c.changed) {
		return c.pair, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.cert, c.key); err == nil {
			c.pair, c.changed = &pair, info.ModTime()
		}
	}
	if c.pair == nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return c.pair, nil
}
