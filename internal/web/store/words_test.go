package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// said finds the messages that code and templates ask for. A key that ends in a dot or bar of + is a prefix: the rest of
// it is computed, from a set that the test below names.
var said = regexp.MustCompile(`(Say|Plural)\("([a-z0-9_.]+)"( \+)?`)

// computed are the ends of keys that are put together at run time.
func computed() map[string][]string {
	states := []string{"pending", "verified", "preparing", "shipped", "delivered", "cancelled"}
	return map[string][]string{
		"method.": {"mobile_payment", "bank_transfer", "zelle", "crypto", "cash"}, "state.": states,
		"payment.": {"pending", "completed", "failed", "refunded", "partially_refunded"}, "substitute.": substitutes(),
		"station.": states[:5], "station.pickup.": {"shipped", "delivered"},
		"track.": {"verified", "preparing", "shipped", "delivered", "cancelled"},
	}
}

func TestEveryMessageIsSaidAndEverySayingIsWritten(t *testing.T) {
	catalogue, err := newWords()
	if err != nil {
		t.Fatal(err) // a language is missing, or its arguments differ
	}
	used := map[string]bool{}
	want := func(key, file string) {
		used[key] = true
		if !catalogue.Has(key) {
			t.Errorf("%s says %q, which is not written", file, key)
		}
	}
	literal := regexp.MustCompile(`"([a-z]+\.[a-z0-9_.]+)"`)
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, ".templ") && (!strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_templ.go") ||
			strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "words")) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			switch key := m[2]; {
			case m[3] != "":
				for _, end := range computed()[key] {
					want(key+end, file)
				}
			case m[1] == "Plural":
				want(key+".one", file)
				want(key+".many", file)
			default:
				want(key, file)
			}
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) { // tables name keys without saying them
			if catalogue.Has(m[1]) {
				used[m[1]] = true
			}
		}
	}
	for _, key := range catalogue.Keys() {
		if !used[key] {
			t.Errorf("nothing says %q", key)
		}
	}
}

func TestEveryRefusalHasWords(t *testing.T) {
	catalogue, err := newWords()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("refusals.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`blame\{"[a-z_]*", "([^"]+)"\}`).FindAllStringSubmatch(string(text), -1)
	if len(found) < 20 {
		t.Fatalf("found %d refusals, want all of them", len(found))
	}
	for _, m := range found {
		if !catalogue.Has(m[1]) {
			t.Errorf("refusals.go says %q, which is not written", m[1])
		}
	}
}
