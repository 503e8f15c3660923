package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"floresya/internal/config"
)

// from reads settings from an environment that is only what is given.
func from(env map[string]string, flags map[string]string) config.Sources {
	return config.Sources{Flags: flags, Lookup: func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "floresya.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	c, err := config.Load(from(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "./data" || c.Listen != "127.0.0.1:8080" || c.Orders.PaymentHold != 24*time.Hour ||
		c.Limits.BodyBytes != 1<<20 || c.TLS.Mode != config.TLSOff || c.Log.Level != slog.LevelInfo || c.PublicURL != nil {
		t.Errorf("got %+v", c)
	}
}

func TestFlagBeatsVariableBeatsFileBeatsDefault(t *testing.T) {
	t.Parallel()
	file := write(t, "# comment\nFLORESYA_LISTEN=\"file:1\"\nFLORESYA_DATA=/file\nFLORESYA_SMTP_HOST=file.example\n")
	s := from(map[string]string{"FLORESYA_LISTEN": "variable:1", "FLORESYA_DATA": "/variable"}, map[string]string{"listen": "flag:1"})
	s.File = file
	c, err := config.Load(s)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Listen, c.Data, c.SMTP.Host, string(c.SMTP.TLS)}
	if want := []string{"flag:1", "/variable", "file.example", "starttls"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAllFaultsAreReportedAtOnceAndNoSecretIsRepeated(t *testing.T) {
	t.Parallel()
	s := from(map[string]string{
		"FLORESYA_LISTEN":         "nowhere",
		"FLORESYA_ORDER_BATCH":    "0",
		"FLORESYA_BCV_BAND":       "NaN",
		"FLORESYA_PAYMENT_HOLD":   "soon",
		"FLORESYA_BODY_LIMIT":     "1TB",
		"FLORESYA_ADMIN_PASSWORD": "hunter2",
		"FLORESYA_DATABASE_URL":   "mysql://root:hunter2@host/db",
		"FLORESYA_TLS":            "auto",
		"FLORESYA_DEMO":           "perhaps",
	}, map[string]string{"front": "/nonexistent", "trusted-proxies": "10.0.0.0/8, here"})
	s.File = write(t, "FLORESYA_LISTEM=x\n")
	_, err := config.Load(s)
	faults, ok := errors.AsType[config.Faults](err)
	if !ok || len(faults) != 12 {
		t.Errorf("got %d faults, want 12: %v", len(faults), err)
	}
	for _, name := range []string{"FLORESYA_LISTEN:", "FLORESYA_LISTEM", "--front", "--trusted-proxies", "FLORESYA_ADMIN_PASSWORD", "tls-domains"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error holds a secret or several lines: %q", err)
	}
}

func TestSecretsAreNotPrintedWithTheConfig(t *testing.T) {
	t.Parallel()
	c, err := config.Load(from(map[string]string{
		"FLORESYA_ADMIN_PASSWORD": "correct horse", "FLORESYA_DATABASE_URL": "postgres://a:correct%20horse@b/c",
	}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Admin.Password.Reveal() != "correct horse" {
		t.Errorf("the password is lost")
	}
	if printed := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(printed, "horse") {
		t.Errorf("a secret is in %s", printed)
	}
}

func TestListsAndSizes(t *testing.T) {
	t.Parallel()
	c, err := config.Load(from(map[string]string{
		"FLORESYA_TRUSTED_PROXIES": "10.1.2.3/8, ::1", "FLORESYA_BODY_LIMIT": "512kB",
		"FLORESYA_PUBLIC_URL": "https://floresya.example/", "FLORESYA_ALLOWED_ORIGINS": "https://a.example/, http://b.example:3000",
	}, nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if !slices.Equal(c.TrustedProxies, want) {
		t.Errorf("got %v, want %v", c.TrustedProxies, want)
	}
	if origins := []string{"https://a.example", "http://b.example:3000"}; !slices.Equal(c.AllowedOrigins, origins) {
		t.Errorf("got %v, want %v", c.AllowedOrigins, origins)
	}
	if c.Limits.BodyBytes != 512<<10 || c.PublicURL.String() != "https://floresya.example" {
		t.Errorf("got %d and %s", c.Limits.BodyBytes, c.PublicURL)
	}
}

func TestSettingOfAnotherCommandIsIgnored(t *testing.T) {
	t.Parallel()
	s := from(map[string]string{"FLORESYA_DATABASE_URL": "postgres://a@b/c"}, nil)
	s.Command = "up"
	c, err := config.Load(s)
	if err != nil || !c.Database.URL.Empty() {
		t.Errorf("up has a database URL (%v)", err)
	}
}

func TestNamesAreRegularAndOnce(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, s := range config.Settings() {
		if !word.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("name %q is irregular or there twice", s.Name)
		}
		if s.Effect == "" || s.Unit == "" || s.Group == "" {
			t.Errorf("%s lacks effect, unit or group", s.Name)
		}
		seen[s.Name] = true
	}
}

func TestDocumentationIsFresh(t *testing.T) {
	t.Parallel()
	got, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, config.Markdown()) {
		t.Error("docs/configuration.md is stale: run `make gen`")
	}
}
