package orders

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/shop/delivery"
)

// Filter chooses orders. The zero value means all, newest first.
type Filter struct {
	Status                   Status
	User                     int
	From, To                 delivery.Day // of creation, inclusive, in the shop's days
	Year                     int          // of creation; 0: any
	Search                   string       // in name, e-mail, phone, address; digits also match the number
	Unagreed                 bool         // only those whose date is still to be agreed
	DeliveryFrom, DeliveryTo delivery.Day
	SortBy                   string // created_at (default), total_amount_usd, customer_name, status
	Ascending                bool
	Limit                    int // 0: all
	Offset                   int
}

const selectOrders = `
	select o.id, coalesce(o.user_id, 0), o.guest, o.personal_id, coalesce(p.token, ''), o.language, o.status, p.name, p.email,
		p.phone, p.recipient_name, p.recipient_phone, p.address, p.landmark, coalesce(p.city, ''), coalesce(p.state, ''),
		coalesce(p.zip, ''), p.delivery_notes, p.notes, coalesce(p.details ->> 'cancel_note', ''), p.card_message, p.card_signature, o.hide_sender, o.substitution,
		o.delivery_method, coalesce(o.zone_id, 0), coalesce(z.name, ''), coalesce(o.slot_id, 0),
		coalesce(o.delivery_date::text, ''), coalesce(o.delivery_time_slot, ''), o.delivery_cost_usd,
		coalesce(o.delivery_cost_ves, 0), o.total_amount_usd, coalesce(o.total_amount_ves, 0), coalesce(o.currency_rate, 0),
		o.paid_usd, o.payment_method, o.hold_until, o.stock_state, coalesce(o.admin_notes, ''), o.version, o.created_at,
		o.updated_at
	from orders o join personal p on p.id = o.personal_id left join zones z on z.id = o.zone_id`

func scanOrder(row pgx.CollectableRow) (*Order, error) {
	var (
		o     Order
		guest *uuid.UUID
	)
	err := row.Scan(&o.ID, &o.User, &guest, &o.PersonalID, &o.Token, &o.Language, &o.Status, &o.Customer.Name,
		&o.Customer.Email, &o.Customer.Phone, &o.Recipient.Name, &o.Recipient.Phone, &o.Address, &o.Landmark, &o.City, &o.State,
		&o.Zip, &o.DeliveryNotes, &o.Notes, &o.CancelNote, &o.CardMessage, &o.CardSignature, &o.HideSender, &o.Substitution, &o.Method, &o.Zone,
		&o.ZoneName, &o.Slot, &o.Day, &o.TimeSlot, &o.DeliveryCostUSD, &o.DeliveryCostVES, &o.TotalUSD, &o.TotalVES, &o.Rate,
		&o.PaidUSD, &o.PaymentMethod, &o.HoldUntil, &o.StockState, &o.AdminNotes, &o.Version, &o.CreatedAt, &o.UpdatedAt)
	if guest != nil {
		o.Guest = *guest
	}
	return &o, err
}

// Order is one order; fault NotFound when there is none.
func (s *Service) Order(ctx context.Context, id int) (*Order, error) {
	return s.one(ctx, selectOrders+` where o.id = $1`, id, func() error { return notFound(id) })
}

// ByToken is the order of a tracking link; fault NotFound when there is none.
func (s *Service) ByToken(ctx context.Context, token string) (*Order, error) {
	return s.one(ctx, selectOrders+` where p.token = $1`, token, func() error { return notFound(0) })
}

func (s *Service) one(ctx context.Context, sql string, arg any, missing func() error) (*Order, error) {
	rows, err := s.db.Reader().Query(ctx, sql, arg)
	if err != nil {
		return nil, fmt.Errorf("read order: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOrder)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("read order: %w", err)
	}
	return o, s.addItems(ctx, []*Order{o})
}

// List is the orders of f with their items.
func (s *Service) List(ctx context.Context, f Filter) ([]*Order, error) {
	sql, args := f.where()
	rows, err := s.db.Reader().Query(ctx, selectOrders+sql, args)
	if err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanOrder)
	if err != nil {
		return nil, fmt.Errorf("list orders: %w", err)
	}
	return list, s.addItems(ctx, list)
}

