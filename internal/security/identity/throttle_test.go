package identity_test

import (
	"fmt"
	"testing"
	"time"

	"floresya/internal/fault"
	"floresya/internal/security/identity"
)

// The attack: guess the password of one account. After five guesses each costs a growing wait, from any address.
func TestGuessingAtOneAccountGetsSlower(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	start, guesses := h.clock.Now(), 0
	for n := 0; h.clock.Now().Sub(start) < 10*time.Minute; n++ {
		_, _, err := h.Login(t.Context(), rosa, "Adivina-1", identity.Client{Address: fmt.Sprint("10.9.", n/250, ".", n%250)})
		switch f := fault.Of(err); f.Code {
		case "wrong_credentials":
			guesses++
		case "too_many_attempts":
			if f.RetryAfter <= 0 || f.RetryAfter > time.Minute {
				t.Fatalf("wait %v", f.RetryAfter)
			}
			h.clock.pass(f.RetryAfter)
		default:
			t.Fatal(err)
		}
	}
	if guesses > 25 {
		t.Fatalf("%d guesses in ten minutes", guesses)
	}
}

func TestStrangersDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	h.login(t)
	for n := range 12 {
		_, _, _ = h.Login(t.Context(), rosa, "Adivina-1", identity.Client{Address: fmt.Sprint("10.9.0.", n)})
	}
	if _, _, err := h.Login(t.Context(), rosa, secret, identity.Client{Address: "10.9.9.9"}); !fault.Is(err, "too_many_attempts") {
		t.Errorf("from a new address: %v", err)
	}
	h.login(t) // from the known one
}

// The attack: one password against many accounts from one address.
func TestSprayingFromOneAddressGetsSlower(t *testing.T) {
	t.Parallel()
	h := withRosa(t)
	refused := 0
	for n := range 40 {
		_, _, err := h.Login(t.Context(), fmt.Sprintf("cliente%d@floresya.example", n), secret, identity.Client{Address: "10.9.9.9"})
		if fault.Is(err, "too_many_attempts") {
			refused++
		}
	}
	if refused != 20 {
		t.Fatalf("%d of 40 refused, want 20", refused)
	}
	if _, _, err := h.Login(t.Context(), rosa, secret, identity.Client{Address: "10.0.0.7"}); err != nil {
		t.Errorf("another address suffers: %v", err)
	}
}
