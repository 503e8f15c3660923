package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Put stores what r gives, up to its end, as an object of type mime, and returns when content and name are on the
// disk. Putting the same again changes nothing and makes the same promise. The caller has looked at the content:
// mime is believed.
//
// It fails with ErrType, ErrSize, ErrFull, ErrUnwritable, an error of r, or the end of ctx; then nothing is promised.
func (f *Files) Put(ctx context.Context, r io.Reader, mime string) (Object, error) {
	extension, err := extensionOf(mime)
	if err != nil {
		return Object{}, err
	}
	object, err := f.put(ctx, r, extension)
	if err != nil {
		return Object{}, fmt.Errorf("store an object: %w", explain(err))
	}
	object.MIME = mime
	return object, nil
}

func (f *Files) put(ctx context.Context, r io.Reader, extension string) (_ Object, err error) {
	draft, err := f.create(f.drafts())
	if errors.Is(err, fs.ErrNotExist) { // nobody has swept yet, or somebody has tidied too well
		if err = makeFolder(f.drafts()); err == nil {
			draft, err = f.create(f.drafts())
		}
	}
	if err != nil {
		return Object{}, err
	}
	kept := false
	defer func() {
		if !kept {
			err = errors.Join(err, os.Remove(draft.Name()))
		}
		err = errors.Join(err, draft.Close()) // ends the lock, so it comes last
	}()

	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(hash, draft), io.LimitReader(&reader{ctx, r}, f.config.MaxBytes+1))
	if err != nil {
		return Object{}, err
	}
	if size == 0 || size > f.config.MaxBytes {
		return Object{}, fmt.Errorf("%w: at most %d bytes", ErrSize, f.config.MaxBytes)
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	object := Object{Key: sum + extension, Hash: sum, Size: size}
	kept, err = f.settle(draft, object)
	return object, err
}

// settle gives the draft its place. An object that is there already stays, unless its size tells that it is damaged;
// its name is made durable all the same, because whoever put it may not have come that far.
func (f *Files) settle(draft draft, object Object) (kept bool, err error) {
	path := f.path(object.Key)
	folder := filepath.Dir(path)
	if err := makeFolder(folder); err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err != nil || info.Size() != object.Size {
		if err := draft.Sync(); err != nil {
			return false, err
		}
		if err := os.Rename(draft.Name(), path); err != nil {
			return false, err
		}
		kept = true
	}
	return kept, syncFolder(folder)
}

// Remove takes an object away, durably, and reports whether it was there. The caller knows that nobody needs it any more.
func (f *Files) Remove(_ context.Context, key string) (bool, error) {
	if _, _, err := parseKey(key); err != nil {
		return false, err
	}
	path := f.path(key)
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("remove an object: %w", explain(err))
	}
	return true, syncFolder(filepath.Dir(path))
}

// makeFolder makes path and what is missing above it, durably: also when another has just made it and was not done.
func makeFolder(path string) error {
	parent := filepath.Dir(path)
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		if err := makeFolder(parent); err != nil {
			return err
		}
		err = os.Mkdir(path, 0o700)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(parent)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// reader reads until its context ends.
type reader struct {
	ctx context.Context //nolint:containedctx // lives for one Put
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}
