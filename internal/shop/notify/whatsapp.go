package notify

import (
	"context"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// WALink is a link that opens a WhatsApp chat with a phone and a text ready to send; "" when the phone is none. A
// Venezuelan number without country code gets it.
func WALink(phone, text string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	switch {
	case len(digits) == 11 && digits[0] == '0':
		digits = "58" + digits[1:]
	case len(digits) == 10 && (digits[0] == '4' || digits[0] == '2'):
		digits = "58" + digits
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	}
	if len(digits) < 10 || len(digits) > 15 {
		return ""
	}
	return "https://wa.me/" + digits + "?text=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// WhatsApp is a prepared chat with an order's customer that says what the letter of this kind says, in short; "" when the
// customer has no phone. detail is the reason of a rejection.
func (s *Sender) WhatsApp(ctx context.Context, orderID int, kind Kind, detail string) (string, error) {
	var (
		person uuid.UUID
		lang   string
	)
	err := s.db.Reader().QueryRow(ctx, `select personal_id, language from orders where id = $1`, orderID).Scan(&person, &lang)
	if err != nil {
		return "", err
	}
	o, err := readOrder(ctx, s.db.Reader(), orderID, person)
	if err != nil {
		return "", err
	}
	l, err := compose(kind, lang, detail, o, nil, s.link(o, lang))
	if err != nil {
		return "", err
	}
	text := l.Hello + " " + strings.Join(l.Lead, " ")
	if l.Link != "" {
		text += "\n" + l.Button + ": " + l.Link
	}
	return WALink(o.Phone, text), nil
}
