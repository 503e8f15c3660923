package store

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
	"floresya/internal/shop/picture"
	"floresya/internal/web/lang"
)

const maxReceipt = 8 << 20

// submitProof takes what a customer says was paid. A proof for a part is welcome; the rest stays due.
func (s *Store) submitProof(v *visit) error {
	receipt, err := v.parseProof()
	if err != nil {
		return err
	}
	d, err := s.thanksData(v, v.r.PostForm.Get("metodo"))
	if err != nil {
		return err
	}
	d.form = newForm(v.r.PostForm)
	if !validKey(d.form.Get("llave")) {
		d.form.Set("llave", s.key())
	}
	proof := v.readProof(d.form, d.method)
	if receipt != nil {
		proof.Receipt = bytes.NewReader(receipt)
		if proof.MIME, err = picture.Sniff(receipt); err != nil {
			d.form.wrong["comprobante"] = v.Say("proof.wrong.file")
		}
	}
	if !d.form.ok() {
		return s.showThanks(v, http.StatusUnprocessableEntity, d)
	}
	if err := s.Payments.Submit(v.ctx(), d.order.Token, d.form.Get("llave"), proof); err != nil {
		if !v.refuse(&d.form, err) {
			return err
		}
		return s.showThanks(v, http.StatusUnprocessableEntity, d)
	}
	return v.redirect("/gracias/" + d.order.Token + "#pagos")
}

// parseProof reads the form and returns the bytes of the receipt, nil if there is none. Everything stays in memory; the route bounds it.
func (v *visit) parseProof() ([]byte, error) {
	if !strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data") {
		return nil, v.parseForm()
	}
	if err := v.r.ParseMultipartForm(proofBody); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || errors.Is(err, multipart.ErrMessageTooLarge) {
			return nil, fault.New(fault.TooLarge, "too_large", "the receipt is too large").Because(err)
		}
		return nil, fault.New(fault.Invalid, "bad_form", "the form cannot be read").Because(err)
	}
	if err := cleanText(v.r.PostForm); err != nil {
		return nil, err
	}
	file, head, err := v.r.FormFile("comprobante")
	if err != nil || head.Size == 0 {
		return nil, nil // no file was chosen
	}
	defer file.Close()
	if head.Size > maxReceipt {
		return nil, fault.New(fault.TooLarge, "too_large", "the receipt is too large")
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, fault.New(fault.Invalid, "bad_form", "the receipt cannot be read").Because(err)
	}
	return content, nil
}

// readProof reads the form and notes in it what is missing or wrong.
func (v *visit) readProof(f form, m Method) Proof {
	p := Proof{Method: m.Code, Reference: f.text("referencia"), Bank: f.text("banco"), Phone: f.text("telefono")}
	f.bound("referencia", 60, v.Say("field.long", 60))
	f.bound("banco", 80, v.Say("field.long", 80))
	if m.Code != "cash" {
		f.require("referencia", v.Say("proof.need.reference"))
	}
	if p.Phone != "" && !plausiblePhone(p.Phone) {
		f.wrong["telefono"] = v.Say("proof.wrong.phone")
	}
	p.Date = v.today()
	if text := f.text("fecha"); text != "" {
		day, err := time.ParseInLocation(dateLayout, text, lang.Caracas())
		if err != nil || day.After(v.today()) || day.Before(v.today().AddDate(0, 0, -60)) {
			f.wrong["fecha"] = v.Say("proof.wrong.date")
		} else {
			p.Date = day
		}
	}
	minor, ok := parseAmount(f.text("monto"))
	if !ok {
		f.wrong["monto"] = v.Say("proof.wrong.amount")
	}
	p.Amount = money.Money{Minor: minor, Currency: m.Currency}
	return p
}

// parseAmount reads an amount as people type it, "19.747,80", "19,747.80", "19748", "$81", in hundredths. Two kinds of
// separator: the last one is the decimal one. One that stands before exactly three digits, or more than once, separates
// thousands; else it is the decimal one. That way nobody's habit is read a thousand times too large or small.
func parseAmount(text string) (minor int64, ok bool) {
	text = strings.TrimSpace(text)
	text = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "Bs"), "."), "$")
	text = strings.NewReplacer(" ", "", "\u00a0", "").Replace(text)
	whole, decimals := text, ""
	if last := strings.LastIndexAny(text, ".,"); last >= 0 {
		sep := text[last : last+1]
		alone := !strings.Contains(text, strings.Trim(".,", sep))
		if thousands := alone && (strings.Count(text, sep) > 1 || len(text)-last-1 == 3); !thousands {
			whole, decimals = text[:last], text[last+1:]
		}
	}
	whole, ok = ungroup(whole)
	if !ok || len(whole) > 11 || len(decimals) > 2 {
		return 0, false
	}
	for _, r := range whole + decimals + "00"[len(decimals):] {
		if r < '0' || r > '9' {
			return 0, false
		}
		minor = minor*10 + int64(r-'0')
	}
	return minor, minor > 0
}

// ungroup takes the separators of thousands out: one kind of them, with three digits behind each.
func ungroup(whole string) (string, bool) {
	at := strings.IndexAny(whole, ".,")
	if at < 0 {
		return whole, whole != ""
	}
	groups := strings.Split(whole, whole[at:at+1])
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}
