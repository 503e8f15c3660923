package notify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/wneessen/go-mail"

	"floresya/internal/fault"
)

// Mailbox is a folder of letters that no server was there to send: one .eml file each, named by the message's id, which
// sorts by time. Safe for concurrent use.
type Mailbox struct{ dir string }

// NewMailbox makes the folder when it is missing.
func NewMailbox(dir string) (*Mailbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	return &Mailbox{dir}, nil
}

// put keeps a letter so that it survives a power failure: whole or not at all. The same id replaces.
func (m *Mailbox) put(id uuid.UUID, msg *mail.Msg) (err error) {
	file, err := os.CreateTemp(m.dir, ".draft-*")
	if err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("mailbox: %w", err), file.Close(), os.Remove(file.Name()))
		}
	}()
	if _, err := msg.WriteTo(file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), m.path(id)); err != nil {
		return err
	}
	if err := syncFolder(m.dir); err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func (m *Mailbox) path(id uuid.UUID) string { return filepath.Join(m.dir, id.String()+".eml") }

// Letter is a letter of the mailbox. List leaves Text and HTML empty.
type Letter struct {
	ID        uuid.UUID
	MessageID string
	From, To  string
	Subject   string
	At        time.Time
	Text      string
	HTML      string // for a sandboxed frame only
}

// List are the newest letters, at most limit.
func (m *Mailbox) List(ctx context.Context, limit int) ([]Letter, error) {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	slices.Reverse(entries)
	letters := []Letter{}
	for _, e := range entries {
		if len(letters) >= limit || ctx.Err() != nil {
			return letters, ctx.Err()
		}
		name, isLetter := strings.CutSuffix(e.Name(), ".eml")
		id, err := uuid.Parse(name)
		if !isLetter || err != nil {
			continue
		}
		l, err := m.Read(ctx, id)
		if err != nil {
			if fault.Of(err).Kind == fault.NotFound { // removed by hand meanwhile
				continue
			}
			return nil, err
		}
		l.Text, l.HTML = "", ""
		letters = append(letters, l)
	}
	return letters, nil
}

// Read is one letter; fault NotFound when there is none.
func (m *Mailbox) Read(_ context.Context, id uuid.UUID) (Letter, error) {
	file, err := os.Open(m.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return Letter{}, fault.NotFoundf("Letter not found.")
	}
	if err != nil {
		return Letter{}, fmt.Errorf("mailbox: %w", err)
	}
	defer file.Close()
	msg, err := mail.EMLToMsgFromReader(file)
	if err != nil {
		return Letter{}, fmt.Errorf("mailbox: read letter %s: %w", id, err)
	}
	l := Letter{ID: id, MessageID: first(msg.GetGenHeader(mail.HeaderMessageID)), Subject: decode(first(msg.GetGenHeader(mail.HeaderSubject))),
		From: whom(first(msg.GetFromString())), To: whom(first(msg.GetToString()))}
	if at, err := time.Parse(time.RFC1123Z, first(msg.GetGenHeader(mail.HeaderDate))); err == nil {
		l.At = at.UTC()
	}
	for _, part := range msg.GetParts() {
		content, err := part.GetContent()
		if err != nil {
			return Letter{}, fmt.Errorf("mailbox: read letter %s: %w", id, err)
		}
		switch part.GetContentType() {
		case mail.TypeTextPlain:
			l.Text = string(content)
		case mail.TypeTextHTML:
			l.HTML = string(content)
		}
	}
	return l, nil
}

// whom writes an address for people: "Ana Pérez <ana@example.com>".
func whom(header string) string {
	a, err := netmail.ParseAddress(header)
	if err != nil || a.Name == "" {
		return decode(header)
	}
	return a.Name + " <" + a.Address + ">"
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
