package payments_test

import (
	"errors"
	"strings"
	"testing"

	"floresya/internal/shop/payments"
	"floresya/internal/storage"
)

func TestForgettingRemovesReceiptsThatNobodyElseSent(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	files, err := storage.New(storage.Config{Dir: t.TempDir(), Private: true})
	if err != nil {
		t.Fatal(err)
	}
	put := func(content string) *storage.Object {
		o, err := files.Put(t.Context(), strings.NewReader(content), "image/png")
		if err != nil {
			t.Fatal(err)
		}
		return &o
	}
	own, shared := put("hers alone"), put("sent by two")
	hers, his := b.place(t, "zelle"), b.place(t, "zelle")
	first := b.submit(t, payments.Submit{Order: hers, Method: "zelle", Reference: "ZX-1", Receipt: own})
	second := b.submit(t, payments.Submit{Order: hers, Method: "zelle", Reference: "ZX-2", Receipt: shared})
	b.submit(t, payments.Submit{Order: his, Method: "zelle", Reference: "ZX-3", Receipt: shared})
	forget := func(want int) {
		t.Helper()
		if n, err := payments.Forget(t.Context(), b.db.Reader(), files); n != want || err != nil {
			t.Errorf("%d receipts removed (%v), want %d", n, err, want)
		}
	}
	forget(0)
	_, err = b.db.Reader().Exec(t.Context(), `update personal set details = null, erased_at = now()
		where id in (select personal_id from payments where id = any($1))`, []int{first.ID, second.ID})
	if err != nil {
		t.Fatal(err)
	}
	forget(1)
	forget(0)
	if _, _, err := files.Open(t.Context(), own.Key); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("her receipt: %v, want not found", err)
	}
	content, _, err := files.Open(t.Context(), shared.Key)
	if err != nil {
		t.Fatalf("the receipt that somebody else sent too: %v", err)
	}
	_ = content.Close()
}
