package app

import (
	"time"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/security/identity"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/customers"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/shop/settings"
)

// Events knows every event type of the program.
func Events() (*event.Registry, error) {
	return event.NewRegistry(catalog.Events(), customers.Events(), delivery.Events(), identity.Events(), orders.Events(),
		payments.Events(), rates.Events(), settings.Events())
}

// newLog is the event log over db.
func newLog(db *postgres.DB) (*event.Log, error) {
	registry, err := Events()
	if err != nil {
		return nil, err
	}
	return event.NewLog(db, registry, time.Now), nil
}
