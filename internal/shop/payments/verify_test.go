package payments_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
)

func TestTwentyVerifiersAcceptOneMovementOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ids := make([]int, 20)
	for i := range ids {
		ids[i] = b.submit(t, payments.Submit{Order: b.place(t, "mobile_payment"), Method: "mobile_payment", Reference: fmt.Sprintf("ref-%d", i)}).ID
	}
	errs := make([]error, len(ids))
	start := make(chan struct{})
	var verifiers sync.WaitGroup
	for i, id := range ids {
		verifiers.Go(func() {
			<-start
			_, errs[i] = b.Accept(t.Context(), id, movement("000123", ves(2119_00)), 0)
		})
	}
	close(start)
	verifiers.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if f := fault.Of(err); f.Code != "movement_used" || f.Facts["order_id"] == nil {
			t.Errorf("a loser got %v, want movement_used naming the order", err)
		}
	}
	if won != 1 || b.count(t, `select count(*) from payments where status = 'completed'`) != 1 {
		t.Errorf("%d verifiers won, want 1", won)
	}
	b.agree(t)
}

func TestAcceptingAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "mobile_payment")
	y := b.submit(t, payments.Submit{Order: id, Method: "mobile_payment", Reference: "r-1"})
	for range 2 {
		got, err := b.Accept(t.Context(), y.ID, movement(" 000123 ", ves(2119_00)), 0)
		if err != nil || got.Status != payments.Completed || got.AcceptedUSD != 52_98 || got.BankAccount != "01024455" {
			t.Fatalf("accepted: %+v, %v", got, err)
		}
	}
	if n := b.count(t, `select count(*) from events where type = 'payments.accepted'`); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	if _, err := b.Accept(t.Context(), y.ID, movement("999", ves(2119_00)), 0); !fault.Is(err, "already_accepted") {
		t.Errorf("other facts: %v, want already_accepted", err)
	}
	if _, err := b.Reject(t.Context(), y.ID, "me equivoqué", 0); !fault.Is(err, "already_accepted") {
		t.Errorf("reject after accept: %v, want already_accepted", err)
	}
	if o := b.order(t, id); o.PaidUSD != 52_98 {
		t.Errorf("paid %s, want 52.98", o.PaidUSD)
	}
	b.agree(t)
}

func TestPartsAddUpAndTooMuchAndTooLittleShow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	balance := func() payments.Balance {
		o := b.order(t, id)
		return payments.BalanceOf(o.TotalUSD, o.PaidUSD, o.Rate, o.Status == orders.Cancelled)
	}
	zelle := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-1", Money: usd(20_00)})
	if _, err := b.Accept(t.Context(), zelle.ID, movement("z-1", usd(20_00)), 0); err != nil {
		t.Fatal(err)
	}
	if got := balance(); got.Due != 32_98 || got.DueVES != 1319_00 || got.Over != 0 {
		t.Errorf("after the first part: %+v", got)
	}
	rest := b.submit(t, payments.Submit{Order: id, Method: "mobile_payment", Reference: "m-1"}) // what is due, in bolívares
	if rest.AmountVES != 1319_00 || rest.AmountUSD != 32_98 {
		t.Errorf("the rest is %s = $%s, want Bs 1319 = $32.98", rest.AmountVES, rest.AmountUSD)
	}
	if _, err := b.Accept(t.Context(), rest.ID, movement("m-1", ves(1319_00)), 0); err != nil {
		t.Fatal(err)
	}
	if got := balance(); got.Due != 0 || got.Over != 0 || got.Paid != 52_98 {
		t.Errorf("after both parts: %+v", got)
	}
	tip := b.submit(t, payments.Submit{Order: id, Method: "cash", Reference: "propina", Money: usd(5_00)})
	if _, err := b.Accept(t.Context(), tip.ID, payments.Facts{ValueDate: delivery.DayOf(time.Now()), Amount: usd(5_00)}, 0); err != nil {
		t.Fatal(err)
	}
	if got := balance(); got.Over != 5_00 || got.ToRefund != 5_00 {
		t.Errorf("overpaid: %+v", got)
	}
	for i, step := range []struct {
		amount money.USD
		status payments.Status
	}{{2_00, payments.PartiallyRefunded}, {3_00, payments.Refunded}} {
		got, err := b.Refund(t.Context(), tip.ID, step.amount, 0, "vuelto")
		if err != nil || got.Status != step.status {
			t.Errorf("refund %d: %s, %v; want %s", i, got.Status, err, step.status)
		}
	}
	if _, err := b.Refund(t.Context(), tip.ID, 1, 0, "vuelto"); !fault.Is(err, "refund_too_much") {
		t.Errorf("one cent more: %v, want refund_too_much", err)
	}
	if got := balance(); got.Over != 0 || got.Paid != 52_98 {
		t.Errorf("after the refunds: %+v", got)
	}
	b.agree(t)
}

func TestCashHasNoMovement(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	today := delivery.DayOf(time.Now())
	for range 2 { // two equal notes are no double use
		id := b.place(t, "cash")
		if b.order(t, id).HoldUntil != nil {
			t.Error("cash on delivery has a hold")
		}
		y := b.submit(t, payments.Submit{Order: id, Method: "cash", Reference: "efectivo", Details: map[string]any{"text": "Pago contra entrega"}})
		got, err := b.Accept(t.Context(), y.ID, payments.Facts{BankAccount: "x", ValueDate: today, Amount: usd(52_98)}, 0)
		if err != nil || got.BankAccount != "" || got.AcceptedUSD != 52_98 {
			t.Errorf("accepted %+v, %v", got, err)
		}
	}
	b.agree(t)
}