// CountUnagreed is how many orders Filter.Unagreed chooses.
func (s *Service) CountUnagreed(ctx context.Context) (int, error) {
	var n int
	err := s.db.Reader().QueryRow(ctx, `select count(*) from orders where active and slot_id is null
		and status not in ('delivered', 'cancelled')`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count orders without a date: %w", err)
	}
	return n, nil
}

// where is made of fixed pieces; what comes from outside is an argument.
func (f Filter) where() (string, pgx.NamedArgs) {
	conditions := []string{"o.active"}
	args := pgx.NamedArgs{"status": string(f.Status), "user": f.User, "from": string(f.From), "to": string(f.To), "year": f.Year,
		"limit": f.Limit, "offset": f.Offset, "delivery_from": string(f.DeliveryFrom), "delivery_to": string(f.DeliveryTo)}
	when := func(ok bool, condition string) {
		if ok {
			conditions = append(conditions, condition)
		}
	}
	when(f.Status != "", "o.status = @status::order_status")
	when(f.User != 0, "o.user_id = @user")
	when(f.From != "", "o.created_at >= (@from::date)::timestamp at time zone 'America/Caracas'")
	when(f.To != "", "o.created_at < (@to::date + 1)::timestamp at time zone 'America/Caracas'")
	when(f.Year != 0, "extract(year from o.created_at at time zone 'America/Caracas') = @year::int")
	when(f.DeliveryFrom != "", "o.delivery_date >= @delivery_from::date")
	when(f.DeliveryTo != "", "o.delivery_date <= @delivery_to::date")
	when(f.Unagreed, "o.slot_id is null and o.status not in ('delivered', 'cancelled')")
	if search := strings.TrimSpace(f.Search); search != "" {
		args["pattern"] = "%" + likeEscaper.Replace(search) + "%"
		args["number"] = strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(search), "FY-"), "#")
		conditions = append(conditions, `(fold(p.name || ' ' || p.email || ' ' || p.phone || ' ' || p.address || ' ' || p.recipient_name)
			like fold(@pattern) or o.id::text = @number)`)
	}
	order := map[string]string{"total_amount_usd": "o.total_amount_usd", "customer_name": "fold(p.name)", "status": "o.status"}[f.SortBy]
	if order == "" {
		order = "o.created_at"
	}
	direction := " desc"
	if f.Ascending {
		direction = " asc"
	}
	sql := " where " + strings.Join(conditions, " and ") + " order by " + order + direction + ", o.id" + direction
	if f.Limit > 0 {
		sql += " limit @limit"
	}
	return sql + " offset @offset", args
}

// likeEscaper makes a text literal inside a like pattern.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (s *Service) addItems(ctx context.Context, list []*Order) error {
	byID := make(map[int]*Order, len(list))
	ids := make([]int, len(list))
	for i, o := range list {
		byID[o.ID], ids[i] = o, o.ID
		o.Items = []Item{}
	}
	rows, err := s.db.Reader().Query(ctx, `
		select id, order_id, product_id, product_name, coalesce(product_summary, ''), unit_price_usd, coalesce(unit_price_ves, 0),
			quantity, subtotal_usd, coalesce(subtotal_ves, 0), created_at, updated_at
		from order_items where order_id = any($1) and active order by order_id, id`, ids)
	if err != nil {
		return fmt.Errorf("read order items: %w", err)
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Item])
	if err != nil {
		return fmt.Errorf("read order items: %w", err)
	}
	for _, item := range items {
		o := byID[item.OrderID]
		o.Items = append(o.Items, item)
	}
	return nil
}

// History is the order's changes of state, oldest first.
func (s *Service) History(ctx context.Context, id int) ([]Change, error) {
	rows, err := s.db.Reader().Query(ctx, `
		select id, order_id, coalesce(old_status::text, ''), new_status, coalesce(notes, ''), coalesce(changed_by, 0), created_at
		from order_status_history where order_id = $1 and active order by created_at, id`, id)
	if err != nil {
		return nil, fmt.Errorf("read history of order %d: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
	if err != nil {
		return nil, fmt.Errorf("read history of order %d: %w", id, err)
	}
	return list, nil
}
