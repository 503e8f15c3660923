package customers_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/customers"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// marker is in every personal text of the tests.
const marker = "Zoraida"

type shop struct {
	log  *event.Log
	pool *pgxpool.Pool
}

func newShop(t *testing.T) *shop {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(customers.Events())
	if err != nil {
		t.Fatal(err)
	}
	return &shop{log: event.NewLog(db, registry, time.Now), pool: db.Pgx()}
}

func (s *shop) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// person is a row with the marker in every text that a person gives.
func person(kind, email string) customers.Person {
	text := func(s string) string { return marker + " " + s }
	return customers.Person{ID: uuid.New(), Kind: kind, Name: text("name"), Email: email, Phone: text("phone"),
		RecipientName: text("recipient"), RecipientPhone: text("r. phone"), Address: text("address"), Landmark: text("landmark"),
		City: text("city"), State: text("state"), Zip: text("zip"), DeliveryNotes: text("delivery"), Notes: text("notes"),
		CardMessage: text("card"), CardSignature: text("signature"), Details: map[string]any{"holder": text("holder")},
		Token: "token" + uuid.NewString()}
}

func (s *shop) insert(t *testing.T, people ...customers.Person) {
	t.Helper()
	b := &pgx.Batch{}
	if err := customers.QueueInsert(b, people, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.pool.SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}
}

// order gives person an order with payments by payers.
func (s *shop) order(t *testing.T, id int, personal uuid.UUID, payers ...uuid.UUID) {
	t.Helper()
	s.exec(t, `insert into orders (id, personal_id, language, status, delivery_method, delivery_cost_usd, total_amount_usd, stock_state, version,
		created_at, updated_at) values ($1, $2, 'es', 'pending', 'delivery', 0, 1, 'reserved', 1, now(), now())`, id, personal)
	for i, payer := range payers {
		s.exec(t, `insert into payments (id, order_id, payment_method_name, method, personal_id, amount_usd, currency, status, created_at, updated_at)
			values ($1, $2, 'Zelle', 'zelle', $3, 1, 'USD', 'pending', now(), now())`, id*10+i, id, payer)
	}
}

// holding are the table.columns, of all tables, whose text holds what.
func (s *shop) holding(t *testing.T, what string) []string {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `select table_name, column_name from information_schema.columns
		where table_schema = 'public' and table_name in (select tablename from pg_tables where schemaname = 'public')
		order by table_name, column_name`)
	if err != nil {
		t.Fatal(err)
	}
	type column struct{ Table, Column string }
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil || len(columns) < 100 {
		t.Fatalf("%d columns, %v", len(columns), err)
	}
	var found []string
	for _, c := range columns {
		var n int
		query := fmt.Sprintf(`select count(*) from %s where %s::text ilike '%%' || $1 || '%%'`, pgx.Identifier{c.Table}.Sanitize(), pgx.Identifier{c.Column}.Sanitize())
		if err := s.pool.QueryRow(t.Context(), query, what).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found = append(found, c.Table+"."+c.Column)
		}
	}
	return found
}

func TestForgetErasesAPersonEverywhere(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	user, first, second := person("user", "zoraida@example.com"), person("order", "ZORAIDA@example.com"), person("order", "zoraida@example.com")
	payer, other, otherPayer := person("payment", ""), person("order", "ana@example.com"), person("payment", "")
	s.insert(t, user, first, second, payer, other, otherPayer)
	s.order(t, 1, first.ID, payer.ID)
	s.order(t, 2, second.ID)
	s.order(t, 3, other.ID, otherPayer.ID)
	s.exec(t, `insert into users (id, personal_id, version, created_at, updated_at) values (1, $1, 1, now(), now())`, user.ID)
	s.exec(t, `insert into credentials values (1, 'hash')`)
	s.exec(t, `insert into sessions values ('x', 1, now(), now() + interval '1 day')`)
	if n, err := customers.Forget(t.Context(), s.log, "Zoraida@Example.com"); err != nil || n != 4 {
		t.Fatalf("Forget = %d, %v; want 4 rows", n, err)
	}
	for _, p := range []customers.Person{user, first, second, payer} {
		var row map[string]any
		if err := s.pool.QueryRow(t.Context(), `select to_jsonb(p) - 'id' - 'kind' - 'created_at' - 'erased_at' from personal p
			where id = $1 and erased_at is not null`, p.ID).Scan(&row); err != nil {
			t.Fatalf("%s row: %v", p.Kind, err)
		}
		for column, v := range row {
			if v != nil && v != "" {
				t.Errorf("%s row still has %s = %v", p.Kind, column, v)
			}
		}
		stream, err := s.log.Stream(t.Context(), s.pool, "person-"+p.ID.String())
		if err != nil || len(stream) != 1 || *stream[0].Payload.(*customers.Erased) != (customers.Erased{Person: p.ID}) {
			t.Errorf("events of the %s row: %v, %v; want one erasure", p.Kind, stream, err)
		}
	}
	if found := s.holding(t, "zoraida@example.com"); len(found) != 0 {
		t.Errorf("her address is still in %v", found)
	}
	var left string
	if err := s.pool.QueryRow(t.Context(), `select (select count(*) from personal where name like 'Zoraida%') || ' ' || (select count(*) from sessions)
		|| ' ' || (select count(*) from credentials) || ' ' || (select count(*) from orders) || ' ' || (select count(*) from payments)`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left != "2 0 0 3 2" { // the other customer and their payer; all orders and payments stay
		t.Errorf("personal rows, sessions, credentials, orders, payments = %s, want 2 0 0 3 2", left)
	}
	if _, err := customers.Forget(t.Context(), s.log, "zoraida@example.com"); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("again: %v, want not found", err)
	}
}

