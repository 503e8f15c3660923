package catalog

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"floresya/internal/fault"
)

// text checks a text of at most n characters; required ones have at least min.
func text(c *fault.Checker, path, s string, min, n int) {
	length := utf8.RuneCountInString(s)
	c.Check(length >= min, path, "%s: at least %d characters", path, min)
	c.Check(length <= n, path, "%s: at most %d characters", path, n)
	c.Check(length > n || plain(s, n), path, "%s: characters that cannot be read", path)
}

// label checks a short text that pages put into their HTML as it is.
func label(c *fault.Checker, path, s string, min, n int) {
	text(c, path, s, min, n)
	c.Check(!strings.ContainsAny(s, "<>\n\r\t"), path, "%s: without <, > and line breaks", path)
}

// address checks the URL of a picture.
func address(c *fault.Checker, path, s string) {
	text(c, path, s, 0, 500)
	ok := s == "" || strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
	c.Check(ok && !strings.ContainsAny(s, "<>\"' \n\r\t"), path, "%s: a path or an http address", path)
}

// slugOK reports whether s can be a slug of at most n characters.
func slugOK(s string, n int) bool {
	return s != "" && len(s) <= n && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Slug makes a slug of at most n characters from a name: lower case, accents stripped, everything else a hyphen.
func Slug(name string, n int) string {
	var b strings.Builder
	hyphen := false
	for _, r := range norm.NFD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if hyphen && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			hyphen = false
		case !unicode.Is(unicode.Mn, r):
			hyphen = true
		}
	}
	s := b.String()
	if len(s) > n {
		s = strings.TrimRight(s[:n], "-")
	}
	return s
}

// free is base, or base with the first number that is not taken; it is taken from then on.
func free(base string, taken map[string]bool) string {
	slug := base
	for n := 2; taken[slug]; n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	taken[slug] = true
	return slug
}
