package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"floresya/internal/fault"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/security/identity"
)

func TestTwentySignInsAtOnceGetTwentySessions(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	tokens := make([]string, 20)
	var all sync.WaitGroup
	for n := range tokens {
		all.Go(func() {
			token, p, err := h.Login(t.Context(), " ROSALBA@floresya.example ", secret, identity.Client{Address: "10.0.0.1"})
			if err != nil || !p.Admin() || p.Email != rosa {
				t.Errorf("login %d: %v, %v", n, p, err)
			}
			tokens[n] = token
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, token := range tokens {
		p, err := h.Resolve(t.Context(), token)
		if err != nil || p.UserID != 1 || seen[token] {
			t.Errorf("resolve: %v, %v, token seen before: %v", p, err, seen[token])
		}
		seen[token] = true
	}
}

func TestTokenIsStoredHashedOnly(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	token := h.login(t)
	var rows int
	err := h.db.Reader().QueryRow(t.Context(), `
		select count(*) from sessions s where length(token_hash) = 32 and to_jsonb(s)::text not like '%' || $1 || '%'`, token).Scan(&rows)
	if err != nil || rows != 1 {
		t.Fatalf("rows with a digest and without the token: %d, %v", rows, err)
	}
}

func TestUnknownEmailAndWrongPasswordGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	_, _, wrong := h.Login(t.Context(), rosa, "Orquídea-1949", identity.Client{})
	_, _, unknown := h.Login(t.Context(), "nadie@floresya.example", secret, identity.Client{})
	if !fault.Is(wrong, "wrong_credentials") || wrong.Error() != unknown.Error() {
		t.Fatalf("wrong password: %v; unknown e-mail: %v", wrong, unknown)
	}
}

func TestFaultsOfTheFormNameTheField(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	for _, c := range []struct{ email, password, field string }{
		{"", secret, "email"}, {strings.Repeat("a", 300), secret, "email"}, {"a\xff@b.c", secret, "email"}, {"a\x00@b.c", secret, "email"},
		{rosa, "", "password"}, {rosa, strings.Repeat("a", 1000), "password"},
	} {
		_, _, err := h.Login(t.Context(), c.email, c.password, identity.Client{})
		if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Path != c.field {
			t.Errorf("login(%.10q): got %v, want a fault of %s", c.email, err, c.field)
		}
	}
}

func TestLogoutEndsTheSessionInMemoryAndInTheDatabase(t *testing.T) {
	t.Parallel()
	dsn := pgtest.URL(t)
	h, other := open(t, dsn, identity.Config{}), open(t, dsn, identity.Config{})
	if _, err := h.EnsureAdmin(t.Context(), rosa, secret); err != nil {
		t.Fatal(err)
	}
	token, kept := h.login(t), h.login(t)
	if err := h.Logout(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	for name, i := range map[string]house{"this process": h, "another process": other} {
		if p, err := i.Resolve(t.Context(), token); !fault.Is(err, "session_unknown") {
			t.Errorf("%s: got %v, %v after the logout", name, p, err)
		}
		if _, err := i.Resolve(t.Context(), kept); err != nil {
			t.Errorf("%s: the other session is gone too: %v", name, err)
		}
	}
}

func TestSessionRollsAndEnds(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	token := h.login(t)
	for range 3 {
		h.clock.pass(20 * time.Hour)
		if _, err := h.Resolve(t.Context(), token); err != nil {
			t.Fatalf("used every 20 h: %v", err)
		}
	}
	h.clock.pass(24*time.Hour + time.Second)
	if _, err := h.Resolve(t.Context(), token); !fault.Is(err, "session_unknown") {
		t.Fatalf("unused for more than 24 h: %v", err)
	}
}

func TestGarbageIsNoToken(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	h.db.Close() // must not even ask
	for _, token := range []string{"", "x", strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("é", 43), strings.Repeat("A", 42) + "B"} {
		if _, err := h.Resolve(t.Context(), token); !fault.Is(err, "session_unknown") {
			t.Errorf("resolve(%q): %v", token, err)
		}
	}
}

func TestSessionsOutlastTheDatabaseForFifteenMinutes(t *testing.T) {
	t.Parallel()
	w, dsn := newWire(t, pgtest.URL(t))
	h := open(t, dsn, identity.Config{})
	if _, err := h.EnsureAdmin(t.Context(), rosa, secret); err != nil {
		t.Fatal(err)
	}
	token, out := h.login(t), h.login(t)
	w.Cut(true)
	for range 14 {
		h.clock.pass(time.Minute)
		if p, err := h.Resolve(t.Context(), token); err != nil || !p.Admin() {
			t.Fatalf("while the database is away: %v, %v", p, err)
		}
	}
	if err := h.Logout(t.Context(), out); !fault.Is(err, "database_away") {
		t.Errorf("logout while away: %v", err)
	}
	if _, err := h.Resolve(t.Context(), out); !fault.Is(err, "session_unknown") {
		t.Errorf("resolve after a logout while away: %v", err)
	}
	if _, _, err := h.Login(t.Context(), rosa, secret, identity.Client{}); !fault.Is(err, "database_away") {
		t.Errorf("login while away: %v", err)
	}
	h.clock.pass(time.Minute)
	if _, err := h.Resolve(t.Context(), token); !fault.Is(err, "database_away") {
		t.Fatalf("after 15 minutes: %v", err)
	}
	w.Cut(false)
	if _, err := h.Resolve(t.Context(), token); err != nil {
		t.Fatalf("database back: %v", err)
	}
	if _, err := h.Resolve(t.Context(), out); !fault.Is(err, "session_unknown") {
		t.Errorf("the session that ended while away is back: %v", err)
	}
}

// A database that hangs is worse than one that is gone: nobody says no.
func TestSessionsOutlastADatabaseThatHangs(t *testing.T) {
	t.Parallel()
	w, dsn := newWire(t, pgtest.URL(t))
	h := open(t, dsn, identity.Config{})
	if _, err := h.EnsureAdmin(t.Context(), rosa, secret); err != nil {
		t.Fatal(err)
	}
	token := h.login(t)
	w.Hang()
	t.Cleanup(func() { w.Cut(true) }) // before the pools close, which would wait
	h.clock.pass(time.Minute)
	start := time.Now()
	for range 100 {
		if p, err := h.Resolve(t.Context(), token); err != nil || !p.Admin() {
			t.Fatalf("while the database hangs: %v, %v", p, err)
		}
	}
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("100 requests waited %v in all", took)
	}
	if _, _, err := h.Login(t.Context(), rosa, secret, identity.Client{}); !fault.Is(err, "database_away") {
		t.Errorf("login while it hangs: %v", err)
	}
}