func TestForgetByTheIdOfARow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	one, payer, second, other := person("order", "a@example.com"), person("payment", ""), person("payment", ""), person("order", "a@example.com")
	s.insert(t, one, payer, second, other)
	s.order(t, 1, one.ID, payer.ID, second.ID)
	s.order(t, 2, other.ID)
	if n, err := customers.Forget(t.Context(), s.log, strings.ToUpper(one.ID.String())); err != nil || n != 3 {
		t.Errorf("Forget = %d, %v; want the order's row and its two payers", n, err)
	}
	var left []uuid.UUID
	rows, err := s.pool.Query(t.Context(), `select id from personal where name <> ''`)
	if err == nil {
		left, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	}
	if err != nil || !slices.Equal(left, []uuid.UUID{other.ID}) {
		t.Errorf("left = %v, %v; want %v", left, err, other.ID)
	}
}

func TestForgetNobodyErasesNobody(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.insert(t, person("order", "ana@example.com"), person("payment", ""))
	for _, who := range []string{"", " ", "%", "ana", "_na@example.com", uuid.NewString(), "ana@example.com' or true --", "00000000-0000-0000-0000-000000000000"} {
		if n, err := customers.Forget(t.Context(), s.log, who); n != 0 || fault.Of(err).Kind != fault.NotFound {
			t.Errorf("Forget(%q) = %d, %v; want not found", who, n, err)
		}
	}
	var n int
	if err := s.pool.QueryRow(t.Context(), `select count(*) from personal where erased_at is null`).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d rows left, %v; want 2", n, err)
	}
}

func TestPeopleAreInsertedWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	full, empty := person("payment", "a@b.co"), customers.Person{ID: uuid.New(), Kind: customers.KindUser}
	s.insert(t, full, empty)
	var row map[string]any
	if err := s.pool.QueryRow(t.Context(), `select to_jsonb(p) from personal p where id = $1`, full.ID).Scan(&row); err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{"kind": "payment", "name": full.Name, "email": full.Email, "phone": full.Phone,
		"recipient_name": full.RecipientName, "recipient_phone": full.RecipientPhone, "address": full.Address, "landmark": full.Landmark,
		"city": full.City, "state": full.State, "zip": full.Zip, "delivery_notes": full.DeliveryNotes, "notes": full.Notes,
		"card_message": full.CardMessage, "card_signature": full.CardSignature, "token": full.Token} {
		if row[column] != want {
			t.Errorf("%s = %v, want %v", column, row[column], want)
		}
	}
	if details, _ := row["details"].(map[string]any); details["holder"] != marker+" holder" {
		t.Errorf("details = %v", row["details"])
	}
	var nulls int
	if err := s.pool.QueryRow(t.Context(), `select num_nulls(city, state, zip, details, token, erased_at) from personal where id = $1`, empty.ID).Scan(&nulls); err != nil || nulls != 6 {
		t.Errorf("%d columns of an empty person are null, %v; want 6", nulls, err)
	}
	err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		return customers.Insert(context.WithoutCancel(t.Context()), tx, customers.Person{ID: uuid.New(), Kind: "stranger"}, time.Now())
	})
	if err == nil {
		t.Error("a person of an unknown kind was kept")
	}
}
