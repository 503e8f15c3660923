package store

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	recentCookie = "fy_pedidos"
	recentAge    = 90 * 24 * time.Hour
	maxRecent    = 5
)

// token is the shape of a tracking token. The orders service knows which ones exist; this only keeps nonsense away
// from it.
var token = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

// recent lists the tokens of the orders made in this browser, newest first.
func (v *visit) recent() []string {
	c, err := v.r.Cookie(recentCookie)
	if err != nil {
		return nil
	}
	var tokens []string
	for part := range strings.SplitSeq(c.Value, ".") {
		if token.MatchString(part) && !slices.Contains(tokens, part) && len(tokens) < maxRecent {
			tokens = append(tokens, part)
		}
	}
	return tokens
}

// remember puts an order first among the recent ones.
func (v *visit) remember(order string) {
	tokens := slices.DeleteFunc(v.recent(), func(t string) bool { return t == order })
	tokens = append([]string{order}, tokens...)
	v.setCookie(recentCookie, strings.Join(tokens[:min(len(tokens), maxRecent)], "."), recentAge)
}

// randomKey makes an idempotency key that nobody else has.
func randomKey() string { return rand.Text() }