func TestMoneyForACancelledOrderIsRecordedAndOwed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	y := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-9"})
	if _, err := b.orders.Cancel(t.Context(), id, "", 0, true); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accept(t.Context(), y.ID, movement("z-9", usd(52_98)), 0); err != nil {
		t.Fatal(err)
	}
	owed, err := b.ToRefund(t.Context())
	if err != nil || len(owed) != 1 || owed[0] != (payments.Refundable{OrderID: id, Cancelled: true, Amount: 52_98}) {
		t.Errorf("owed: %+v, %v", owed, err)
	}
	if o := b.order(t, id); o.Status != orders.Cancelled {
		t.Errorf("the order is %s again", o.Status)
	}
	b.agree(t)
}

func TestARejectedProofStartsANewHold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	one := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-1"})
	two := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-2"})
	if _, err := b.Reject(t.Context(), one.ID, "No aparece", 0); err != nil {
		t.Fatal(err)
	}
	if o := b.order(t, id); o.HoldUntil != nil {
		t.Error("a hold runs while another proof waits")
	}
	if n, err := b.CountWaiting(t.Context()); err != nil || n != 1 {
		t.Errorf("%d proofs wait, %v; want 1", n, err)
	}
	before := time.Now()
	for range 2 {
		got, err := b.Reject(t.Context(), two.ID, "Tampoco aparece", 0)
		if err != nil || got.Status != payments.Failed || got.Notes != "Tampoco aparece" {
			t.Fatalf("rejected: %+v, %v", got, err)
		}
	}
	o := b.order(t, id)
	if o.HoldUntil == nil || o.HoldUntil.Sub(before) < 23*time.Hour || o.HoldUntil.Sub(before) > 25*time.Hour {
		t.Errorf("hold until %v, want about 24 h from now", o.HoldUntil)
	}
	if n := b.count(t, `select count(*) from notifications where order_id = $1 and kind = 'rejected'`, id); n != 2 {
		t.Errorf("%d messages, want one per rejection", n)
	}
	// Late: the slot has closed in the meantime; the customer still gets an hour.
	b.exec(t, `update orders set delivery_date = current_date - 1 where id = $1`, id)
	late := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-3"})
	if _, err := b.Reject(t.Context(), late.ID, "No aparece", 0); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*b.order(t, id).HoldUntil); left < 59*time.Minute || left > 61*time.Minute {
		t.Errorf("the hold lasts %v, want an hour", left)
	}
}

func TestAPartStartsANewHoldForTheRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.place(t, "zelle")
	one := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-1", Money: usd(20_00)})
	two := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-2", Money: usd(10_00)})
	if _, err := b.Accept(t.Context(), one.ID, movement("z-1", usd(20_00)), 0); err != nil {
		t.Fatal(err)
	}
	if o := b.order(t, id); o.HoldUntil != nil {
		t.Error("a hold runs while another proof waits")
	}
	b.exec(t, `update sagas set wake_at = null where order_id = $1`, id)
	before := time.Now()
	if _, err := b.Accept(t.Context(), two.ID, movement("z-2", usd(10_00)), 0); err != nil {
		t.Fatal(err)
	}
	o := b.order(t, id)
	if o.HoldUntil == nil || o.HoldUntil.Sub(before) < 23*time.Hour || o.HoldUntil.Sub(before) > 25*time.Hour {
		t.Errorf("hold until %v, want about 24 h from now", o.HoldUntil)
	}
	if n := b.count(t, `select count(*) from sagas where order_id = $1 and wake_at is not null`, id); n != 1 {
		t.Error("nobody woke the saga")
	}
	rest := b.submit(t, payments.Submit{Order: id, Method: "zelle", Reference: "z-3"})
	if _, err := b.Accept(t.Context(), rest.ID, movement("z-3", usd(22_98)), 0); err != nil {
		t.Fatal(err)
	}
	if o := b.order(t, id); o.HoldUntil != nil || o.PaidUSD != 52_98 {
		t.Errorf("paid %s, hold until %v; want all of it and none", o.PaidUSD, o.HoldUntil)
	}
	b.agree(t)
}

func TestFactsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	y := b.submit(t, payments.Submit{Order: b.place(t, "zelle"), Method: "zelle", Reference: "z-1"})
	for name, c := range map[string]struct {
		change func(*payments.Facts)
		want   string
	}{
		"no account":   {func(f *payments.Facts) { f.BankAccount = "" }, "bank_account"},
		"no reference": {func(f *payments.Facts) { f.Reference = " " }, "bank_reference"},
		"no day":       {func(f *payments.Facts) { f.ValueDate = "" }, "value_date"},
		"future":       {func(f *payments.Facts) { f.ValueDate = f.ValueDate.Add(9) }, "value_date"},
		"nothing":      {func(f *payments.Facts) { f.Amount = usd(0) }, "amount"},
		"too much":     {func(f *payments.Facts) { f.Amount = usd(30_000_00) }, "amount"},
	} {
		f := movement("z-1", usd(52_98))
		c.change(&f)
		_, err := b.Accept(t.Context(), y.ID, f, 0)
		if got := fault.Of(err); got.Kind != fault.Invalid || got.Fields[0].Path != c.want {
			t.Errorf("%s: %v, want Invalid at %s", name, err, c.want)
		}
	}
	if _, err := b.Accept(t.Context(), 999, movement("z", usd(1)), 0); fault.Of(err).Kind != fault.NotFound {
		t.Errorf("unknown payment: %v, want NotFound", err)
	}
}
