package orders_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"floresya/internal/shop/customers"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/orders"
)

// TestPersonalDataStaysInItsTable gives an order a name in every personal text, takes it through its life, and looks for the
// name in every column of every table.
func TestPersonalDataStaysInItsTable(t *testing.T) {
	t.Parallel()
	const marker = "Zoraida"
	s := newShop(t, orders.Config{})
	p := tomorrow(1)
	p.Customer = orders.Contact{Name: marker, Email: marker + "@example.com", Phone: "0414-7654321"}
	p.Recipient = orders.Contact{Name: marker + " R", Phone: "0416-7654321"}
	for _, text := range []*string{&p.Address, &p.Landmark, &p.City, &p.State, &p.Zip, &p.DeliveryNotes, &p.Notes, &p.CardMessage, &p.CardSignature} {
		*text = marker + " was here"
	}
	ctx := idempotency.WithKey(t.Context(), idempotency.Key{Scope: "guest:1", Route: "POST /api/orders", Key: "k", Fingerprint: []byte("a")})
	r, err := s.Place(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []orders.Status{orders.Verified, orders.Shipped, orders.Cancelled} {
		if _, err := s.SetStatus(t.Context(), r.ID, to, "", 0); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.columnsWith(t, marker), []string{"personal.address", "personal.card_message", "personal.card_signature", "personal.city",
		"personal.delivery_notes", "personal.email", "personal.landmark", "personal.name", "personal.notes", "personal.recipient_name",
		"personal.state", "personal.zip"}; !slices.Equal(got, want) {
		t.Errorf("the name is in %v,\nwant %v", got, want)
	}
	if got := s.columnsWith(t, "7654321"); !slices.Equal(got, []string{"personal.phone", "personal.recipient_phone"}) {
		t.Errorf("the phone is in %v", got)
	}
	if got := s.columnsWith(t, r.Token); !slices.Equal(got, []string{"personal.token"}) {
		t.Errorf("the tracking token is in %v", got)
	}
	if n, err := customers.Forget(t.Context(), s.log, strings.ToUpper(p.Customer.Email)); err != nil || n != 1 {
		t.Fatalf("forget: %d, %v", n, err)
	}
	if got := append(s.columnsWith(t, marker), s.columnsWith(t, "7654321")...); len(got) != 0 {
		t.Errorf("after forgetting it is in %v", got)
	}
	o, err := s.Order(t.Context(), r.ID)
	if err != nil || o.Customer != (orders.Contact{}) || o.Status != orders.Cancelled || len(o.Items) != 1 {
		t.Errorf("the order without its person: %+v, %v", o, err)
	}
	s.adds(t)
}

// columnsWith are the columns of all tables whose text holds what.
func (s *shop) columnsWith(t *testing.T, what string) []string {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `select table_name || '.' || column_name from information_schema.columns
		where table_schema = 'public' and table_name in (select tablename from pg_tables where schemaname = 'public') order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(columns) < 100 {
		t.Fatalf("%d columns, %v", len(columns), err)
	}
	return slices.DeleteFunc(columns, func(name string) bool {
		table, column, _ := strings.Cut(name, ".")
		return s.count(t, fmt.Sprintf(`select count(*) from %s where %s::text ilike '%%' || $1 || '%%'`,
			pgx.Identifier{table}.Sanitize(), pgx.Identifier{column}.Sanitize()), what) == 0
	})
}
