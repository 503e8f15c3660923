// Package storage keeps pictures as files named by their content.
//
// An object is stored under its key, the SHA-256 of its bytes and an extension for its type, and never changes; the
// same bytes are the same object. [Files.Put] returns when the object survives a power failure, so a database row
// that is written afterwards never points to nothing. Only [Files.Remove] takes one away, for
// someone who sees the rows: a key that no row names is harmless.
//
// A folder is either public, for everybody who asks over HTTP, or private (receipts of payments): then only code
// that has asked who wants to see it opens an object, see [Files.Show].
//
//	DIR/ab/abcdef….webp   objects, spread over 256 folders
//	DIR/tmp/              what is being written, each file locked by its writer
package storage

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
)

var (
	// ErrNotFound means that there is no object with this key.
	ErrNotFound = errors.New("no such object")
	// ErrKey means that a text is not of the form of a key. No file was looked for.
	ErrKey = errors.New("not a key of an object")
	// ErrType means that objects of this MIME type are not kept.
	ErrType = errors.New("type of object is not accepted")
	// ErrSize means that an object is empty or larger than Config.MaxBytes.
	ErrSize = errors.New("object is empty or too large")
	// ErrFull means that the disk, or the quota on it, is full.
	ErrFull = errors.New("no space left for objects")
	// ErrUnwritable means that the folder may not be written, by its permissions or because the disk is read-only.
	ErrUnwritable = errors.New("folder of objects is not writable")
)

// Config says where and how much is stored.
type Config struct {
	// Dir is the folder of the objects. Two Files must not have folders inside each other.
	Dir string
	// MaxBytes bounds one object. Default 16 MiB.
	MaxBytes int64
	// Private folders are not served by ServeHTTP.
	Private bool
}

// Object describes what is stored under a key.
type Object struct {
	Key  string // hash and extension: "2cf2….webp"; at most 69 characters
	Hash string // SHA-256 of the content, 64 lower-case hexadecimal digits
	MIME string
	Size int64
}

// Files stores objects in a folder. Several processes may use the same folder at once. Safe for concurrent use.
type Files struct {
	config Config
	create func(dir string) (draft, error)
}

// New returns the store of a folder; nothing is touched before the first call.
func New(config Config) (*Files, error) {
	config.MaxBytes = cmp.Or(config.MaxBytes, 16<<20)
	var errs []error
	if config.Dir == "" {
		errs = append(errs, errors.New("storage: Dir is empty"))
	}
	if config.MaxBytes < 0 {
		errs = append(errs, fmt.Errorf("storage: MaxBytes is %d, want more than 0", config.MaxBytes))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Files{config: config, create: createDraft}, nil
}

// types are the kinds of object: what is not here is neither stored nor served.
var types = [...]struct{ mime, extension string }{
	{"image/webp", ".webp"},
	{"image/jpeg", ".jpg"},
	{"image/png", ".png"},
	{"image/svg+xml", ".svg"},
}

func extensionOf(mime string) (string, error) {
	for _, t := range types {
		if t.mime == mime {
			return t.extension, nil
		}
	}
	return "", fmt.Errorf("%w: %q", ErrType, mime)
}

// parseKey takes a key apart. What passes is safe as a file name.
func parseKey(key string) (hash, mime string, err error) {
	hash, extension, _ := strings.Cut(key, ".")
	if len(hash) != hex.EncodedLen(32) || strings.Trim(hash, "0123456789abcdef") != "" {
		return "", "", ErrKey
	}
	for _, t := range types {
		if t.extension == "."+extension {
			return hash, t.mime, nil
		}
	}
	return "", "", ErrKey
}

// path returns where the object with a valid key lies.
func (f *Files) path(key string) string { return filepath.Join(f.config.Dir, key[:2], key) }

func (f *Files) drafts() string { return filepath.Join(f.config.Dir, "tmp") }

// explain puts the sentinel before an error of the operating system that has one.
func explain(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrFull, err)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	return err
}
