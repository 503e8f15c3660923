package notify_test

import (
	"context"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/notify"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// post is a database with one order, and a clock.
type post struct {
	db  *postgres.DB
	now time.Time
}

func newPost(t *testing.T) *post {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t), GeneralConns: 8, OrdersConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	p := &post{db: db, now: time.Date(2026, 5, 8, 14, 0, 0, 0, time.UTC)}
	for _, sql := range []string{
		`insert into zones values (1, 'delivery', 'Chacao', 'chacao', 3, true, 1, 1)`,
		`insert into delivery_slots values (7, 6, '09:00', '12:00', '1 hour', true, 1)`,
		`insert into products (id, slug, name, price_usd, stock, version, created_at, updated_at) values (1, 'p', 'Peonías coral', 49.98, 9, 1, now(), now())`,
		`insert into personal (id, kind, name, email, phone, recipient_name, token, created_at)
			values ('00000000-0000-0000-0000-000000000001', 'order', 'Ana Pérez', 'ana@example.com', '0414-1234567', 'María', 'tok123', now())`,
		`insert into orders (id, personal_id, language, status, delivery_method, zone_id, slot_id, delivery_date, delivery_time_slot,
				delivery_cost_usd, delivery_cost_ves, total_amount_usd, total_amount_ves, currency_rate, payment_method, hold_until,
				stock_state, version, created_at, updated_at)
			values (17, '00000000-0000-0000-0000-000000000001', 'es', 'pending', 'delivery', 1, 7, '2026-05-09', '09:00-12:00', 3, 731, 52.98,
				12917, 243.8, 'mobile_payment', '2026-05-09T12:00:00Z', 'reserved', 1, now(), now())`,
		`insert into order_items (id, order_id, product_id, product_name, unit_price_usd, unit_price_ves, quantity, subtotal_usd, subtotal_ves, created_at, updated_at)
			values (1, 17, 1, 'Peonías coral', 49.98, 12185, 1, 49.98, 12185, now(), now())`,
	} {
		p.exec(t, sql)
	}
	return p
}

func (p *post) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := p.db.Reader().Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (p *post) queue(t *testing.T, messages ...notify.Message) {
	t.Helper()
	b := &pgx.Batch{}
	for i := range messages {
		messages[i].OrderID, messages[i].At = 17, p.now
	}
	notify.Queue(b, messages)
	if err := p.db.Reader().SendBatch(t.Context(), b).Close(); err != nil {
		t.Fatal(err)
	}
}

