package guest_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"floresya/internal/web/guest"
)

var day = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func with(header http.Header) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	r.Header.Set("Cookie", cookie)
	return r
}

func TestCookieNamesItsGuestForThirtyDays(t *testing.T) {
	c, id, h := guest.New([]byte("secret"), true), uuid.New(), http.Header{}
	c.Set(h, id, day)
	for _, want := range []string{"HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=2592000"} {
		if !strings.Contains(h.Get("Set-Cookie"), want) {
			t.Errorf("cookie %q lacks %s", h.Get("Set-Cookie"), want)
		}
	}
	for _, tt := range []struct {
		after time.Duration
		known bool
		renew bool
	}{{0, true, false}, {23 * time.Hour, true, false}, {25 * time.Hour, true, true}, {29 * 24 * time.Hour, true, true},
		{31 * 24 * time.Hour, false, false}, {-2 * time.Hour, false, false}} {
		got, renew := c.Read(with(h), day.Add(tt.after))
		if (got == id) != tt.known || renew != tt.renew {
			t.Errorf("after %v: got %v, renew %v; want known %v, renew %v", tt.after, got, renew, tt.known, tt.renew)
		}
	}
}

func TestForgedCookiesAreNobodys(t *testing.T) {
	c, id, h := guest.New([]byte("secret"), false), uuid.New(), http.Header{}
	c.Set(h, id, day)
	value, _, _ := strings.Cut(strings.TrimPrefix(h.Get("Set-Cookie"), guest.Name+"="), ";")
	raw, _ := base64.RawURLEncoding.DecodeString(value)
	for i := range raw {
		forged := append([]byte(nil), raw...)
		forged[i] ^= 1
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: guest.Name, Value: base64.RawURLEncoding.EncodeToString(forged)})
		if got, _ := c.Read(r, day); got != uuid.Nil {
			t.Errorf("byte %d changed: still %v", i, got)
		}
	}
	other := guest.New([]byte("another secret"), false)
	if got, _ := other.Read(with(h), day); got != uuid.Nil {
		t.Errorf("a cookie of another secret names %v", got)
	}
}
