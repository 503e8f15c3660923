package notify

import (
	"embed"
	"fmt"
	html "html/template"
	"strings"
	text "text/template"
	"time"
	"unicode"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

// letter is what is said, before it is text or HTML.
type letter struct {
	Lang, Subject string
	Hello         string
	Lead          []string // paragraphs
	Facts         []fact
	Items         []fact // flowers and their prices
	Total         fact
	Ways          []Way
	WaysTitle     string
	Button, Link  string
	Closing       []string
	Signature     string
}

type fact struct{ Name, Value string }

//go:embed letter.txt letter.html
var files embed.FS

// templates are the two forms of every letter.
type templates struct {
	text *text.Template
	html *html.Template
}

func parseTemplates() (templates, error) {
	t, err := text.New("letter.txt").Funcs(text.FuncMap{"lines": lines}).ParseFS(files, "letter.txt")
	if err != nil {
		return templates{}, err
	}
	h, err := html.New("letter.html").Funcs(html.FuncMap{"lines": lines}).ParseFS(files, "letter.html")
	return templates{t, h}, err
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

// render is the letter as plain text and as HTML.
func (t templates) render(l *letter) (plain, rich string, err error) {
	var p, h strings.Builder
	if err := t.text.Execute(&p, l); err != nil {
		return "", "", fmt.Errorf("write letter: %w", err)
	}
	if err := t.html.Execute(&h, l); err != nil {
		return "", "", fmt.Errorf("write letter: %w", err)
	}
	return p.String(), h.String(), nil
}

// compose writes the letter of a kind. ways are those to explain; link is the order's tracking page, "" when there is none.
func compose(kind Kind, lang, detail string, o *order, ways []Way, link string) (*letter, error) {
	w := spanish
	if lang == "en" {
		w = english
	}
	say := w.kinds[kind]
	if say == nil {
		return nil, fmt.Errorf("no letter of kind %q", kind)
	}
	l := &letter{Lang: w.lang, Link: link, Button: w.track, Signature: oneLine(o.ShopName)}
	l.Hello = fmt.Sprintf(w.hello, firstName(o.Name))
	if firstName(o.Name) == "" {
		l.Hello = w.helloNobody
	}
	l.Facts = append(l.Facts, fact{w.order, fmt.Sprintf("#%d", o.ID)}, fact{w.when, w.day(o)})
	if o.Recipient != "" {
		l.Facts = append(l.Facts, fact{w.forWhom, oneLine(o.Recipient)})
	}
	say(l, o, detail, pickWays(ways, o.PayBy))
	l.Subject = oneLine(l.Subject) + " · " + oneLine(o.ShopName)
	if o.ShopPhone != "" {
		l.Closing = append(l.Closing, fmt.Sprintf(w.help, oneLine(o.ShopPhone)))
	}
	return l, nil
}

// both is an amount in dollars and, when the order has a rate, in whole bolívares.
func both(usd money.USD, rate money.Rate) string {
	text := "$" + usd.String()
	if rate > 0 {
		if ves, err := rate.WholeVES(usd); err == nil {
			text += " · Bs " + thousands(int64(ves)/100)
		}
	}
	return text
}

// thousands writes 19748 as 19.748.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}

// itemise lists the flowers, the delivery and the total.
func (l *letter) itemise(o *order, fee, total string) {
	rest := o.Total
	for _, i := range o.Items {
		l.Items = append(l.Items, fact{fmt.Sprintf("%d × %s", i.Quantity, oneLine(i.Name)), "$" + i.Subtotal.String()})
		rest -= i.Subtotal
	}
	if rest > 0 {
		l.Items = append(l.Items, fact{fee, "$" + rest.String()})
	}
	l.Total = fact{total, both(o.Total, o.Rate)}
}

// clock writes an instant as the shop's people say it: 3:48 p. m.
func clock(t time.Time, am, pm string) string {
	t = t.In(delivery.Location())
	half := am
	if t.Hour() >= 12 {
		half = pm
	}
	return t.Format("3:04") + " " + half
}

// slotClock writes "09:00-12:00" as "9:00 a. m. – 12:00 p. m."; what has another form stays as it is.
func slotClock(slot, am, pm string) string {
	from, to, ok := strings.Cut(slot, "-")
	start, err1 := time.Parse("15:04", from)
	end, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil {
		return oneLine(slot)
	}
	say := func(t time.Time) string {
		if t.Hour() >= 12 {
			return t.Format("3:04") + " " + pm
		}
		return t.Format("3:04") + " " + am
	}
	return say(start) + " – " + say(end)
}

func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(oneLine(name)), " ")
	return first
}

// oneLine is s without control characters and line breaks of any kind, cut to 600 characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 600 {
		s = string(r[:600])
	}
	return s
}
