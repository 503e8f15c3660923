package office_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"floresya/internal/fault"
	"floresya/internal/saga"
	"floresya/internal/security/identity"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/storage"
	"floresya/internal/web/assets"
	"floresya/internal/web/lang"
	"floresya/internal/web/office"
	"floresya/internal/web/page"
)

// noon is the moment at which these tests stand: Monday, 23 November 2026, 12:31 p. m. in Caracas.
var noon = time.Date(2026, 11, 23, 12, 31, 0, 0, lang.Caracas())

// shop is a florist's day in memory, for the pages alone; what the services decide is tested with them.
type shop struct {
	mu       sync.Mutex
	orders   []*orders.Order
	history  map[int][]orders.Change
	payments []payments.Payment
	products []catalog.Product
	zones    []delivery.Zone
	slots    []delivery.Slot
	caps     map[delivery.CapacityKey]place
	closed   map[delivery.Day]string
	rate     rates.Rate
	letters  []notify.Letter
	did      []string // what was asked for
	hangs    bool
	broken   error // what every read fails with
}

type place struct {
	capacity, reserved int
	closed             bool
}

func (s *shop) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.did = append(s.did, what)
}

// embedded are the style sheet, fonts and icons, hashed once for all tests.
var embedded = sync.OnceValues(assets.New)

// deps are the services of s.
func deps(t testing.TB, s *shop) office.Deps {
	t.Helper()
	files, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return office.Deps{
		Kit: page.New(files), Identity: door{}, Orders: s, Payments: cash{s}, Receipts: s, Catalogue: shelf{s}, Calendar: s, Rates: s,
		Messages: s, Processes: s, Mailbox: box{s},
		Log: slog.New(slog.DiscardHandler),
	}
}

// handler is the office over s, for whoever is signed in.
func (s *shop) handler(t testing.TB, who *identity.Principal) http.Handler {
	t.Helper()
	o, err := office.New(deps(t, s), office.Config{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	files, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/assets/", files)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		o.ServeHTTP(w, r.WithContext(identity.WithPrincipal(r.Context(), who)))
	})
	return mux
}

var rosa = &identity.Principal{UserID: 3, Role: identity.RoleAdmin, Email: "rosalba@floresya.example", Name: "Rosalba Peña"}

// door knows one account.
type door struct{}

func (door) Login(_ context.Context, email, password string, _ identity.Client) (string, *identity.Principal, error) {
	switch {
	case email == rosa.Email && password == "Orquídea-1948":
		return "token-of-rosa", rosa, nil
	case email == "beto@floresya.example" && password == "Orquídea-1948":
		return "token-of-beto", &identity.Principal{UserID: 4, Role: identity.RoleUser, Email: email}, nil
	case password == "too often":
		f := fault.New(fault.Limited, "too_many_attempts", "Demasiados intentos. Espera 8 segundos y vuelve a probar.")
		f.RetryAfter = 8 * time.Second
		return "", nil, f
	}
	return "", nil, fault.New(fault.Unauthenticated, "wrong_credentials", "El correo o la contraseña no coinciden.")
}
func (door) Logout(context.Context, string) error { return nil }
func (door) Lifetime() time.Duration              { return 24 * time.Hour }

func (s *shop) Order(_ context.Context, id int) (*orders.Order, error) {
	for _, o := range s.orders {
		if o.ID == id {
			return o, s.broken
		}
	}
	return nil, fault.NotFoundf("order not found")
}

func (s *shop) CountUnagreed(ctx context.Context) (int, error) {
	list, err := s.List(ctx, orders.Filter{Unagreed: true})
	return len(list), err
}

func (s *shop) List(_ context.Context, f orders.Filter) ([]*orders.Order, error) {
	var out []*orders.Order
	for _, o := range s.orders {
		if (f.Status == "" || o.Status == f.Status) && (!f.Unagreed || o.Unagreed()) &&
			(f.From == "" || delivery.DayOf(o.CreatedAt) >= f.From) &&
			strings.Contains(strings.ToLower(o.Customer.Name+o.Recipient.Name), strings.ToLower(f.Search)) {
			out = append(out, o)
		}
	}
	return out, s.broken
}

func (s *shop) History(_ context.Context, id int) ([]orders.Change, error) { return s.history[id], nil }

func (s *shop) SetStatus(_ context.Context, id int, to orders.Status, notes string, by int) (*orders.Order, error) {
	s.note("status " + string(to) + " " + notes)
	o, err := s.Order(context.Background(), id)
	if err == nil {
		o.Status = to
	}
	return o, err
}

func (s *shop) Agree(_ context.Context, id int, key delivery.CapacityKey, by int) (*orders.Order, error) {
	if s.caps[key].capacity == s.caps[key].reserved {
		return nil, fault.New(fault.Conflict, "slot_full", "Ese horario se acaba de llenar.")
	}
	s.note("agree " + string(key.Day))
	o, err := s.Order(context.Background(), id)
	if err == nil {
		o.Day, o.Slot, o.Zone, o.TimeSlot = key.Day, key.Slot, key.Zone, "09:00-12:00"
	}
	return o, err
}

