package api

import "testing"

func TestTextsCannotBecomeMarkupBesideALegacyFrontEnd(t *testing.T) {
	const wrote = `<img src=x onerror="a('b')">`
	if got, want := New(Deps{}, Config{Front: true}).shown(wrote), `‹img src=x onerror=”a('b')”›`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := New(Deps{}, Config{Front: true}).shown(`" autofocus onfocus=x`), `” autofocus onfocus=x`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := New(Deps{}, Config{}).shown(wrote); got != wrote {
		t.Errorf("got %s without a legacy front end, want what was written", got)
	}
}
