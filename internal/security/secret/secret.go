// Package secret holds what must not be seen: texts that say "redacted" when printed or logged, and the master key
// of an installation, from which every other key is derived.
package secret

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

const redacted = "redacted"

// Text is a secret text, such as a password. The zero value is empty. Printed in any way it says "redacted".
type Text struct{ value string }

// New wraps a text.
func New(value string) Text { return Text{value: value} }

// Reveal is the text itself.
func (t Text) Reveal() string { return t.value }

// Empty says whether there is none.
func (t Text) Empty() bool { return t.value == "" }

// Equal compares in a time that does not depend on where the texts differ.
func (t Text) Equal(other string) bool {
	return subtle.ConstantTimeCompare([]byte(t.value), []byte(other)) == 1
}

// String is for fmt.
func (t Text) String() string { return redacted }

// GoString is for fmt's %#v.
func (t Text) GoString() string { return redacted }

// Format is for every verb of fmt, %x and %d among them.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue is for slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is for encoders.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// masterSize is the length of the master key in bytes.
const masterSize = 32

// Master is the one key of an installation.
type Master struct{ key Text }

// Load reads the key from a file, and makes both at the first start: synced, and for its owner only.
func Load(path string) (Master, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		key, err = create(path)
	}
	if err != nil {
		return Master{}, fmt.Errorf("read the master key: %w", err)
	}
	if len(key) != masterSize {
		return Master{}, fmt.Errorf("the master key in %s has %d bytes instead of %d", path, len(key), masterSize)
	}
	return Master{key: New(string(key))}, nil
}

// create writes beside and links, so that of two first starts one wins and neither sees half a key.
func create(path string) ([]byte, error) {
	key := make([]byte, masterSize)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(key)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Derive is a key of size bytes for one purpose, such as "guest cookie". Equal purposes give equal keys, different
// ones keys that tell nothing about each other; size is at most 8160.
func (m Master) Derive(purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, []byte(m.key.Reveal()), nil, "floresya "+purpose, size)
	if err != nil {
		panic(fmt.Sprintf("secret: derive %d bytes: %v", size, err)) // only when size is out of range
	}
	return key
}
