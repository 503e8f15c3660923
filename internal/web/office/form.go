package office

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
)

// form is what was typed and what is wrong with it. The zero value is an empty form.
type form struct {
	url.Values
	wrong  map[string]string // by field: what to do about it, in the reader's language
	notice string            // about the form as a whole
	ask    string            // something to confirm
}

func newForm(values url.Values) form { return form{Values: values, wrong: map[string]string{}} }

// Wrong is what is wrong with a field, or "".
func (f form) Wrong(field string) string { return f.wrong[field] }

func (f form) ok() bool { return len(f.wrong) == 0 && f.notice == "" && f.ask == "" }

// text is a field, trimmed. Line ends are those of Unix.
func (f form) text(field string) string {
	return strings.TrimSpace(strings.ReplaceAll(f.Get(field), "\r\n", "\n"))
}

// number reads a whole number from low to high, or notes what is wrong.
func (f form) number(field string, low, high int, wrong string) int {
	n, err := strconv.Atoi(f.text(field))
	if err != nil || n < low || n > high {
		f.wrong[field] = wrong
	}
	return n
}

// parse reads the posted form. Bytes that are no text are refused as a whole: no form of ours sends them.
func (v *visit) parse() (form, error) {
	if err := v.r.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return form{}, fault.New(fault.TooLarge, "too_large", "the form is too large").Because(err)
		}
		return form{}, fault.New(fault.Invalid, "bad_form", "the form cannot be read").Because(err)
	}
	for field, all := range v.r.PostForm {
		for _, text := range append(all, field) {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				return form{}, fault.New(fault.Invalid, "bad_form", "the form holds what is no text")
			}
		}
	}
	return newForm(v.r.PostForm), nil
}

// refuse puts a fault that the florist can mend into the form and reports whether it was one; fields names the form's own
// field for each of the service's. What nobody can mend here is for the error page.
func (v *visit) refuse(f *form, err error, fields map[string]string) bool {
	e := fault.Of(err)
	switch e.Kind {
	case fault.Invalid, fault.Conflict, fault.Unprocessable, fault.NotFound, fault.Limited, fault.Unavailable:
	default:
		return false
	}
	for _, wrong := range e.Fields {
		if name, ok := fields[wrong.Path]; ok {
			f.wrong[name] = wrong.Msg
		}
	}
	if len(f.wrong) == 0 {
		f.notice = v.sayFault(e)
	}
	return true
}

// sayFault is a fault in the reader's language where we know it by its code, else in the service's words.
func (v *visit) sayFault(e *fault.Error) string {
	if key := "fault." + e.Code; v.office.words.Has(key) {
		return v.Say(key)
	}
	return e.Msg
}

// decimal turns what people type into the plain form: "1.234,56" and "243,80" are Venezuelan, "243.80" is of a calculator.
// grouped says that a lone point before three digits groups thousands, as it does in bolívares.
func decimal(s string, grouped bool) string {
	s = strings.NewReplacer("$", "", "Bs.", "", "Bs", "", "\u00a0", "", " ", "").Replace(s)
	if strings.Contains(s, ",") {
		if strings.LastIndex(s, ".") > strings.LastIndex(s, ",") { // 1,234.56
			return strings.ReplaceAll(s, ",", "")
		}
		return strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
	}
	at := strings.LastIndex(s, ".")
	if at >= 0 && (strings.Count(s, ".") > 1 || grouped && len(s)-at == 4) {
		return strings.ReplaceAll(s, ".", "")
	}
	return s
}

// maxAmount is more than any order or payment: 99,999,999.99.
const maxAmount = 9_999_999_999

// amount reads a field as an amount above zero, or notes wrong.
func (f form) amount(field string, c money.Currency, wrong string) money.Money {
	v, err := money.ParseVES(decimal(f.text(field), c == money.CurrencyVES))
	if err != nil || v <= 0 || v > maxAmount {
		f.wrong[field] = wrong
		return money.Money{}
	}
	return money.Money{Minor: int64(v), Currency: c}
}
