package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/postgres"
	"floresya/internal/shop/money"
)

// order is what letters say of an order.
type order struct {
	ID                         int
	Token                      string
	Name, Email, Phone         string
	Recipient                  string
	Status, Method, PayBy      string
	Zone, Day, Slot            string // "" when to be agreed
	Total, Paid                money.USD
	TotalVES                   money.VES
	Rate                       money.Rate
	HoldUntil                  *time.Time
	Items                      []item
	ShopName, ShopPhone, Place string
}

type item struct {
	Name     string
	Quantity int
	Subtotal money.USD
}

const selectOrder = `
	select o.id, coalesce(p.token, ''), p.name, p.email, p.phone, p.recipient_name, o.status::text, o.delivery_method,
		o.payment_method, coalesce(z.name, ''), case when o.slot_id is not null then coalesce(o.delivery_date::text, '') else '' end,
		case when o.slot_id is not null then coalesce(o.delivery_time_slot, '') else '' end, o.total_amount_usd, o.paid_usd,
		coalesce(o.total_amount_ves, 0), coalesce(o.currency_rate, 0), o.hold_until,
		coalesce((select value from settings where lower(key) = 'contact_shop_name' and active), ''),
		coalesce((select value from settings where lower(key) = 'contact_whatsapp_main' and active), ''),
		coalesce((select value from settings where lower(key) = 'contact_location_address' and active), '')
	from orders o join personal p on p.id = $2 left join zones z on z.id = o.zone_id
	where o.id = $1`

// readOrder reads what letters to a person say of an order; nil when there is no such order.
func readOrder(ctx context.Context, q postgres.Querier, id int, person uuid.UUID) (*order, error) {
	b := &pgx.Batch{}
	b.Queue(selectOrder, id, person)
	b.Queue(`select product_name, quantity, subtotal_usd from order_items where order_id = $1 and active order by id`, id)
	results := q.SendBatch(ctx, b)
	defer results.Close()
	var o order
	err := results.QueryRow().Scan(&o.ID, &o.Token, &o.Name, &o.Email, &o.Phone, &o.Recipient, &o.Status, &o.Method, &o.PayBy,
		&o.Zone, &o.Day, &o.Slot, &o.Total, &o.Paid, &o.TotalVES, &o.Rate, &o.HoldUntil, &o.ShopName, &o.ShopPhone, &o.Place)
	if err != nil {
		return nil, fmt.Errorf("read order %d for a letter: %w", id, err)
	}
	rows, err := results.Query()
	if err != nil {
		return nil, fmt.Errorf("read items of order %d for a letter: %w", id, err)
	}
	if o.Items, err = pgx.CollectRows(rows, pgx.RowToStructByPos[item]); err != nil {
		return nil, fmt.Errorf("read items of order %d for a letter: %w", id, err)
	}
	if o.ShopName == "" {
		o.ShopName = "FloresYa"
	}
	return &o, nil
}

// Way is a way to pay, as letters explain it.
type Way struct {
	Code, Name string
	Account    string // where to pay, one account a line
	Currency   string // "VES": asked in bolívares
}

// pickWays are the ways that a letter explains: the chosen one, else all but cash.
func pickWays(ways []Way, chosen string) []Way {
	var rest []Way
	for _, w := range ways {
		if w.Code == chosen {
			return []Way{w}
		}
		if w.Code != "cash" {
			rest = append(rest, w)
		}
	}
	return rest
}