func (p *post) sender(t *testing.T, cfg notify.Config) (*notify.Sender, *notify.Mailbox) {
	t.Helper()
	box, err := notify.NewMailbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Now = func() time.Time { return p.now }
	cfg.PerSecond, cfg.BaseURL = 10000, "https://flores.example/"
	cfg.Ways = func(context.Context) ([]notify.Way, error) {
		return []notify.Way{{Code: "mobile_payment", Name: "Pago Móvil", Account: "Banesco · 0414-1234567 · V-12345678"},
			{Code: "zelle", Name: "Zelle", Account: "flores@example.com"}, {Code: "cash", Name: "Efectivo"}}, nil
	}
	s, err := notify.New(p.db, box, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, box
}

func (p *post) send(t *testing.T, s *notify.Sender) {
	t.Helper()
	if _, err := s.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *post) notes(t *testing.T) []notify.Note {
	t.Helper()
	notes, err := notify.OfOrder(t.Context(), p.db.Reader(), 17)
	if err != nil {
		t.Fatal(err)
	}
	return notes
}

func smtp(s *server, mode string) notify.SMTP {
	return notify.SMTP{Host: "127.0.0.1", Port: s.port(), Mode: mode, Timeout: 2 * time.Second}
}

func TestLettersLandInTheMailboxWithoutAServer(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	s, box := p.sender(t, notify.Config{})
	p.queue(t, notify.Message{Kind: notify.Placed}, notify.Message{Kind: notify.Placed}, notify.Message{Kind: notify.Rejected, Dedupe: "payment 3", Detail: "No aparece en el banco"})
	p.send(t, s)
	list, err := box.List(t.Context(), 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d letters (%v), want 2: a message is queued once", len(list), err)
	}
	if list[0].Text != "" {
		t.Error("the list carries bodies")
	}
	var placed, rejected notify.Letter
	for _, l := range list {
		full, err := box.Read(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(full.Subject, "Recibimos") {
			placed = full
		} else {
			rejected = full
		}
	}
	for _, want := range []string{"¡Hola, Ana!", "Pedido: #17", "sábado 9 de mayo, 9:00 a. m. – 12:00 p. m., en Chacao", "Para: María", "1 × Peonías coral — $49.98", "Envío — $3.00",
		"Total: $52.98 · Bs 12.917", "antes del sábado 9 de mayo a las 8:00 a. m.", "Banesco · 0414-1234567", "https://flores.example/seguimiento/tok123"} {
		if !strings.Contains(placed.Text, want) {
			t.Errorf("the letter does not say %q:\n%s", want, placed.Text)
		}
	}
	if strings.Contains(placed.Text, "Zelle") {
		t.Error("the letter explains a way to pay that was not chosen")
	}
	if placed.Subject != "Recibimos tu pedido #17 · FloresYa" || placed.To != "Ana Pérez <ana@example.com>" || !placed.At.Equal(p.now) {
		t.Errorf("letter %+v", placed)
	}
	if !strings.Contains(placed.HTML, `href="https://flores.example/seguimiento/tok123"`) || !strings.Contains(rejected.Text, "«No aparece en el banco»") {
		t.Errorf("html %s\nrejected %s", placed.HTML, rejected.Text)
	}
	for _, n := range p.notes(t) {
		if n.Status != "sent" || n.SentAt == nil {
			t.Errorf("note %+v, want sent", n)
		}
	}
	if n, err := s.SendDue(t.Context()); n != 0 || err != nil {
		t.Errorf("sent again: %d, %v", n, err)
	}
	if _, err := box.Read(t.Context(), uuid.New()); err == nil {
		t.Error("a letter that is not there was read")
	}
}

func TestEveryKindHasALetterInBothLanguages(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	s, box := p.sender(t, notify.Config{})
	subjects := map[string]bool{}
	for _, lang := range []string{"es", "en"} {
		p.exec(t, `update orders set language = $1, paid_usd = 52.98`, lang)
		for _, kind := range []notify.Kind{notify.Placed, notify.Paid, notify.Rejected, notify.Shipped, notify.Delivered, notify.Cancelled} {
			p.queue(t, notify.Message{Kind: kind, Dedupe: lang, Detail: "reason"})
		}
	}
	p.send(t, s)
	list, err := box.List(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		subjects[l.Subject] = true
	}
	if len(subjects) != 12 {
		t.Errorf("%d different subjects, want 12: %v", len(subjects), subjects)
	}
	var linked [2]int // letters that lead to the page in Spanish, in English
	for _, l := range list {
		letter, err := box.Read(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(letter.Text, "https://flores.example/en/seguimiento/") {
			linked[1]++
		} else if strings.Contains(letter.Text, "https://flores.example/seguimiento/") {
			linked[0]++
		}
	}
	if linked[0] == 0 || linked[0] != linked[1] {
		t.Errorf("%d letters lead to the Spanish page and %d to the English one, want as many", linked[0], linked[1])
	}
}

func TestCustomersTextBecomesNoHeaderAndNoMarkup(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server := newServer(t, nil, false)
	s, _ := p.sender(t, notify.Config{SMTP: smtp(server, notify.Plain)})
	p.exec(t, `update personal set name = $1, recipient_name = $2`, "Eve\r\nBcc: victim@example.com\r\n\r\n<script>", "<b>x</b>\u2028Subject: y")
	p.queue(t, notify.Message{Kind: notify.Rejected, Detail: "a\r\n.\r\nMAIL FROM:<x@y.z>"})
	p.send(t, s)
	got := server.got()
	if len(got) != 1 {
		t.Fatalf("%d letters: %+v", len(got), p.notes(t))
	}
	msg, err := mail.ReadMessage(strings.NewReader(got[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Bcc", "Cc"} {
		if msg.Header.Get(name) != "" {
			t.Errorf("header %s was injected", name)
		}
	}
	to, err := msg.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != "ana@example.com" {
		t.Errorf("to %v (%v)", to, err)
	}
	toBox, box := p.sender(t, notify.Config{})
	p.queue(t, notify.Message{Kind: notify.Shipped, Detail: "<i>x</i>"})
	p.send(t, toBox)
	list, err := box.List(t.Context(), 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d letters (%v)", len(list), err)
	}
	l, err := box.Read(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(l.HTML, "<script") || strings.Contains(l.HTML, "<b>") || !strings.Contains(l.HTML, "&lt;b&gt;x") {
		t.Errorf("markup of a customer is in the HTML: %s", l.HTML)
	}
}

func TestAnErasedPersonGetsNoLetter(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	s, box := p.sender(t, notify.Config{})
	p.queue(t, notify.Message{Kind: notify.Placed})
	p.exec(t, `update personal set name = '', email = '', erased_at = now()`)
	p.send(t, s)
	list, _ := box.List(t.Context(), 10)
	if n := p.notes(t)[0]; n.Status != "refused" || len(list) != 0 {
		t.Errorf("%s with %d letters, want refused and none", n.Status, len(list))
	}
}

func TestForgettingRemovesLettersFromTheMailbox(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	s, box := p.sender(t, notify.Config{})
	p.queue(t, notify.Message{Kind: notify.Placed}, notify.Message{Kind: notify.Rejected, Detail: "Ana, no aparece"})
	p.send(t, s)
	if n, err := notify.Forget(t.Context(), p.db.Reader(), box); n != 0 || err != nil {
		t.Fatalf("letters to people who are not erased: %d removed, %v", n, err)
	}
	p.exec(t, `update personal set name = '', email = '', erased_at = now()`)
	for _, want := range []int{2, 0} {
		if n, err := notify.Forget(t.Context(), p.db.Reader(), box); n != want || err != nil {
			t.Errorf("%d letters removed (%v), want %d", n, err, want)
		}
	}
	list, err := box.List(t.Context(), 10)
	if err != nil || len(list) != 0 {
		t.Errorf("%d letters are left (%v)", len(list), err)
	}
	var left int
	if err := p.db.Reader().QueryRow(t.Context(), `select count(*) from notifications where detail <> ''`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d details are left (%v)", left, err)
	}
}

func TestSendersTogetherSendEachLetterOnceAndStop(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	server := newServer(t, nil, false)
	for i := range 20 {
		p.queue(t, notify.Message{Kind: notify.Rejected, Dedupe: string(rune('a' + i))})
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range 3 {
		s, _ := p.sender(t, notify.Config{SMTP: smtp(server, notify.Plain)})
		running.Go(func() { s.Run(ctx, func() {}) })
	}
	deadline, again := time.After(20*time.Second), time.NewTicker(10*time.Millisecond)
	defer again.Stop()
	for len(server.got()) < 20 {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("%d letters after 20 s", len(server.got()))
		}
	}
	cancel()
	running.Wait()
	for _, n := range p.notes(t) {
		if n.Status != "sent" || n.Attempts != 1 {
			t.Errorf("note %+v", n)
		}
	}
	if n := len(server.got()); n != 20 {
		t.Errorf("%d letters, want 20", n)
	}
}

func TestWALink(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]string{
		"0414-1234567":         "https://wa.me/584141234567?text=Hola%20Ana%20%26%20co%0A%C2%A1",
		"(+58)-414-1234567":    "https://wa.me/584141234567?text=Hola%20Ana%20%26%20co%0A%C2%A1",
		"+1 305 555 0100":      "https://wa.me/13055550100?text=Hola%20Ana%20%26%20co%0A%C2%A1",
		"12":                   "",
		"javascript:alert('')": "",
	} {
		if got := notify.WALink(phone, "Hola Ana & co\n¡"); got != want {
			t.Errorf("%s: %s, want %s", phone, got, want)
		}
	}
}

func TestWhatsAppSaysWhatTheLetterSays(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	s, _ := p.sender(t, notify.Config{})
	link, err := s.WhatsApp(t.Context(), 17, notify.Shipped, "")
	if err != nil || !strings.HasPrefix(link, "https://wa.me/584141234567?text=%C2%A1Hola%2C%20Ana%21%20Tus%20flores%20van%20en%20camino") {
		t.Errorf("link %s (%v)", link, err)
	}
}
