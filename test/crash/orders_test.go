package crash

import (
	"encoding/base64"
	"testing"
)

// orders are all orders of the shop by id, as an administrator sees them.
func (c *caller) orders(t testing.TB) map[int]object {
	t.Helper()
	rows, _ := c.must(t, 200, "GET", "/api/orders", nil).at("data").(list)
	all := map[int]object{}
	for _, row := range rows {
		o := row.(object)
		all[int(o["id"].(float64))] = o
	}
	if len(all) != len(rows) {
		t.Errorf("%d orders are listed, %d of them different", len(rows), len(all))
	}
	return all
}

// guestOf is whom a guest cookie names: its first 16 bytes.
func guestOf(t testing.TB, cookie string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(b) < 16 {
		t.Fatalf("guest cookie %q: %v", cookie, err)
	}
	return string(b[:16])
}
