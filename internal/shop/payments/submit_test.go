package payments_test

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/idempotency"
	"floresya/internal/shop/money"
	"floresya/internal/shop/payments"
	"floresya/internal/storage"
)

func TestAProofIsKeptAndStopsTheHold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "mobile_payment")
	if b.order(t, id).HoldUntil == nil {
		t.Fatal("a new order has no hold")
	}
	y := b.submit(t, payments.Submit{Order: id, Method: "mobile_payment", Reference: " FY-123456789 ", Bank: "Banesco",
		Phone: "0414-7654321", Date: delivery.DayOf(time.Now()), Details: map[string]any{"note": "desde mi mamá"},
		Receipt: &storage.Object{Key: "ab.webp", Hash: strings.Repeat("ab", 32)}})
	if y.Status != payments.Pending || y.AmountUSD != 52_98 || y.AmountVES != 2119_00 || y.Currency != "VES" ||
		y.Reference != "FY-123456789" || y.MethodName != "Pago Móvil" || y.MethodID == 0 || y.ReferenceSeen ||
		y.ReceiptURL != payments.ReceiptPath+"ab.webp" {
		t.Errorf("payment = %+v", y)
	}
	if y.Details["bank"] != "Banesco" || y.Details["phone"] != "0414-7654321" || y.Details["note"] != "desde mi mamá" {
		t.Errorf("details = %v", y.Details)
	}
	if o := b.order(t, id); o.HoldUntil != nil || o.Status != "pending" {
		t.Errorf("hold %v, status %s: want none, pending", o.HoldUntil, o.Status)
	}
	if n := b.count(t, `select count(*) from events where data::text ~ '7654321|Banesco|mamá'`); n != 0 {
		t.Error("the event log holds the payer's data")
	}
	if n := b.count(t, `select count(*) from sagas where order_id = $1 and wake_at <= now()`, id); n != 1 {
		t.Error("nobody woke the saga")
	}
	b.agree(t)
}

func TestTheSameProofAgainIsTheSamePayment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	proof := payments.Submit{Order: id, Method: "zelle", Reference: "ZX-777", Details: map[string]any{"email": "a@example.com"}}
	first := b.submit(t, proof)
	if again := b.submit(t, proof); again.ID != first.ID {
		t.Errorf("the repeated proof became payment %d beside %d", again.ID, first.ID)
	}
	proof.Details = map[string]any{"email": "b@example.com"}
	if _, err := b.Submit(t.Context(), proof); !fault.Is(err, "reference_used") {
		t.Errorf("same reference, other facts: %v, want reference_used", err)
	}
	if _, err := b.Reject(t.Context(), first.ID, "No aparece en el banco", 0); err != nil {
		t.Fatal(err)
	}
	if second := b.submit(t, proof); second.ID == first.ID || !second.ReferenceSeen {
		t.Errorf("after the rejection: payment %d, seen %v; want a new flagged one", second.ID, second.ReferenceSeen)
	}
	b.agree(t)
}

func TestOneKeyIsOneProof(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	ctx := idempotency.WithKey(t.Context(), idempotency.Key{Scope: "guest:x", Route: "POST", Key: uuid.NewString(), Fingerprint: []byte("a")})
	var callers sync.WaitGroup
	ids := make([]int, 10)
	for i := range ids {
		callers.Go(func() {
			y, err := b.Submit(ctx, payments.Submit{Order: id, Method: "zelle", Reference: "ZX-1"})
			if err != nil {
				t.Error(err)
			}
			ids[i] = y.ID
		})
	}
	callers.Wait()
	for _, got := range ids {
		if got != ids[0] || got == 0 {
			t.Fatalf("payments %v, want the same one", ids)
		}
	}
}

func TestARepeatIsAnsweredWhatTheFirstWas(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	proof := payments.Submit{Order: b.place(t, "zelle"), Method: "zelle", Reference: "ZX-1", Bank: "Chase", Money: usd(20_00)}
	ctx := idempotency.WithKey(t.Context(), idempotency.Key{Scope: "guest:x", Route: "POST", Key: uuid.NewString(), Fingerprint: []byte("a")})
	first, err := b.Submit(ctx, proof)
	if err != nil {
		t.Fatal(err)
	}
	row, err := b.Payment(t.Context(), first.ID)
	if err != nil || !reflect.DeepEqual(first, row) {
		t.Errorf("answered %+v, the row is %+v, %v", first, row, err)
	}
	if _, err := b.Accept(t.Context(), first.ID, movement("900", ves(800_00)), 0); err != nil {
		t.Fatal(err)
	}
	if again, err := b.Submit(ctx, proof); err != nil || !reflect.DeepEqual(again, first) {
		t.Errorf("answered %+v, %v; want %+v", again, err, first)
	}
}