// cash is the payments of a shop: names of its methods collide with others.
type cash struct{ *shop }

func (c cash) Of(_ context.Context, order int) ([]payments.Payment, error) {
	var out []payments.Payment
	for _, p := range c.payments {
		if p.OrderID == order {
			out = append(out, p)
		}
	}
	return out, c.broken
}

func (c cash) CountWaiting(ctx context.Context) (int, error) {
	list, err := c.Waiting(ctx)
	return len(list), err
}

func (c cash) Waiting(context.Context) ([]payments.Payment, error) {
	var out []payments.Payment
	for _, p := range c.payments {
		if p.Status == payments.Pending {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b payments.Payment) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out, c.broken
}

func (c cash) Methods(context.Context) ([]payments.Method, error) {
	return []payments.Method{{ID: 1, Code: "mobile_payment", Name: "Pago Móvil", Currency: "VES", AccountInfo: "Banco de ejemplo 0000\n0400 000 00 00"},
		{ID: 2, Code: "zelle", Name: "Zelle", Currency: "USD", AccountInfo: "pagos@floresya.example"}, {ID: 3, Code: "cash", Name: "Efectivo", NameEN: "Cash", Currency: "USD"}}, nil
}

func (c cash) Submit(_ context.Context, s payments.Submit) (payments.Payment, error) {
	c.note("submit " + s.Method + " " + s.Reference + " " + s.Money.String())
	return payments.Payment{}, nil
}

func (c cash) judge(id int, to payments.Status) (payments.Payment, error) {
	for i := range c.payments {
		if c.payments[i].ID == id {
			c.payments[i].Status = to
			return c.payments[i], nil
		}
	}
	return payments.Payment{}, fault.NotFoundf("payment not found")
}

func (c cash) Accept(_ context.Context, id int, f payments.Facts, _ int) (payments.Payment, error) {
	if f.Reference == "ya-usada" {
		return payments.Payment{}, fault.New(fault.Conflict, "movement_used", "Ese movimiento ya respalda otro pago.")
	}
	c.note("accept " + f.BankAccount + " " + f.Reference + " " + string(f.ValueDate) + " " + f.Amount.String())
	return c.judge(id, payments.Completed)
}

func (c cash) Reject(_ context.Context, id int, reason string, _ int) (payments.Payment, error) {
	c.note("reject " + reason)
	return c.judge(id, payments.Failed)
}

func (c cash) ToRefund(context.Context) ([]payments.Refundable, error) {
	return []payments.Refundable{{OrderID: 1031, Cancelled: true, Amount: 8100}, {OrderID: 1035, Amount: 900}}, c.broken
}

func (c cash) Refund(ctx context.Context, id int, amount money.USD, _ int, reason string) (payments.Payment, error) {
	c.note("refund " + amount.String() + " " + reason + " " + idempotency.FromContext(ctx).Scope)
	return c.judge(id, payments.PartiallyRefunded)
}

func (s *shop) Show(w http.ResponseWriter, _ *http.Request, key string) error {
	if key != "recibo.svg" {
		return storage.ErrNotFound
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, err := io.WriteString(w, `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="420"><rect width="300" height="420" fill="#dde"/></svg>`)
	return err
}

// catalogue and calendar

func (s *shop) Count(ctx context.Context, f catalog.Filter) (int, error) {
	list, err := shelf{s}.List(ctx, f)
	return len(list), err
}

func (s *shop) Product(_ context.Context, id int, _ bool) (catalog.Product, error) {
	for _, p := range s.products {
		if p.ID == id {
			return p, nil
		}
	}
	return catalog.Product{}, fault.NotFoundf("product not found")
}

func (s *shop) ByIDs(_ context.Context, ids []int) ([]catalog.Product, error) {
	var out []catalog.Product
	for _, p := range s.products {
		if slices.Contains(ids, p.ID) {
			out = append(out, p)
		}
	}
	return out, nil
}

func (s *shop) Update(_ context.Context, id int, c catalog.ProductChange) error {
	for i := range s.products {
		if p := &s.products[i]; p.ID == id {
			if c.PriceUSD != nil {
				s.note("price " + c.PriceUSD.String())
				p.PriceUSD = *c.PriceUSD
			}
			if c.Stock != nil {
				s.note("stock")
				p.Stock = *c.Stock
			}
		}
	}
	return nil
}

// shelf is the catalogue of a shop: List is taken by the orders.
type shelf struct{ *shop }

func (s shelf) List(_ context.Context, f catalog.Filter) ([]catalog.Product, error) {
	var out []catalog.Product
	for _, p := range s.products {
		if strings.Contains(strings.ToLower(p.Name+p.SKU), strings.ToLower(f.Search)) {
			out = append(out, p)
		}
	}
	if f.Limit > 0 {
		out = out[min(f.Offset, len(out)):min(f.Offset+f.Limit, len(out))]
	}
	return out, nil
}

func (s *shop) Zones(context.Context) ([]delivery.Zone, error) { return s.zones, s.broken }

func (s *shop) Calendars(ctx context.Context, zones []int, from delivery.Day, days int, now time.Time) ([]delivery.Offer, error) {
	var out []delivery.Offer
	for _, zone := range zones {
		offers, err := s.Calendar(ctx, zone, from, days, now)
		if err != nil {
			return nil, err
		}
		out = append(out, offers...)
	}
	return out, nil
}

func (s *shop) Calendar(_ context.Context, zone int, from delivery.Day, days int, now time.Time) ([]delivery.Offer, error) {
	var out []delivery.Offer
	for i := range days {
		day := from.Add(i)
		for _, slot := range s.slots {
			p, known := s.caps[delivery.CapacityKey{Day: day, Slot: slot.ID, Zone: zone}]
			if !known {
				p.capacity = 8
			}
			o := delivery.Offer{Day: day, Slot: slot, Zone: zone, Capacity: p.capacity, Left: p.capacity - p.reserved,
				Closes: slot.Closes(day), State: delivery.Open}
			switch {
			case !now.Before(o.Closes):
				o.State = delivery.Past
			case s.closed[day] != "":
				o.State, o.Reason = delivery.Blackout, s.closed[day]
			case p.closed:
				o.State = delivery.Closed
			case o.Left == 0:
				o.State = delivery.Full
			}
			out = append(out, o)
		}
	}
	return out, nil
}

func (s *shop) SetCapacity(_ context.Context, key delivery.CapacityKey, capacity int, closed bool) error {
	p := s.caps[key]
	if capacity < p.reserved {
		return fault.New(fault.Conflict, "capacity_reserved", "Ya hay más.")
	}
	p.capacity, p.closed = capacity, closed
	s.caps[key] = p
	s.note("capacity")
	return nil
}

func (s *shop) Blackouts(context.Context, delivery.Day) ([]delivery.BlackoutDay, error) {
	var out []delivery.BlackoutDay
	for day, reason := range s.closed {
		out = append(out, delivery.BlackoutDay{Day: day, Reason: reason})
	}
	return out, nil
}

func (s *shop) Blackout(_ context.Context, day delivery.Day, reason string) error {
	s.closed[day] = reason
	return nil
}

func (s *shop) ClearBlackout(_ context.Context, day delivery.Day) error {
	delete(s.closed, day)
	return nil
}

func (s *shop) Current(ctx context.Context) (rates.Rate, error) {
	if s.hangs {
		<-ctx.Done()
		return rates.Rate{}, ctx.Err()
	}
	return s.rate, s.broken
}

func (s *shop) SetByHand(_ context.Context, value money.Rate, _ int, confirmed bool) (rates.Rate, error) {
	if !confirmed && (value > s.rate.Value*6/5 || value < s.rate.Value*4/5) {
		return rates.Rate{}, fault.New(fault.Conflict, "rate_out_of_band", "Lejos.")
	}
	s.rate.Value = value
	s.note("rate " + value.String())
	return s.rate, nil
}

func (s *shop) OfOrder(_ context.Context, order int) ([]notify.Note, error) {
	return []notify.Note{{OrderID: order, Kind: notify.Placed, Status: "sent", CreatedAt: noon.Add(-2 * time.Hour)},
		{OrderID: order, Kind: notify.Rejected, Status: "refused", CreatedAt: noon.Add(-time.Hour)}}, nil
}

func (s *shop) WhatsApp(_ context.Context, _ int, kind notify.Kind, _ string) (string, error) {
	return "https://wa.me/584140001111?text=" + string(kind), nil
}

func (s *shop) Lost(context.Context) ([]notify.Note, error) {
	return []notify.Note{{OrderID: 1037}, {OrderID: 1030}}, nil
}

func (s *shop) Stuck(context.Context) ([]saga.Record, error) {
	return []saga.Record{{SagaID: "order-1036"}, {SagaID: "order-1031"}, {SagaID: "week-3"}}, nil
}

func (s *shop) Troubled(context.Context) ([]saga.Trouble, error) {
	return []saga.Trouble{{SagaID: "order-1038", Since: noon.Add(-time.Hour)}, {SagaID: "order-1043", Since: noon.Add(-time.Minute)}}, nil
}

// box is the mailbox of a shop: List is taken by the orders.
type box struct{ *shop }

func (b box) List(context.Context, int) ([]notify.Letter, error) { return b.letters, nil }

func (b box) Read(_ context.Context, id uuid.UUID) (notify.Letter, error) {
	for _, l := range b.letters {
		if l.ID == id {
			return l, nil
		}
	}
	return notify.Letter{}, fault.NotFoundf("letter not found")
}
