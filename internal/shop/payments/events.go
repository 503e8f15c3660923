package payments

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
)

// MethodSet says what a payment method is from now on.
type MethodSet struct {
	ID           int    `json:"id"`
	Code         string `json:"code"`
	Name         string `json:"name"`
	NameEN       string `json:"name_en,omitzero"`
	Type         string `json:"type"`
	Currency     string `json:"currency"`
	Description  string `json:"description,omitzero"`
	AccountInfo  string `json:"account_info,omitzero"`
	Active       bool   `json:"active"`
	DisplayOrder int    `json:"display_order"`
}

// Events are the event types of payments.
func Events() []event.Def {
	return []event.Def{
		event.On("payments.method_set", 1, applyMethodSet),
	}
}

func methodStream(id int) string { return fmt.Sprintf("payment-method-%d", id) }

const upsertMethod = `
	insert into payment_methods (id, code, name, name_en, type, currency, description, account_info, active, display_order,
		version, created_at, updated_at)
	values ($1, $2, $3, nullif($4, ''), $5, $6, nullif($7, ''), nullif($8, ''), $9, $10, $11, $12, $12)
	on conflict (id) do update set name = excluded.name, name_en = excluded.name_en, type = excluded.type,
		currency = excluded.currency, description = excluded.description, account_info = excluded.account_info,
		active = excluded.active, display_order = excluded.display_order, version = excluded.version,
		updated_at = excluded.updated_at`

// One statement per event: methods change a few times a year, and an upsert must not meet the same row twice.
func applyMethodSet(b *pgx.Batch, run []event.Of[MethodSet]) {
	for _, e := range run {
		d := e.Data
		b.Queue(upsertMethod, d.ID, d.Code, d.Name, d.NameEN, d.Type, d.Currency, d.Description, d.AccountInfo, d.Active,
			d.DisplayOrder, e.Version, e.At)
	}
}
