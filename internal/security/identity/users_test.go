package identity_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/security/identity"
)

func TestFirstAdminIsMadeOnce(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	h := open(t, dsn, identity.Config{})
	passwords := make([]string, 8)
	var all sync.WaitGroup
	for n := range passwords {
		all.Go(func() {
			var err error
			if passwords[n], err = h.EnsureAdmin(t.Context(), "", ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	generated := strings.Join(passwords, "")
	_, p, err := h.Login(t.Context(), identity.DefaultAdmin, generated, identity.Client{})
	if err != nil || !p.Admin() {
		t.Fatalf("login with the one generated password %q: %v, %v", passwords, p, err)
	}
	again, err := h.EnsureAdmin(t.Context(), "otra@floresya.example", "Otra-clave-9")
	if err != nil || again != "" {
		t.Fatalf("second start: %q, %v", again, err)
	}
	if _, _, err := h.Login(t.Context(), "otra@floresya.example", "Otra-clave-9", identity.Client{}); err == nil {
		t.Error("a later start made another admin")
	}
}

func TestGivenPasswordFollowsThePolicy(t *testing.T) {
	t.Parallel()
	h := open(t, pgtest.URL(t), identity.Config{})
	for _, weak := range []string{"Ab1-", "sinmayuscula-1", "SINMINUSCULA-1", "SinNumero-", "SinSigno1", strings.Repeat("Aa1-", 33)} {
		if _, err := h.EnsureAdmin(t.Context(), rosa, weak); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("password %q: %v", weak, err)
		}
	}
}

func TestEmailBelongsToOneAccount(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	_, err := h.Create(t.Context(), identity.NewUser{Email: strings.ToUpper(rosa), Password: secret})
	if !fault.Is(err, "email_taken") {
		t.Fatalf("got %v", err)
	}
}

func TestLastAdminStays(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	no, user := false, identity.RoleUser
	for _, change := range []identity.Change{{Active: &no}, {Role: &user}} {
		if err := h.Change(t.Context(), 1, change); !fault.Is(err, "last_admin") {
			t.Errorf("got %v", err)
		}
	}
	if err := h.Change(t.Context(), 99, identity.Change{Active: &no}); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("unknown user: %v", err)
	}
}

func TestForgettingAPersonEndsTheirAccount(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	if _, err := h.Create(t.Context(), identity.NewUser{Email: "beto@floresya.example", Name: "Beto", Password: secret}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again for nobody active is no error
		if err := h.DeactivatePerson(t.Context(), "BETO@floresya.example"); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := h.Login(t.Context(), "beto@floresya.example", secret, identity.Client{}); fault.Of(err).Kind != fault.Unauthenticated {
		t.Errorf("signed in after: %v", err)
	}
	if err := h.DeactivatePerson(t.Context(), rosa); !fault.Is(err, "last_admin") {
		t.Errorf("the last admin: %v", err)
	}
}

func TestChangesOfTheUserEndHisSessions(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	id, err := h.Create(t.Context(), identity.NewUser{Email: "beto@floresya.example", Name: "Beto", Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	login := func(password string) string {
		token, _, err := h.Login(t.Context(), "beto@floresya.example", password, identity.Client{})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	token := login(secret)
	if err := h.SetPassword(t.Context(), id, "Girasol-2027"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Resolve(t.Context(), token); !fault.Is(err, "session_unknown") {
		t.Errorf("after a new password: %v", err)
	}
	token = login("Girasol-2027")
	no := false
	if err := h.Change(t.Context(), id, identity.Change{Active: &no}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Resolve(t.Context(), token); !fault.Is(err, "session_unknown") {
		t.Errorf("after deactivation: %v", err)
	}
	if _, _, err := h.Login(t.Context(), "beto@floresya.example", "Girasol-2027", identity.Client{}); !fault.Is(err, "wrong_credentials") {
		t.Errorf("login of an inactive user: %v", err)
	}
}

// The rows that the events leave behind are those that the commands did, and no event tells who the person is.
func TestReplayGivesTheSameUsers(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	id, err := h.Create(t.Context(), identity.NewUser{Email: "beto@floresya.example", Name: "Beto", Phone: "0414 1234567", Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	yes, admin := true, identity.RoleAdmin
	for _, c := range []identity.Change{{Role: &admin}, {EmailVerified: &yes}} {
		if err := h.Change(t.Context(), id, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.SetPassword(t.Context(), id, "Girasol-2027"); err != nil {
		t.Fatal(err)
	}
	tx, err := h.db.Pgx().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	live := rows(t, tx)
	if _, err := tx.Exec(t.Context(), `create schema scratch; create table scratch.users (like users including defaults);
		set local search_path = scratch, public`); err != nil {
		t.Fatal(err)
	}
	err = h.log.Scan(t.Context(), tx, 0, 100, func(events []*event.Recorded) error {
		b := &pgx.Batch{}
		h.log.Registry().Apply(b, events)
		return tx.SendBatch(t.Context(), b).Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(live, rows(t, tx)); diff != "" || len(live) != 2 {
		t.Errorf("%d live users; replay differs (-live +replay):\n%s", len(live), diff)
	}
	var leaks int
	if err := tx.QueryRow(t.Context(), `select count(*) from events where data::text ~* 'beto|rosalba|0414|argon2'`).Scan(&leaks); err != nil || leaks != 0 {
		t.Errorf("%d events with personal data or secrets, %v", leaks, err)
	}
}

func rows(t *testing.T, tx pgx.Tx) []string {
	t.Helper()
	r, err := tx.Query(t.Context(), `select to_jsonb(u)::text from users u order by id`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(r, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}
