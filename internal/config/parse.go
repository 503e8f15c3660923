package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

func anything(string) error { return nil }

func nonEmpty(v string) error {
	if v == "" {
		return errors.New("must not be empty")
	}
	return nil
}

func folder(v string) error {
	if v == "" {
		return nil
	}
	info, err := os.Stat(v)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", v)
	}
	return nil
}

func file(v string) error {
	if v == "" {
		return nil
	}
	f, err := os.Open(v)
	if err != nil {
		return err
	}
	return f.Close()
}

func mailAddress(v string) error {
	if v == "" {
		return nil
	}
	_, err := mail.ParseAddress(v)
	return err
}

func address(v string) error {
	if v == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("%q is not host:port", v)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("port %q is not between 0 and 65535", port)
	}
	return nil
}

func httpURL(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("%q is no http or https address", v)
	}
	return nil
}

func publicURL(v string) (*url.URL, error) {
	if v == "" {
		return nil, nil
	}
	if err := httpURL(v); err != nil {
		return nil, err
	}
	u, err := url.Parse(strings.TrimSuffix(v, "/"))
	if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("%q has more than scheme and host", v)
	}
	return u, nil
}

// origins are public addresses, as browsers send them.
func origins(v string) ([]string, error) {
	var out []string
	for _, one := range list(v) {
		u, err := publicURL(one)
		if err != nil {
			return nil, err
		}
		out = append(out, u.String())
	}
	return out, nil
}

// postgresURL does not repeat the value in its error: it may hold a password.
func postgresURL(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("is no address such as postgres://user:password@host:5432/database")
	}
	return nil
}

func password(v string) error {
	if v != "" && utf8.RuneCountInString(v) < 10 {
		return errors.New("has less than 10 characters")
	}
	return nil
}

func list(v string) []string {
	var out []string
	for _, one := range strings.Split(v, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

func domains(v string) ([]string, error) {
	names := list(v)
	for _, name := range names {
		if strings.ContainsAny(name, "/:* ") || !strings.Contains(name, ".") {
			return nil, fmt.Errorf("%q is no name of a host", name)
		}
	}
	return names, nil
}

// prefixes takes single addresses as well.
func prefixes(v string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, one := range list(v) {
		if addr, err := netip.ParseAddr(one); err == nil {
			out = append(out, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, fmt.Errorf("%q is no address and no CIDR", one)
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

func logLevel(v string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(v)); err != nil {
		return 0, fmt.Errorf("%q is none of debug, info, warn, error", v)
	}
	return level, nil
}

func parseBytes(v string) (int64, error) {
	number, shift := v, 0
	for suffix, s := range map[string]int{"kB": 10, "KB": 10, "MB": 20} {
		if before, ok := strings.CutSuffix(v, suffix); ok {
			number, shift = before, s
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 40)
	if err != nil {
		return 0, fmt.Errorf("%q is no size such as 512kB or 10MB", v)
	}
	return n << shift, nil
}
