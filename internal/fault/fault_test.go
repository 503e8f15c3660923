package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"floresya/internal/fault"
)

func TestAStrangerIsNeverTheClientsFault(t *testing.T) {
	t.Parallel()
	secret := errors.New("password=x")
	for what, c := range map[string]struct {
		err  error
		kind fault.Kind
		code string
	}{
		"stranger":           {secret, fault.Internal, "internal"},
		"our deadline":       {fmt.Errorf("read: %w", context.DeadlineExceeded), fault.Unavailable, "timeout"},
		"the caller left":    {context.Canceled, fault.Internal, "internal"},
		"a wrapped fault":    {fmt.Errorf("place: %w", fault.New(fault.Conflict, "slot_full", "lleno")), fault.Conflict, "slot_full"},
		"a joined fault":     {errors.Join(secret, fault.NotFoundf("order not found")), fault.NotFound, "not_found"},
		"a fault's deadline": {fault.New(fault.Conflict, "late", "tarde").Because(context.DeadlineExceeded), fault.Conflict, "late"},
	} {
		f := fault.Of(c.err)
		if f.Kind != c.kind || f.Code != c.code || f.Msg == "" || f.Msg == secret.Error() {
			t.Errorf("%s: %+v, want %v %s", what, f, c.kind, c.code)
		}
		if f.Kind == fault.Unavailable && f.RetryAfter <= 0 {
			t.Errorf("%s: no time to try again", what)
		}
	}
	if !errors.Is(fault.Of(secret), secret) {
		t.Error("the cause is lost for the log")
	}
	if fault.Is(secret, "internal") || !fault.Is(fmt.Errorf("x: %w", fault.New(fault.Conflict, "a", "b")), "a") || fault.Is(nil, "") {
		t.Error("Is looks at the code of a fault in the tree, and at nothing else")
	}
}

func TestACheckerTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	var c fault.Checker
	if c.Err() != nil || !c.Check(true, "a", "no") || c.Err() != nil {
		t.Error("a check that held is a fault")
	}
	if c.Check(false, "b", "want %d", 1) {
		t.Error("Check = true for what failed")
	}
	c.Check(false, "c", "want %d", 2)
	f := fault.Of(c.Err())
	if f.Kind != fault.Invalid || f.Msg != "want 1" || len(f.Fields) != 2 || f.Fields[1] != (fault.Field{Path: "c", Msg: "want 2"}) {
		t.Errorf("fault = %+v", f)
	}
}

func TestAFaultForTheLogSaysAll(t *testing.T) {
	t.Parallel()
	err := fault.Invalidf("name", "falta %s", "algo").Because(errors.New("cause")).With("id", 3)
	if got, want := err.Error(), "falta algo (invalid); name: falta algo: cause"; got != want || err.Facts["id"] != 3 {
		t.Errorf("Error = %q, facts %v; want %q", got, err.Facts, want)
	}
}

func TestEveryKindHasItsOwnName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d is named %q", k, name)
		} else {
			seen[name] = true
		}
	}
}
