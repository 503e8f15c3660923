package payments_test

import (
	"slices"
	"testing"
)

func TestDefaultMethodsComeOnceAndSayWhereToPay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec(t, `insert into settings (id, key, value, version, created_at, updated_at)
		values (1, 'payment_movil_banesco_phone', '0414-1234567', 1, now(), now()),
			(2, 'payment_movil_banesco_cedula', 'V-12345678', 1, now(), now()),
			(3, 'payment_zelle_email', 'flores@example.com', 1, now(), now())`)
	for range 2 {
		if err := b.EnsureDefaults(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	methods, err := b.Methods(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	info := map[string]string{}
	for _, m := range methods {
		codes = append(codes, m.Code)
		info[m.Code] = m.AccountInfo
	}
	if want := []string{"mobile_payment", "bank_transfer", "zelle", "crypto", "cash"}; !slices.Equal(codes, want) {
		t.Errorf("codes = %v, want %v", codes, want)
	}
	if got, want := info["mobile_payment"], "Banesco · 0414-1234567 · V-12345678"; got != want {
		t.Errorf("where to pay by Pago Móvil = %q, want %q", got, want)
	}
	if got, want := info["zelle"], "flores@example.com"; got != want {
		t.Errorf("where to pay by Zelle = %q, want %q", got, want)
	}
	var events int
	if err := b.db.Reader().QueryRow(t.Context(), `select count(*) from events where type = 'payments.method_set'`).Scan(&events); err != nil || events != 5 {
		t.Errorf("%d events (%v), want 5", events, err)
	}
}
