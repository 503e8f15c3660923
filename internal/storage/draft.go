package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// draft is a file that is being written. Its writer holds a lock on it until Close; the lock ends with the process
// too, however that ends, and so tells a file in work from a left-over.
type draft interface {
	io.WriteCloser
	Name() string
	Sync() error
}

const createAttempts = 100

func createDraft(dir string) (draft, error) {
	for range createAttempts {
		file, err := os.CreateTemp(dir, "put-*")
		if err != nil {
			return nil, err
		}
		alone, err := lock(file)
		if err == nil && alone {
			return file, nil
		}
		// Sweep was faster and removes the file, or could not be ruled out to do so
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("no file in %s could be locked", dir)
}

// lock takes file for this process, if nobody has it and it still has a name.
func lock(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	now, err := os.Stat(file.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mine, err := file.Stat()
	return err == nil && os.SameFile(now, mine), err
}

// Sweep makes the folder if it is missing and removes what writers left behind when they were killed. Call it at the
// start; writers of this and other processes are not disturbed. It fails with ErrUnwritable or ErrFull when the folder
// takes no new file.
func (f *Files) Sweep(ctx context.Context) (removed int, err error) {
	if err := f.probe(); err != nil {
		return 0, fmt.Errorf("make the folder of objects: %w", explain(err))
	}
	entries, err := os.ReadDir(f.drafts())
	if err != nil {
		return 0, fmt.Errorf("look for left-over drafts: %w", explain(err))
	}
	for _, entry := range entries {
		if ctx.Err() != nil {
			return removed, context.Cause(ctx)
		}
		gone, err := removeOrphan(filepath.Join(f.drafts(), entry.Name()))
		if err != nil {
			return removed, fmt.Errorf("remove a left-over draft: %w", explain(err))
		}
		if gone {
			removed++
		}
	}
	return removed, nil
}

// probe makes the folder and tries to write in it.
func (f *Files) probe() error {
	if err := makeFolder(f.drafts()); err != nil {
		return err
	}
	draft, err := f.create(f.drafts())
	if err != nil {
		return err
	}
	return errors.Join(os.Remove(draft.Name()), draft.Close())
}

// removeOrphan removes the file at path unless somebody is writing it, or has just finished.
func removeOrphan(path string) (gone bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if orphan, err := lock(file); err != nil || !orphan {
		return false, err
	}
	return true, os.Remove(path)
}
