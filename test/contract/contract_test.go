package contract

import "testing"

// TestContract runs against one shop, so its parts leave alone what others count on: the demo products 1 to 20 keep
// their price, and each order takes few pieces.
func TestContract(t *testing.T) {
	s := start(t, nil)
	for _, part := range []struct {
		name string
		test func(*testing.T, *shop)
	}{
		{"products", products}, {"product", product}, {"images", images}, {"occasions", occasions}, {"settings", settings},
		{"payment methods", paymentMethods}, {"sign-in", signIn}, {"orders", orders}, {"order bounds", orderBounds},
		{"order conflicts", orderConflicts}, {"orders for administrators", ordersForAdmins}, {"payments", payments},
		{"idempotency", idempotency}, {"products for administrators", productsForAdmins},
		{"settings for administrators", settingsForAdmins}, {"every route", everyRoute}, {"bad bodies", badBodies},
		{"headers", headers}, {"probes", probes},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, s)
		})
	}
}
