package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"floresya/internal/config"
)

// server takes requests from its listener until it is told to stop, and then finishes those it has.
type server struct {
	listener net.Listener
	http     *http.Server
	secure   bool // not to be asked of http.TLSConfig: Serve sets that itself
	limit    time.Duration
}

// listen opens the address; its error is a sentence for people.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is taken by another program: stop that or choose another with --listen", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("the address %s needs more rights: ports below 1024 are for root", address)
	case err != nil:
		return nil, fmt.Errorf("the address %s cannot be listened at: %w", address, err)
	}
	return listener, nil
}

// newServer makes a server that has patience with phones and none with those who keep connections for nothing.
func newServer(listener net.Listener, handler http.Handler, tlsConfig *tls.Config, c config.Config, log *slog.Logger) *server {
	return &server{
		listener: listener,
		secure:   tlsConfig != nil,
		limit:    c.StopLimit,
		http: &http.Server{
			Handler:           handler,
			TLSConfig:         tlsConfig,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       c.Limits.RequestTimeout,
			WriteTimeout:      c.Limits.RequestTimeout + 5*time.Second, // the handler's own deadline answers first
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // broken handshakes and the like
		},
	}
}

// Run serves. When ctx ends the listener closes, and accepted requests have the stop limit to finish.
func (s *server) Run(ctx context.Context, ready func()) error {
	ended := make(chan error, 1)
	go func() {
		if s.secure {
			ended <- s.http.ServeTLS(s.listener, "", "")
		} else {
			ended <- s.http.Serve(s.listener)
		}
	}()
	ready() // the listener has been open since before
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	finish, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), s.limit, errStopped)
	defer cancel()
	err := s.http.Shutdown(finish)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests were cut off after %v", s.limit), s.http.Close())
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// url is where this machine reaches the server.
func (s *server) url() string {
	scheme := "http"
	if s.secure {
		scheme = "https"
	}
	return scheme + "://" + reachable(s.listener.Addr())
}

// reachable replaces "every address" by one that can be called.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return addr.String()
	}
	host := tcp.IP.String()
	if tcp.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, fmt.Sprint(tcp.Port))
}
