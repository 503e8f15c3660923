package orders

import "testing"

func TestForeignPhonesNeedTheirCountry(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]bool{
		"+34 600 000 000": true, "+1 (305) 555-0100": true, "+4915112345678": true,
		"34 600 000 000": false, "+58 414 1234567": false, "+0414 1234567": false, "+34 6": false, "+34600000000000000": false,
		"+34 600 000 00x": false, "": false,
	} {
		if got := foreignPhone(phone); got != want {
			t.Errorf("%q: got %v, want %v", phone, got, want)
		}
	}
}
