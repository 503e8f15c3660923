package cluster

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// BusyError says that another process has the data folder.
type BusyError struct {
	Dir string
	PID int // 0: unknown
}

func (e *BusyError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("the data folder %s is in use by another floresya", e.Dir)
	}
	return fmt.Sprintf("the data folder %s is in use by another floresya (process %d)", e.Dir, e.PID)
}

// VersionError says that the data was made by a PostgreSQL that this machine does not have.
type VersionError struct {
	Dir  string
	Data int   // major version that made the data
	Have []int // major versions on this machine
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the data in %s was made by PostgreSQL %d and this machine has %s: install postgresql-%d, "+
		"or move the data over with pg_upgrade", e.Dir, e.Data, versions(e.Have), e.Data)
}

func versions(list []int) string {
	var words []string
	for _, v := range list {
		words = append(words, fmt.Sprint(v))
	}
	return strings.Join(words, " and ")
}

// FullError says that the disk has no place for the server to work.
type FullError struct {
	Dir  string
	Free uint64 // bytes
	Need uint64 // bytes; 0: it was tried and failed
}

func (e *FullError) Error() string {
	if e.Need == 0 {
		return fmt.Sprintf("the disk of the data folder %s is full", e.Dir)
	}
	return fmt.Sprintf("the disk of the data folder %s is full: %d MB are free and PostgreSQL needs %d MB",
		e.Dir, e.Free>>20, e.Need>>20)
}

// explain says in one sentence why the folder cannot be used.
func explain(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &FullError{Dir: dir}
	case err != nil:
		if cause, ok := errors.AsType[syscall.Errno](err); ok {
			return fmt.Errorf("the data folder %s cannot be used: %w", dir, cause)
		}
		return fmt.Errorf("the data folder %s cannot be used: %w", dir, err)
	}
	return nil
}

// said finds the sentence that matters in what a server program wrote before it ended.
func said(dir string, lines []string, ended error) error {
	reason := ""
	for _, line := range lines {
		if strings.Contains(line, "No space left on device") {
			return &FullError{Dir: dir}
		}
		for _, level := range []string{"PANIC:", "FATAL:", "error:"} {
			if _, text, ok := strings.Cut(line, level); ok {
				reason = strings.TrimSpace(text)
			}
		}
	}
	if reason == "" && len(lines) > 0 {
		reason = lines[len(lines)-1]
	}
	if reason == "" {
		return fmt.Errorf("PostgreSQL ended at once: %w", ended)
	}
	return fmt.Errorf("PostgreSQL does not start: %s", reason)
}
