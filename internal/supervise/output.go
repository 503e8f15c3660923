package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// Log is a file that children write to: at MaxBytes it becomes path.1 and a new one is begun; Keep old ones stay.
// It remembers the last lines, for the message when a child fails. It never fails its writer: a child must not
// hang because the disk is full. Safe for concurrent use.
type Log struct {
	path     string
	maxBytes int64
	keep     int

	mu     sync.Mutex
	file   *os.File // nil: cannot be opened now
	closed bool
	size   int64
	tail   []byte
}

// tailBytes is how much of the end is remembered.
const tailBytes = 8 << 10

// OpenLog opens or makes the file, for its owner's eyes only.
func OpenLog(path string, maxBytes int64, keep int) (*Log, error) {
	l := &Log{path: path, maxBytes: maxBytes, keep: keep}
	if err := l.openLocked(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Log) openLocked() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open log: %w", err), file.Close())
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write appends p.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, p...)
	if over := len(l.tail) - tailBytes; over > 0 {
		l.tail = l.tail[over:]
	}
	if !l.closed && (l.size+int64(len(p)) > l.maxBytes || l.file == nil) {
		l.rotateLocked()
	}
	if l.file != nil {
		n, _ := l.file.Write(p) // what the disk has no place for is lost; the tail still has it
		l.size += int64(n)
	}
	return len(p), nil
}

func (l *Log) rotateLocked() {
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
	for i := l.keep; i > 0; i-- {
		older := fmt.Sprintf("%s.%d", l.path, i)
		newer := l.path
		if i > 1 {
			newer = fmt.Sprintf("%s.%d", l.path, i-1)
		}
		_ = os.Rename(newer, older) // the newer may not exist yet
	}
	if l.keep == 0 {
		_ = os.Remove(l.path)
	}
	_ = l.openLocked() // the next write tries again
}

// Tail is what was written last, at most n lines.
func (l *Log) Tail(n int) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(bytes.TrimRight(l.tail, "\n"))
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-n):]
}

// Forget empties the tail, so that the next child does not answer for the one before.
func (l *Log) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = l.tail[:0]
}

// Close closes the file; what is written later is only remembered.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
