package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"net"
	netmail "net/mail"
	"time"

	"github.com/google/uuid"
	"github.com/wneessen/go-mail"
)

// Modes of an SMTP connection.
const (
	StartTLS = "starttls" // required after the greeting
	Implicit = "implicit" // from the start, port 465
	Plain    = "off"      // for a local server only
)

// SMTP says which server takes mail. Without Host there is none.
type SMTP struct {
	Host           string
	Port           int // default 587; 465 when Implicit
	User, Password string
	Mode           string // StartTLS (default), Implicit, Plain
	// Timeout bounds one letter, from the connection to the server's last word. Default 30 s.
	Timeout time.Duration
	// TLS overrides the client's TLS settings; nil: the system's roots, the server's name.
	TLS *tls.Config
}

func (c SMTP) withDefaults() (SMTP, error) {
	if c.Mode == "" {
		c.Mode = StartTLS
	}
	if c.Mode != StartTLS && c.Mode != Implicit && c.Mode != Plain {
		return c, fmt.Errorf("SMTP mode %q: want %s, %s or %s", c.Mode, StartTLS, Implicit, Plain)
	}
	if c.Port == 0 {
		c.Port = 587
		if c.Mode == Implicit {
			c.Port = 465
		}
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.TLS == nil {
		c.TLS = &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	}
	return c, nil
}

// errRefused marks a final reply to the letter: it is never sent again.
var errRefused = errors.New("refused for good")

// send hands one letter to the server on a connection of its own. nil means that the server took it over; errRefused that
// it never will; anything else that it may be tried again.
func (c SMTP) send(ctx context.Context, msg *mail.Msg) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.Timeout, fmt.Errorf("the mail server took more than %v", c.Timeout))
	defer cancel()
	var conn net.Conn
	client, err := c.client(func(ctx context.Context, network, address string) (net.Conn, error) {
		var err error
		conn, err = c.dial(ctx, network, address)
		return conn, err
	})
	if err != nil {
		return fmt.Errorf("mail client: %w", err)
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if conn != nil {
		defer conn.Close() // whatever went wrong before: the library leaves it open
	}
	if err != nil {
		return errors.Join(fmt.Errorf("connect to the mail server: %w", err), context.Cause(ctx))
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() }) // the library's own deadline starts anew with each command
	defer stop()
	err = client.SendWithSMTPClient(session, msg)
	if err == nil || msg.IsDelivered() {
		_ = client.CloseWithSMTPClient(session) // the letter is theirs; how they say goodbye changes nothing
		return nil
	}
	if reply, ok := errors.AsType[*mail.SendError](err); ok && reply.ErrorCode() >= 500 && reply.ErrorCode() < 600 {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	return errors.Join(err, context.Cause(ctx))
}

func (c SMTP) client(dial mail.DialContextFunc) (*mail.Client, error) {
	opts := []mail.Option{mail.WithPort(c.Port), mail.WithTimeout(c.Timeout), mail.WithTLSConfig(c.TLS), mail.WithDialContextFunc(dial),
		mail.WithoutNoop(), mail.WithoutRset()}
	switch c.Mode {
	case StartTLS:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	case Implicit: // dial has done it; the library finds the connection encrypted
		opts = append(opts, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case Plain:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	}
	if c.User != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	return mail.NewClient(c.Host, opts...)
}

func (c SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.Mode != Implicit {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	return (&tls.Dialer{Config: c.TLS}).DialContext(ctx, network, address)
}

// message builds the letter to be sent: an address that is none is errRefused.
func message(id uuid.UUID, from *netmail.Address, name, address string, at time.Time, l *letter, plain, rich string) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP), mail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(from.Name, from.Address); err != nil {
		return nil, fmt.Errorf("sender address: %w", err)
	}
	if _, err := netmail.ParseAddress(address); err != nil || address == "" || len(address) > 254 {
		return nil, fmt.Errorf("%w: the customer has no address that can be written to", errRefused)
	}
	if err := msg.AddToFormat(oneLine(name), address); err != nil {
		return nil, fmt.Errorf("%w: the customer has no address that can be written to", errRefused)
	}
	msg.SetMessageIDWithValue(id.String() + "@" + domain(from.Address))
	msg.SetDateWithValue(at)
	msg.Subject(oneLine(l.Subject))
	msg.SetGenHeader("Content-Language", l.Lang)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, plain)
	msg.AddAlternativeString(mail.TypeTextHTML, rich)
	return msg, nil
}

func domain(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return "localhost"
}

func decode(header string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		return header
	}
	return text
}
