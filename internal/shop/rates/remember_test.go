package rates

import (
	"testing"
	"time"
)

func TestTheShownRateIsAtMostASecondOld(t *testing.T) {
	t.Parallel()
	now := friday
	k := newKeeper(t, &now)
	other := &Keeper{db: k.db, log: k.log, cfg: k.cfg} // another process on the same database
	shown := func(want string) {
		t.Helper()
		if got, err := k.Shown(t.Context()); err != nil || got.Value != rate(t, want) {
			t.Errorf("shown: got %s, %v; want %s", got.Value, err, want)
		}
	}
	k.must(t, Answer{rate(t, "100"), SourceSeed, "2026-07-01"}, Accepted)
	shown("100")
	if _, err := k.SetByHand(t.Context(), rate(t, "110"), 0, true); err != nil {
		t.Fatal(err)
	}
	shown("110")
	if _, err := other.SetByHand(t.Context(), rate(t, "120"), 0, true); err != nil {
		t.Fatal(err)
	}
	shown("110")
	now = now.Add(time.Second)
	shown("120")
}
