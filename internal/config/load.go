package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// FileVariable names the file in the environment, where --config does not.
const FileVariable = "FLORESYA_CONFIG"

// Sources is where settings come from.
type Sources struct {
	Command string                      // "up" or "serve"; "": any
	Flags   map[string]string           // those that were given, by name of the setting
	Lookup  func(string) (string, bool) // the environment; nil: os.LookupEnv
	File    string                      // "": what FileVariable says, or none
}

// Faults are all that is wrong with the settings.
type Faults []error

func (f Faults) Error() string {
	var words []string
	for _, err := range f {
		words = append(words, err.Error())
	}
	return strings.Join(words, "; ")
}

// Load reads all settings. It fails with Faults, which names every wrong one and where it came from.
func Load(from Sources) (Config, error) {
	if from.Lookup == nil {
		from.Lookup = os.LookupEnv
	}
	lines, faults := readFile(from)
	var c Config
	for _, s := range Settings() {
		text, source := s.Default, "default"
		if v, ok := lines[s.Variable()]; ok {
			text, source = v, s.Variable()
		}
		if v, ok := from.Lookup(s.Variable()); ok {
			text, source = v, s.Variable()
		}
		if v, ok := from.Flags[s.Name]; ok {
			text, source = v, "--"+s.Name
		}
		if s.Command != "" && from.Command != "" && s.Command != from.Command {
			text, source = s.Default, "default"
		}
		if err := s.read(&c, text); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", source, err))
		}
	}
	faults = append(faults, together(c)...)
	if len(faults) > 0 {
		return Config{}, faults
	}
	return c, nil
}

func readFile(from Sources) (map[string]string, Faults) {
	if from.File == "" {
		from.File, _ = from.Lookup(FileVariable)
	}
	if from.File == "" {
		return nil, nil
	}
	lines, err := godotenv.Read(from.File)
	if err != nil {
		return nil, Faults{fmt.Errorf("settings file: %w", err)}
	}
	known := map[string]bool{}
	for _, s := range Settings() {
		known[s.Variable()] = true
	}
	var faults Faults
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		if !known[name] {
			faults = append(faults, fmt.Errorf("%s: unknown setting %s", from.File, name))
		}
	}
	return lines, faults
}

// together checks what only makes sense with something else.
func together(c Config) Faults {
	var faults Faults
	wrong := func(condition bool, sentence string) {
		if condition {
			faults = append(faults, errors.New(sentence))
		}
	}
	wrong(c.TLS.Mode == TLSFiles && (c.TLS.Cert == "" || c.TLS.Key == ""), "tls files needs tls-cert and tls-key")
	wrong(c.TLS.Mode == TLSFiles && c.PublicURL == nil && len(c.TLS.Domains) == 0, "tls files needs public-url")
	wrong(c.TLS.Mode == TLSAuto && len(c.TLS.Domains) == 0, "tls auto needs tls-domains")
	wrong(c.TLS.Mode == TLSOff && c.TLS.Redirect != "", "tls-redirect needs tls files or auto")
	wrong(c.TLS.Mode != TLSOff && c.PublicURL != nil && c.PublicURL.Scheme == "http", "public-url must be https when tls is on")
	wrong(c.SMTP.User != "" && c.SMTP.Password.Empty(), "smtp-user needs smtp-password")
	wrong(c.SMTP.Host != "" && c.SMTP.From == "", "smtp-host needs smtp-from")
	return faults
}

// ACMEFolder is where certificates by ACME are kept.
func (c Config) ACMEFolder() string {
	if c.TLS.ACMEDir != "" {
		return c.TLS.ACMEDir
	}
	return filepath.Join(c.Data, "acme")
}
