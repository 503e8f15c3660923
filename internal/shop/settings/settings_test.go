package settings_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/settings"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func newSettings(t testing.TB) *settings.Settings {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: pgtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(settings.Events())
	if err != nil {
		t.Fatal(err)
	}
	return settings.New(db, event.NewLog(db, registry, time.Now))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	if f := fault.Of(err); err == nil || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, want %v (%s)", err, kind, code)
	}
}

func TestDefaultsFillWhatIsMissingAndChangeNothing(t *testing.T) {
	t.Parallel()
	s := newSettings(t)
	_, err := s.Create(t.Context(), settings.NewSetting{Key: "delivery_cost_usd", Value: "9.00"})
	must(t, err)
	must(t, s.Defaults(t.Context(), map[string]string{"contact_shop_name": "Flores de prueba"}))
	must(t, s.Set(t.Context(), "contact_email_main", "hola@example.com"))

	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			if err := s.Defaults(t.Context(), nil); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	all, err := s.All(t.Context())
	must(t, err)
	if len(all) != 41 { // the 42nd comes with the first rate
		t.Errorf("got %d settings, want 41", len(all))
	}
	values, err := s.Map(t.Context(), true)
	must(t, err)
	for key, want := range map[string]string{"delivery_cost_usd": "9.00", "contact_shop_name": "Flores de prueba", "contact_email_main": "hola@example.com"} {
		if values[key] != want {
			t.Errorf("%s: got %v, want %s", key, values[key], want)
		}
	}
}

func TestValuesReadAsTheirTypes(t *testing.T) {
	t.Parallel()
	s := newSettings(t)
	for _, n := range []settings.NewSetting{
		{Key: "a", Value: "5.00", Type: "number", Public: true}, {Key: "b", Value: "true", Type: "boolean", Public: true},
		{Key: "c", Value: `{"x":[1]}`, Type: "json", Public: true}, {Key: "d", Value: "5.00", Public: true},
		{Key: "e", Value: "hidden"},
	} {
		_, err := s.Create(t.Context(), n)
		must(t, err)
	}
	public, err := s.Map(t.Context(), false)
	must(t, err)
	got, err := json.Marshal(public, json.Deterministic(true))
	must(t, err)
	if want := `{"a":5.00,"b":true,"c":{"x":[1]},"d":"5.00"}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	list, err := s.Public(t.Context())
	must(t, err)
	if len(list) != 4 || list[0].Key != "a" {
		t.Errorf("got %d public settings, want 4 by key", len(list))
	}
}

func TestSettingsRefuseWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := newSettings(t)
	_, err := s.Create(t.Context(), settings.NewSetting{Key: "hero_image", Value: "/x.webp"})
	must(t, err)
	for code, try := range map[string]settings.NewSetting{
		"setting_taken":   {Key: "HERO_image"},
		"setting_derived": {Key: "BCV_usd_rate", Value: "1"},
	} {
		_, err := s.Create(t.Context(), try)
		wantFault(t, err, fault.Conflict, code)
	}
	for name, try := range map[string]settings.NewSetting{
		"key with a hyphen": {Key: "a-b"}, "no key": {}, "long key": {Key: strings.Repeat("k", 101)},
		"long value": {Key: "k", Value: strings.Repeat("ñ", 5001)}, "NUL": {Key: "k", Value: "\x00"}, "bad UTF-8": {Key: "k", Value: "\xff"},
		"no number": {Key: "k", Value: "five", Type: "number"}, "unknown type": {Key: "k", Type: "date"},
	} {
		if _, err := s.Create(t.Context(), try); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: got %v, want an Invalid fault", name, err)
		}
	}
	wantFault(t, s.Set(t.Context(), "nobody", "x"), fault.NotFound, "not_found")
	wantFault(t, s.Set(t.Context(), settings.Derived, "40"), fault.Conflict, "setting_derived")
}

func TestWhatOrdersReadAsNumbersIsOne(t *testing.T) {
	t.Parallel()
	s := newSettings(t)
	_, err := s.Create(t.Context(), settings.NewSetting{Key: "delivery_cost_USD", Value: "5.00"})
	must(t, err)
	_, err = s.Create(t.Context(), settings.NewSetting{Key: "payment_hold_hours", Value: "24"})
	must(t, err)
	for key, values := range map[string][]string{"DELIVERY_COST_USD": {"", "abc", "-1", "1000.01", "5,00"}, "PAYMENT_HOLD_HOURS": {"soon", "0", "-3", "NaN", "9000"}} {
		for _, value := range values {
			if f := fault.Of(s.Set(t.Context(), key, value)); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Path != "value" {
				t.Errorf("%s = %q: got %v, want value refused", key, value, f)
			}
		}
	}
	must(t, s.Set(t.Context(), "DELIVERY_COST_USD", "0"))
	must(t, s.Set(t.Context(), "payment_hold_hours", "1.5"))
}

func TestSettingIsChangedAndHidden(t *testing.T) {
	t.Parallel()
	s := newSettings(t)
	_, err := s.Create(t.Context(), settings.NewSetting{Key: "motto", Value: "Flores hoy", Public: true})
	must(t, err)
	description, private := "Lema", false
	must(t, s.Change(t.Context(), "MOTTO", settings.Change{Description: &description, Public: &private}))
	must(t, s.Set(t.Context(), "motto", ""))
	got, ok, err := s.Lookup(t.Context(), "Motto")
	must(t, err)
	if !ok || got.Value != "" || got.Description != "Lema" || got.Public || got.Version != 3 {
		t.Errorf("got %+v, %v", got, ok)
	}
	must(t, s.Deactivate(t.Context(), "motto"))
	if _, ok, err := s.Lookup(t.Context(), "motto"); ok || err != nil {
		t.Errorf("an inactive setting is found (%v)", err)
	}
	wantFault(t, s.Deactivate(t.Context(), "motto"), fault.NotFound, "not_found")
	if _, ok, err := s.Lookup(t.Context(), "a'; --"); ok || err != nil {
		t.Errorf("a key that cannot be is found (%v)", err)
	}
}
