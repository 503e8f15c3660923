package verify

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// invariant is a query for rows that break a rule: what (key) and how (text). Rows hold no personal data.
type invariant struct{ name, sql string }

// all are the rules of the design that can be seen in the tables, by its numbers.
var all = []invariant{
	{"1 every order has its placing event and the version of its stream", `
		select o.id::text, format('row has version %s, stream has %s', o.version, coalesce(e.last::text, 'no events'))
		from orders o left join (
			select stream, max(version) as last from events where stream like 'order-%' group by 1) e
			on e.stream = 'order-' || o.id
		where e.last is distinct from o.version`},
	{"1 every placing event has its order", `
		select e.stream, 'placed but not in the table' from events e
		where e.type = 'orders.placed' and not exists (select 1 from orders o where o.id = (e.data ->> 'order')::int)`},
	{"1 an answered key names an order that exists", `
		select k.route || ' ' || left(k.key, 12), format('answered with order %s, which does not exist', k.answer ->> 'order')
		from idempotency_keys k
		where k.answer ->> 'order' is not null and not exists (select 1 from orders o where o.id = (k.answer ->> 'order')::int)`},
	{"1 the history ends in the order's state", `
		select o.id::text, format('row says %s, history %s', o.status, h.new_status) from orders o
		left join lateral (select new_status from order_status_history where order_id = o.id order by created_at desc, id desc limit 1) h on true
		where h.new_status is distinct from o.status`},
	{"1 every order has one saga", `
		select o.id::text, 'has ' || count(s.id) || ' sagas' from orders o left join sagas s on s.order_id = o.id and s.kind = 'order'
		group by o.id having count(s.id) <> 1`},
	{"2 the ledger adds up to what is on the shelf", `
		select p.id::text, format('table says %s available and %s reserved, ledger %s and %s', p.stock, p.reserved,
			coalesce(l.shelf, 0), coalesce(l.held, 0))
		from products p left join (
			select product_id,
				sum(case when kind in ('received', 'corrected', 'released', 'returned') then quantity
					when kind in ('wasted', 'reserved') then -quantity else 0 end) as shelf,
				sum(case when kind = 'reserved' then quantity when kind in ('released', 'sold') then -quantity else 0 end) as held
			from stock_ledger group by 1) l on l.product_id = p.id
		where p.stock < 0 or p.reserved < 0 or p.stock <> coalesce(l.shelf, 0) or p.reserved <> coalesce(l.held, 0)`},
	{"2 reserved pieces belong to orders that hold them", `
		select p.id::text, format('%s reserved, orders hold %s', p.reserved, coalesce(h.held, 0)) from products p left join (
			select i.product_id, sum(i.quantity) as held from order_items i join orders o on o.id = i.order_id
			where o.stock_state = 'reserved' group by 1) h on h.product_id = p.id
		where p.reserved <> coalesce(h.held, 0)`},
	{"2 pieces are where the order's state says", `
		select id::text, format('%s with pieces %s', status, stock_state) from orders
		where (status = 'cancelled') <> (stock_state = 'released')
			or status not in ('pending', 'cancelled') and stock_state <> 'sold'`},
	{"2 reserved places belong to open orders and fit the capacity", `
		select concat_ws('/', coalesce(c.day, o.delivery_date), coalesce(c.slot_id, o.slot_id), coalesce(c.zone_id, o.zone_id)),
			format('%s of %s reserved, orders hold %s', coalesce(c.reserved, 0), coalesce(c.capacity, 0), coalesce(o.n, 0))
		from delivery_capacity c full join (
			select delivery_date, slot_id, zone_id, count(*) as n from orders
			where slot_id is not null and status <> 'cancelled' group by 1, 2, 3) o
			on (o.delivery_date, o.slot_id, o.zone_id) = (c.day, c.slot_id, c.zone_id)
		where coalesce(c.reserved, 0) <> coalesce(o.n, 0) or c.reserved > c.capacity`},
	{"3 accepted less refunded is what the order counts as paid", `
		select o.id::text, format('order says %s, payments %s', o.paid_usd, coalesce(p.paid, 0)) from orders o left join (
			select order_id, sum(accepted_usd - refunded_usd) as paid from payments group by 1) p on p.order_id = o.id
		where o.paid_usd <> coalesce(p.paid, 0)`},
	{"3 only an accepted payment counts", `
		select id::text, format('%s with %s accepted and %s refunded', status, accepted_usd, refunded_usd) from payments
		where (status in ('pending', 'failed')) <> (accepted_usd = 0) or (refunded_usd > 0) <> (status in ('refunded', 'partially_refunded'))`},
	{"4 one bank movement backs one payment", `
		select string_agg(id::text, ', '), 'share one bank movement' from payments where bank_account is not null
		group by bank_account, bank_reference, bank_value_date, bank_amount, currency having count(*) > 1`},
	{"5 an order's total is its lines and its fee, in both currencies", `
		select o.id::text, format('total %s USD and %s VES; lines %s and fee %s', o.total_amount_usd, o.total_amount_ves, i.sum, o.delivery_cost_usd)
		from orders o join (select order_id, sum(subtotal_usd) as sum from order_items group by 1) i on i.order_id = o.id
		where o.total_amount_usd <> i.sum + o.delivery_cost_usd
			or o.total_amount_ves is distinct from round(o.total_amount_usd * o.currency_rate)
			or o.delivery_cost_ves is distinct from round(o.delivery_cost_usd * o.currency_rate)`},
	{"5 each line in bolívares is rounded once from its own dollars", `
		select i.id::text, format('%s USD is not %s VES', i.subtotal_usd, i.subtotal_ves) from order_items i join orders o on o.id = i.order_id
		where coalesce(i.subtotal_ves, 0) <> coalesce(round(i.subtotal_usd * o.currency_rate), 0)
			or coalesce(i.unit_price_ves, 0) <> coalesce(round(i.unit_price_usd * o.currency_rate), 0)`},
	{"6 rows name rows that exist", `
		select 'item ' || i.id, 'of product ' || i.product_id from order_items i where not exists (select 1 from products p where p.id = i.product_id)
			or not exists (select 1 from orders o where o.id = i.order_id)
		union all
		select 'history ' || h.id, 'of order ' || h.order_id from order_status_history h where not exists (select 1 from orders o where o.id = h.order_id)
		union all
		select 'ledger ' || l.event_id, 'of product ' || l.product_id from stock_ledger l where not exists (select 1 from products p where p.id = l.product_id)
		union all
		select 'message ' || n.id, 'of order ' || n.order_id from notifications n where not exists (select 1 from orders o where o.id = n.order_id)
			or not exists (select 1 from personal p where p.id = n.personal_id)`},
	{"6 versions of a stream have no gaps", `
		select stream, format('%s events, last version %s', count(*), max(version)) from events
		group by stream having count(*) <> max(version)`},
	{"6 positions follow versions", `
		select stream, format('version %s stands after its successor', version) from (
			select stream, version, position > lead(position) over (partition by stream order by version) as after from events) e
		where after`},
}

func invariants(ctx context.Context, tx pgx.Tx, report *Report, checks []Check) error {
	for _, inv := range all {
		rows, err := tx.Query(ctx, inv.sql)
		if err != nil {
			return fmt.Errorf("invariant %s: %w", inv.name, err)
		}
		var key, what string
		_, err = pgx.ForEachRow(rows, []any{&key, &what}, func() error {
			report.add("invariant "+inv.name, key, what)
			return nil
		})
		if err != nil {
			return fmt.Errorf("invariant %s: %w", inv.name, err)
		}
		report.Invariants++
	}
	for _, c := range checks {
		found, err := c.Run(ctx, tx)
		if err != nil {
			return fmt.Errorf("invariant %s: %w", c.Name, err)
		}
		for _, what := range found {
			report.add("invariant "+c.Name, "", what)
		}
		report.Invariants++
	}
	return nil
}
