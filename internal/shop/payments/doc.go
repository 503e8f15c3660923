// Package payments is how the shop learns that an order is paid.
package payments
