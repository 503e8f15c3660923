package identity

import (
	"context"
	"strings"
	"testing"

	"floresya/internal/fault"
)

func TestHashMatchesItsPasswordOnly(t *testing.T) {
	t.Parallel()
	cost := Cost{Memory: 64, Passes: 1, Lanes: 1}
	stored, err := parsePHC(newPHC("Orquídea-1", cost).String())
	if err != nil {
		t.Fatal(err)
	}
	if !stored.matches("Orquídea-1") || !stored.matches("Orqui\u0301dea-1") {
		t.Error("the password, composed or decomposed, does not match")
	}
	if stored.matches("orquídea-1") || stored.matches("") {
		t.Error("another password matches")
	}
	if first, second := newPHC("a", cost).String(), newPHC("a", cost).String(); first == second {
		t.Error("two hashes share a salt")
	}
}

// From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1.
func TestHashIsArgon2id(t *testing.T) {
	t.Parallel()
	p, err := parsePHC("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	if err != nil || !p.matches("password") {
		t.Fatalf("reference hash: %v", err)
	}
}

func TestNobodyCostsWhatAnAccountCosts(t *testing.T) {
	t.Parallel()
	cfg, err := Config{}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	h := newHasher(cfg.Hash, 1, 1)
	if h.nobody.cost != cfg.Hash || len(h.nobody.salt) != saltBytes || len(h.nobody.hash) != hashBytes {
		t.Errorf("an unknown e-mail is compared at another cost: %+v", h.nobody)
	}
	if cfg.Hash.Memory < 19<<10 || cfg.Hash.Passes < 2 {
		t.Errorf("default cost %+v is below OWASP's minimum", cfg.Hash)
	}
}

func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h := newHasher(Cost{Memory: 64, Passes: 1, Lanes: 1}, 2, 1)
	var leaves []func()
	for range 2 {
		leave, err := h.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, leave)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.enter(gone); !fault.Is(err, "sign_in_busy") {
		t.Errorf("a caller who went away waits: %v", err)
	}
	h.waiting <- struct{}{} // one waits
	if _, err := h.enter(t.Context()); !fault.Is(err, "sign_in_busy") {
		t.Errorf("the queue is full: %v", err)
	}
	<-h.waiting
	leaves[0]()
	if _, err := h.enter(t.Context()); err != nil {
		t.Errorf("a place is free: %v", err)
	}
}

func TestBoundedMapKeepsItsLimit(t *testing.T) {
	t.Parallel()
	m := newBounded[int](8, func(a, b int) bool { return a < b })
	for n := range 100 {
		m.put(n, n)
	}
	if len(m.entries) != 8 {
		t.Fatalf("%d entries, want 8", len(m.entries))
	}
	for n := range m.entries {
		if n < 92 {
			t.Errorf("entry %d outlived better ones", n)
		}
	}
}

func TestGeneratedPasswordFollowsThePolicy(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		p := generate()
		var c fault.Checker
		checkPassword(&c, p)
		if err := c.Err(); err != nil || seen[p] {
			t.Fatalf("%q: %v, seen before: %v", p, err, seen[p])
		}
		seen[p] = true
	}
}

// Whatever stands in the column is either refused or read as it was written, at a bounded cost.
func FuzzParsePHC(f *testing.F) {
	f.Add(newPHC("x", Cost{Memory: 64, Passes: 1, Lanes: 1}).String())
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$" + strings.Repeat("A", 43))
	f.Add("$argon2i$v=19$m=64,t=1,p=1$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.String() != s || p.cost.Memory > maxMemory || p.cost.Passes > maxPasses {
			t.Errorf("%q was read as %q", s, p)
		}
	})
}
