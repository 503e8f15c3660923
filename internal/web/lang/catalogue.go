package lang

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Catalogue holds the words of a set of pages: by key, the text in each language. It is read-only after NewCatalogue.
type Catalogue struct {
	texts map[string]Text
}

// Text is one message in both languages. Verbs of package fmt stand for what the page puts in.
type Text struct{ ES, EN string }

var verb = regexp.MustCompile(`%(\[\d+\])?[sdv]`)

// NewCatalogue joins parts into one catalogue. It reports every key that appears twice, lacks a language, or does not
// take the same arguments in both.
func NewCatalogue(parts ...map[string]Text) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]Text{}}
	var faults []error
	for _, part := range parts {
		for key, text := range part {
			if _, twice := c.texts[key]; twice {
				faults = append(faults, fmt.Errorf("message %q is written twice", key))
			}
			if text.ES == "" || text.EN == "" {
				faults = append(faults, fmt.Errorf("message %q lacks a language", key))
			}
			if !slices.Equal(verbs(text.ES), verbs(text.EN)) {
				faults = append(faults, fmt.Errorf("message %q takes other arguments in English", key))
			}
			c.texts[key] = text
		}
	}
	return c, errors.Join(faults...)
}

// Has reports whether there is a message for key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.texts[key]
	return ok
}

// Keys lists all keys, in no order.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.texts))
	for key := range c.texts {
		keys = append(keys, key)
	}
	return keys
}

// Say returns the message of key in l with args put in. A key that is not there is shown as it is, in ⟨⟩: a page with
// one odd word is better than no page; a test of the pages finds it.
func (c *Catalogue) Say(l Lang, key string, args ...any) string {
	text, ok := c.texts[key]
	if !ok {
		return "⟨" + key + "⟩"
	}
	s := text.ES
	if l == EN {
		s = text.EN
	}
	if len(args) == 0 {
		return s
	}
	// "a las 3:40 p. m." ends a sentence with its own point.
	return strings.ReplaceAll(fmt.Sprintf(s, args...), "m..", "m.")
}

// Plural says key+".one" for one and key+".many" otherwise. The number itself is the first argument.
func (c *Catalogue) Plural(l Lang, key string, n int, args ...any) string {
	form := ".many"
	if n == 1 {
		form = ".one"
	}
	return c.Say(l, key+form, append([]any{l.Count(n)}, args...)...)
}

// verbs lists what a text takes, sorted, so that languages may order their words differently.
func verbs(s string) []string {
	found := verb.FindAllString(s, -1)
	slices.Sort(found)
	return found
}

// In returns the text in l, or the Spanish one where the English is missing.
func (t Text) In(l Lang) string { return l.Pick(t.ES, t.EN) }
