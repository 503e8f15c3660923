// Package guest is the cookie by which the shop knows a visitor again who has no account.
//
// The cookie names a random id and the day of its issue, signed, so that nobody can name another's. It gives access to
// the orders placed under it; it is HttpOnly and never appears in an address, an answer's body or a log.
package guest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// Name of the cookie.
const Name = "floresya-guest"

// Life is how long a cookie is good after its last renewal; Renew is the age at which it is renewed.
const (
	Life  = 30 * 24 * time.Hour
	Renew = 24 * time.Hour
)

type contextKey struct{}

// FromContext is the guest of the request, or the zero id: nobody known.
func FromContext(ctx context.Context) uuid.UUID {
	id, _ := ctx.Value(contextKey{}).(uuid.UUID)
	return id
}

// WithGuest returns a context whose request is id's.
func WithGuest(ctx context.Context, id uuid.UUID) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// Cookies signs and reads guest cookies.
type Cookies struct {
	key    [sha256.Size]byte
	secure bool
}

// New makes Cookies that sign with a key derived from secret. Secure cookies travel over HTTPS only.
func New(secret []byte, secure bool) *Cookies {
	c := &Cookies{secure: secure}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("guest cookie"))
	mac.Sum(c.key[:0])
	return c
}

const (
	idSize   = 16
	timeSize = 4
	macSize  = 16
)

// Read is the guest a request names and whether its cookie should be renewed. A cookie that is missing, forged, or older
// than Life is nobody's.
func (c *Cookies) Read(r *http.Request, now time.Time) (id uuid.UUID, renew bool) {
	cookie, err := r.Cookie(Name)
	if err != nil {
		return uuid.Nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || len(raw) != idSize+timeSize+macSize {
		return uuid.Nil, false
	}
	signed := raw[:idSize+timeSize]
	if !hmac.Equal(c.sign(signed), raw[len(signed):]) {
		return uuid.Nil, false
	}
	age := now.Sub(time.Unix(int64(binary.BigEndian.Uint32(raw[idSize:])), 0))
	if age > Life || age < -time.Hour {
		return uuid.Nil, false
	}
	return uuid.UUID(raw[:idSize]), age > Renew
}

// Set gives the browser id's cookie, good for Life from now.
func (c *Cookies) Set(h http.Header, id uuid.UUID, now time.Time) {
	raw := make([]byte, idSize, idSize+timeSize+macSize)
	copy(raw, id[:])
	raw = binary.BigEndian.AppendUint32(raw, uint32(now.Unix()))
	raw = append(raw, c.sign(raw)...)
	cookie := http.Cookie{Name: Name, Value: base64.RawURLEncoding.EncodeToString(raw), Path: "/",
		MaxAge: int(Life.Seconds()), HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode}
	h.Add("Set-Cookie", cookie.String())
}

func (c *Cookies) sign(data []byte) []byte {
	mac := hmac.New(sha256.New, c.key[:])
	mac.Write(data)
	return mac.Sum(nil)[:macSize]
}
