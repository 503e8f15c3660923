package store

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"floresya/internal/fault"
)

// form is what was typed into a form and what is wrong with it.
type form struct {
	url.Values
	wrong  map[string]string // by field: what to do about it, in the reader's language
	notice string            // about the form as a whole
}

func newForm(values url.Values) form { return form{Values: values, wrong: map[string]string{}} }

// Wrong is what is wrong with a field, or "".
func (f form) Wrong(field string) string { return f.wrong[field] }

// ok reports whether nothing is wrong.
func (f form) ok() bool { return len(f.wrong) == 0 && f.notice == "" }

// text is a field, trimmed. Line ends are those of Unix.
func (f form) text(field string) string {
	return strings.TrimSpace(strings.ReplaceAll(f.Get(field), "\r\n", "\n"))
}

// require notes missing if the field is empty, and says whether there is something.
func (f form) require(field, missing string) bool {
	if f.text(field) == "" {
		f.wrong[field] = missing
		return false
	}
	return true
}

// bound notes tooLong if the field has more than most characters.
func (f form) bound(field string, most int, tooLong string) {
	if utf8.RuneCountInString(f.text(field)) > most {
		f.wrong[field] = tooLong
	}
}

// parseForm reads a plain form. Bytes that are no text are refused as a whole: no form of ours sends them.
func (v *visit) parseForm() error {
	if err := v.r.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return err
		}
		return fault.New(fault.Invalid, "bad_form", "the form cannot be read").Because(err)
	}
	return cleanText(v.r.PostForm)
}

func cleanText(values url.Values) error {
	for field, all := range values {
		for _, text := range append(all, field) {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				return fault.Invalidf(strings.ToValidUTF8(field, "?"), "is not text")
			}
		}
	}
	return nil
}
