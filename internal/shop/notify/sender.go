package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/wneessen/go-mail"
	"golang.org/x/time/rate"

	"floresya/internal/postgres"
	"floresya/internal/resilience/breaker"
)

// Config tunes a Sender. The zero value means the defaults.
type Config struct {
	// From is the sender of all letters. Default "FloresYa <no-reply@floresya.local>".
	From string
	SMTP SMTP
	// BaseURL is where the shop's pages begin, without a slash at the end. "": letters have no link.
	BaseURL string
	// Ways are the ways to pay that letters explain. Nil: none.
	Ways func(context.Context) ([]Way, error)
	// PerSecond is the most letters a second: what a rush or a backlog may take from selling. Default 10.
	PerSecond int
	// Attempts is how often a letter is tried before it is given up. Default 12: with the default pauses about a day.
	Attempts int
	// FirstPause and LongestPause bound the pause after a failed attempt, which doubles. Defaults 30 s and 4 h.
	FirstPause, LongestPause time.Duration
	// Every is how often the table is asked when nobody pokes. Default 2 s.
	Every time.Duration
	// Breaker guards the mail server. Default: its own defaults.
	Breaker breaker.Config
	// Jitter is a source of numbers in [0, 1). Default: none.
	Jitter func() float64
	Now    func() time.Time
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.From == "" {
		c.From = "FloresYa <no-reply@floresya.local>"
	}
	if c.PerSecond == 0 {
		c.PerSecond = 10
	}
	if c.Attempts == 0 {
		c.Attempts = 12
	}
	if c.FirstPause == 0 {
		c.FirstPause = 30 * time.Second
	}
	if c.LongestPause == 0 {
		c.LongestPause = 4 * time.Hour
	}
	if c.Every == 0 {
		c.Every = 2 * time.Second
	}
	if c.Jitter == nil {
		c.Jitter = func() float64 { return 0.5 }
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return c
}

// Sender sends waiting messages. Safe for concurrent use; several may work on one database.
type Sender struct {
	db      *postgres.DB
	cfg     Config
	from    *netmail.Address
	mailbox *Mailbox // where letters go without a server
	forms   templates
	breaker *breaker.Breaker
	pace    *rate.Limiter
	poke    chan struct{} // size one: the queue is the table
}

// New makes a Sender; letters go to mailbox when cfg names no server.
func New(db *postgres.DB, mailbox *Mailbox, cfg Config) (*Sender, error) {
	cfg = cfg.withDefaults()
	var errs []error
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		errs = append(errs, fmt.Errorf("sender address %q: %w", cfg.From, err))
	}
	if cfg.SMTP.Host != "" {
		cfg.SMTP, err = cfg.SMTP.withDefaults()
		errs = append(errs, err)
	}
	if cfg.PerSecond < 1 || cfg.Attempts < 1 || cfg.Every <= 0 || cfg.FirstPause <= 0 || cfg.LongestPause < cfg.FirstPause {
		errs = append(errs, fmt.Errorf("mail: %d a second, %d attempts, every %v, pauses %v to %v: out of range",
			cfg.PerSecond, cfg.Attempts, cfg.Every, cfg.FirstPause, cfg.LongestPause))
	}
	forms, err := parseTemplates()
	errs = append(errs, err)
	guard, err := breaker.New(cfg.Breaker)
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Sender{db: db, cfg: cfg, from: from, mailbox: mailbox, forms: forms, breaker: guard,
		pace: rate.NewLimiter(rate.Limit(cfg.PerSecond), cfg.PerSecond), poke: make(chan struct{}, 1)}, nil
}

// Poke has waiting messages sent at once: after a commit that queued one. It never blocks.
func (s *Sender) Poke() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// Run sends messages until ctx ends; the one under way is finished.
func (s *Sender) Run(ctx context.Context, ready func()) error {
	ready()
	again := time.NewTicker(s.cfg.Every)
	defer again.Stop()
	for {
		if _, err := s.SendDue(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Logger.WarnContext(ctx, "messages wait for the database", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.poke:
		case <-again.C:
		}
	}
}

func (s *Sender) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// waiting is a claimed message.
type waiting struct {
	ID       uuid.UUID
	OrderID  int
	Kind     Kind
	Personal uuid.UUID
	Language string
	Detail   string
	Attempts int
	At       time.Time
}

// lease is how long a claimed message is left alone by others: longer than any attempt.
const lease = 2 * time.Minute

const claimDue = `
	update notifications set wake_at = $1::timestamptz + $2::interval, attempts = attempts + 1
	where id = (select id from notifications where status = 'waiting' and wake_at <= $1 order by wake_at, id limit 1 for update skip locked)
	returning id, order_id, kind, personal_id, language, detail, attempts, created_at`

// SendDue sends every message that is due now and returns how many it settled. An error is the store's. While the breaker is
// open, messages wait where they are.
func (s *Sender) SendDue(ctx context.Context) (int, error) {
	finish := context.WithoutCancel(ctx) // each letter has a limit of its own
	for sent := 0; ; sent++ {
		if err := s.pace.Wait(ctx); err != nil {
			return sent, err
		}
		if s.cfg.SMTP.Host != "" && s.breaker.State() == breaker.Open {
			return sent, nil
		}
		rows, err := s.db.Reader().Query(ctx, claimDue, s.now(), lease)
		if err != nil {
			return sent, fmt.Errorf("claim a message: %w", err)
		}
		m, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[waiting])
		if errors.Is(err, pgx.ErrNoRows) {
			return sent, nil
		}
		if err != nil {
			return sent, fmt.Errorf("claim a message: %w", err)
		}
		if err := s.settle(finish, &m, s.deliver(finish, &m)); err != nil {
			return sent, err
		}
	}
}

