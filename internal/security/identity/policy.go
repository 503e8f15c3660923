package identity

import (
	"crypto/rand"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"floresya/internal/fault"
)

// Bounds of what people type.
const (
	MaxEmail    = 254
	MaxName     = 255
	MaxPassword = 128 // characters
	minPassword = 8
)

// checkPassword demands what the contract does of a password that a person chooses: eight characters or more, with upper
// and lower case, a digit and another sign.
func checkPassword(c *fault.Checker, password string) {
	var upper, lower, digit, sign bool
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsLower(r):
			lower = true
		case unicode.IsDigit(r):
			digit = true
		default:
			sign = true
		}
	}
	n := utf8.RuneCountInString(password)
	c.Check(n >= minPassword && n <= MaxPassword && utf8.ValidString(password) && upper && lower && digit && sign, "password",
		"La contraseña lleva de %d a %d caracteres, con mayúscula, minúscula, número y un signo.", minPassword, MaxPassword)
}

// checkEmail takes one plain address.
func checkEmail(c *fault.Checker, email string) {
	a, err := mail.ParseAddress(email)
	ok := err == nil && a.Address == email && a.Name == "" && len(email) <= MaxEmail && utf8.ValidString(email) &&
		!strings.ContainsFunc(email, unicode.IsControl)
	c.Check(ok, "email", "Escribe un correo como nombre@dominio.com.")
}

// foldEmail is the form in which addresses are compared.
func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// generate makes a password of 130 random bits that is easy to read out: five groups, and what the policy asks for.
func generate() string {
	s := rand.Text()
	return "Fy1-" + strings.ToLower(s[:5]+"-"+s[5:10]+"-"+s[10:15]+"-"+s[15:20]+"-"+s[20:26])
}