func TestAReferenceSeenOnAnotherOrderIsFlaggedAlsoAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	orders := []int{b.place(t, "zelle"), b.place(t, "zelle"), b.place(t, "zelle"), b.place(t, "zelle")}
	var callers sync.WaitGroup
	for _, id := range orders {
		callers.Go(func() {
			if _, err := b.Submit(t.Context(), payments.Submit{Order: id, Method: "zelle", Reference: "same-1"}); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if n := b.count(t, `select count(*) from payments where reference_seen`); n != len(orders)-1 {
		t.Errorf("%d proofs are flagged, want all but the first of %d", n, len(orders))
	}
}

func TestProofsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	good := payments.Submit{Order: id, Method: "zelle", Reference: "ZX-777"}
	for name, c := range map[string]struct {
		change func(*payments.Submit)
		want   string
	}{
		"short reference":     {func(s *payments.Submit) { s.Reference = " 12 " }, "reference_number"},
		"long reference":      {func(s *payments.Submit) { s.Reference = strings.Repeat("9", 101) }, "reference_number"},
		"NUL":                 {func(s *payments.Submit) { s.Reference = "123\x00" }, "reference_number"},
		"invalid UTF-8":       {func(s *payments.Submit) { s.Bank = "\xff" }, ""},
		"unknown method":      {func(s *payments.Submit) { s.Method = "gold" }, "payment_method"},
		"zero bolívares":      {func(s *payments.Submit) { s.Money = ves(0) }, "amount"},
		"negative":            {func(s *payments.Submit) { s.Money = usd(-1) }, "amount"},
		"too much":            {func(s *payments.Submit) { s.Money = usd(1 << 40) }, "amount"},
		"overflow":            {func(s *payments.Submit) { s.Money = ves(1<<63 - 1) }, "amount"},
		"no currency":         {func(s *payments.Submit) { s.Money = money.Money{Minor: 5, Currency: "EUR"} }, "currency"},
		"worth nothing":       {func(s *payments.Submit) { s.Money = ves(1) }, "amount"},
		"day that is not":     {func(s *payments.Submit) { s.Date = "2026-02-30" }, "date"},
		"future":              {func(s *payments.Submit) { s.Date = delivery.DayOf(time.Now()).Add(3) }, "date"},
		"script as receipt":   {func(s *payments.Submit) { s.ReceiptURL = "javascript:alert(1)" }, "receipt_image_url"},
		"details too large":   {func(s *payments.Submit) { s.Details = map[string]any{"x": strings.Repeat("y", 5000)} }, "payment_details"},
		"NUL in details":      {func(s *payments.Submit) { s.Details = map[string]any{"x": "a\x00b"} }, "payment_details"},
		"bad UTF-8 in detail": {func(s *payments.Submit) { s.Details = map[string]any{"x": "\xff"} }, "payment_details"},
	} {
		s := good
		c.change(&s)
		_, err := b.Submit(t.Context(), s)
		f := fault.Of(err)
		if f.Kind != fault.Invalid || len(f.Fields) == 0 || c.want != "" && f.Fields[0].Path != c.want {
			t.Errorf("%s: %v, want Invalid at %s", name, err, c.want)
		}
	}
	if _, err := b.Submit(t.Context(), payments.Submit{Order: 999, Method: "zelle", Reference: "ZX-777"}); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("unknown order: %v, want NotFound", err)
	}
	if _, err := b.orders.Cancel(t.Context(), id, "", 0, true); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Submit(t.Context(), good); !fault.Is(err, "order_cancelled") {
		t.Errorf("cancelled order: %v, want order_cancelled", err)
	}
	if n := b.count(t, `select count(*) from payments`) + b.count(t, `select count(*) from personal where kind = 'payment'`); n != 0 {
		t.Errorf("%d rows of refused proofs", n)
	}
}