// errNotOffered marks a letter that nobody was asked to take: no attempt.
var errNotOffered = errors.New("not offered")

// deliver writes the letter and hands it over.
func (s *Sender) deliver(ctx context.Context, m *waiting) error {
	msg, err := s.write(ctx, m)
	if postgres.Lost(err) {
		return fmt.Errorf("%w: %w", errNotOffered, err)
	}
	if err != nil {
		return err
	}
	if s.cfg.SMTP.Host == "" {
		return s.mailbox.put(m.ID, msg)
	}
	permit, err := s.breaker.Allow()
	if err != nil {
		return fmt.Errorf("%w: the mail server is left alone for a while: %w", errNotOffered, err)
	}
	err = s.cfg.SMTP.send(ctx, msg)
	if errors.Is(err, errRefused) {
		permit.Done(nil) // the server is well, it only does not want this letter
		return err
	}
	permit.Done(err)
	return err
}

func (s *Sender) write(ctx context.Context, m *waiting) (*mail.Msg, error) {
	o, err := readOrder(ctx, s.db.Reader(), m.OrderID, m.Personal)
	if err != nil {
		return nil, err
	}
	var ways []Way
	if s.cfg.Ways != nil {
		if ways, err = s.cfg.Ways(ctx); err != nil {
			return nil, err
		}
	}
	l, err := compose(m.Kind, m.Language, m.Detail, o, ways, s.link(o, m.Language))
	if err != nil {
		return nil, err
	}
	plain, rich, err := s.forms.render(l)
	if err != nil {
		return nil, err
	}
	return message(m.ID, s.from, o.Name, o.Email, m.At, l, plain, rich)
}

// link is the order's tracking page, in the language of the letter.
func (s *Sender) link(o *order, language string) string {
	if s.cfg.BaseURL == "" || o.Token == "" {
		return ""
	}
	if language == "en" {
		return s.cfg.BaseURL + "/en/seguimiento/" + o.Token
	}
	return s.cfg.BaseURL + "/seguimiento/" + o.Token
}

const (
	settleMessage = `update notifications set status = $2, wake_at = null, last_error = nullif($3, ''),
		sent_at = case when $2 = 'sent' then $4::timestamptz end where id = $1 and status = 'waiting'`
	delayMessage = `update notifications set wake_at = $2, attempts = $3, last_error = $4 where id = $1 and status = 'waiting'`
)

// settle records how a message went.
func (s *Sender) settle(ctx context.Context, m *waiting, outcome error) error {
	var err error
	switch {
	case outcome == nil:
		_, err = s.db.Reader().Exec(ctx, settleMessage, m.ID, "sent", "", s.now())
	case errors.Is(outcome, errNotOffered):
		_, err = s.db.Reader().Exec(ctx, delayMessage, m.ID, s.now().Add(s.cfg.FirstPause), m.Attempts-1, said(outcome))
	case errors.Is(outcome, errRefused):
		s.cfg.Logger.WarnContext(ctx, "message was refused for good", "order", m.OrderID, "kind", m.Kind, "message", m.ID)
		_, err = s.db.Reader().Exec(ctx, settleMessage, m.ID, "refused", said(outcome), s.now())
	case m.Attempts >= s.cfg.Attempts:
		s.cfg.Logger.ErrorContext(ctx, "message was given up", "order", m.OrderID, "kind", m.Kind, "message", m.ID, "attempts", m.Attempts)
		_, err = s.db.Reader().Exec(ctx, settleMessage, m.ID, "given_up", said(outcome), s.now())
	default:
		_, err = s.db.Reader().Exec(ctx, delayMessage, m.ID, s.now().Add(s.pause(m.Attempts)), m.Attempts, said(outcome))
	}
	if err != nil {
		return fmt.Errorf("note how message %s went: %w", m.ID, err)
	}
	return nil
}

// said is an error as it is kept: without addresses, for the table outlives the person.
func said(err error) string {
	words := strings.Fields(oneLine(err.Error()))
	for i, w := range words {
		if strings.Contains(w, "@") {
			words[i] = "(address)"
		}
	}
	return strings.Join(words, " ")
}

// pause doubles with each attempt; half of it is jitter.
func (s *Sender) pause(attempt int) time.Duration {
	p := s.cfg.LongestPause
	if shift := max(attempt-1, 0); shift < 20 {
		p = min(p, s.cfg.FirstPause<<shift)
	}
	return p/2 + time.Duration(s.cfg.Jitter()*float64(p/2))
}
