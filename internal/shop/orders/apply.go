package orders

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

const insertOrders = `
	insert into orders (id, user_id, guest, personal_id, language, status, delivery_method, zone_id, slot_id, delivery_date,
		delivery_time_slot, delivery_cost_usd, delivery_cost_ves, total_amount_usd, total_amount_ves, currency_rate,
		payment_method, hide_sender, substitution, hold_until, stock_state, version, created_at, updated_at)
	select id, nullif(user_id, 0), guest, personal_id, language, 'pending', method, nullif(zone, 0), nullif(slot, 0),
		nullif(day, '')::date, nullif(time_slot, ''), cost_usd, case when rate > 0 then cost_ves end, total_usd,
		case when rate > 0 then total_ves end, nullif(rate, 0), payment_method, hide_sender, substitution, hold_until,
		'reserved', version, at, at
	from unnest($1::int[], $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::int[], $9::text[],
		$10::text[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::numeric[], $16::text[], $17::bool[],
		$18::text[], $19::timestamptz[], $20::int[], $21::timestamptz[])
		as o (id, user_id, guest, personal_id, language, method, zone, slot, day, time_slot, cost_usd, cost_ves, total_usd,
		total_ves, rate, payment_method, hide_sender, substitution, hold_until, version, at)`

const insertItems = `
	insert into order_items (id, order_id, product_id, product_name, product_summary, unit_price_usd, unit_price_ves, quantity,
		subtotal_usd, subtotal_ves, created_at, updated_at)
	select id, order_id, product_id, name, nullif(summary, ''), unit_usd, nullif(unit_ves, 0), quantity, subtotal_usd,
		nullif(subtotal_ves, 0), at, at
	from unnest($1::int[], $2::int[], $3::int[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::int[],
		$9::numeric[], $10::numeric[], $11::timestamptz[])
		as i (id, order_id, product_id, name, summary, unit_usd, unit_ves, quantity, subtotal_usd, subtotal_ves, at)`

const insertHistory = `
	insert into order_status_history (id, order_id, old_status, new_status, notes, changed_by, created_at)
	select id, order_id, nullif(old, '')::order_status, new::order_status, nullif(notes, ''), nullif(changed_by, 0), at
	from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[])
		as h (id, order_id, old, new, notes, changed_by, at)`

const moveStock = `
	update products p set stock = p.stock + m.shelf, reserved = p.reserved + m.held
	from unnest($1::int[], $2::int[], $3::int[]) as m (id, shelf, held) where p.id = m.id`

const insertLedger = `
	insert into stock_ledger (event_id, line, product_id, kind, quantity, order_id, at)
	select * from unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::int[], $6::int[], $7::timestamptz[])`

const moveCapacity = `
	insert into delivery_capacity as c (day, slot_id, zone_id, capacity, reserved)
	select day::date, slot, zone, ordinary, places from unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[])
		as m (day, slot, zone, ordinary, places)
	on conflict (day, slot_id, zone_id) do update set reserved = c.reserved + excluded.reserved`

const giveBackCapacity = `
	update delivery_capacity c set reserved = c.reserved + m.places
	from unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[]) as m (day, slot, zone, ordinary, places)
	where (c.day, c.slot_id, c.zone_id) = (m.day::date, m.slot, m.zone)`

func applyPlaced(b *pgx.Batch, run []event.Of[Placed]) {
	var (
		ids, users, zones, slots, versions  []int
		guests                              []pgtype.UUID
		people                              []pgtype.UUID
		languages, methods, days, timeSlots []string
		payments, substitutions             []string
		costsUSD, totalsUSD                 []money.USD
		costsVES, totalsVES                 []money.VES
		rates                               []money.Rate
		hidden                              []bool
		holds                               []*time.Time
		ats                                 []time.Time
		items                               itemRows
		history                             historyRows
		stock                               stockRows
		capacity                            capacityRows
	)
	for _, e := range run {
		p := e.Data
		ids, users, people = append(ids, p.Order), append(users, p.User), append(people, postgres.UUID(p.Personal))
		guests = append(guests, postgres.UUID(p.Guest))
		languages, methods = append(languages, p.Language), append(methods, p.Method)
		zones, days, timeSlots = append(zones, p.Zone), append(days, string(p.Day)), append(timeSlots, p.TimeSlot)
		slot := 0
		if p.Place != nil {
			slot = p.Place.Slot
			capacity.add(*p.Place)
		}
		slots = append(slots, slot)
		costsUSD, costsVES = append(costsUSD, p.DeliveryCostUSD), append(costsVES, p.DeliveryCostVES)
		totalsUSD, totalsVES = append(totalsUSD, p.TotalUSD), append(totalsVES, p.TotalVES)
		rates, payments = append(rates, p.Rate), append(payments, p.PaymentMethod)
		hidden, substitutions = append(hidden, p.HideSender), append(substitutions, p.Substitution)
		holds, versions, ats = append(holds, p.HoldUntil), append(versions, e.Version), append(ats, e.At)
		history.add(p.History, p.Order, "", Pending, "", 0, e.At)
		for _, l := range p.Lines {
			items.add(p.Order, l, e.At)
			stock.add(e.ID, StockMove{l.Product, stockReserved, l.Quantity}, p.Order, e.At)
		}
	}
	b.Queue(insertOrders, ids, users, guests, people, languages, methods, zones, slots, days, timeSlots, costsUSD, costsVES,
		totalsUSD, totalsVES, rates, payments, hidden, substitutions, holds, versions, ats)
	items.queue(b)
	history.queue(b)
	stock.queue(b)
	capacity.queue(b)
}

func applyStatusChanged(b *pgx.Batch, run []event.Of[StatusChanged]) {
	var (
		history  historyRows
		stock    stockRows
		capacity capacityRows
	)
	for _, e := range run {
		c := e.Data
		// One statement an order, for an order may stand in a run more than once.
		b.Queue(`update orders set status = $2, stock_state = $3, hold_until = $4, version = $5, updated_at = $6 where id = $1`,
			c.Order, string(c.To), c.StockState, c.HoldUntil, e.Version, e.At)
		history.add(c.History, c.Order, c.From, c.To, c.Notes, c.By, e.At)
		for _, m := range c.Stock {
			stock.add(e.ID, m, c.Order, e.At)
		}
		for _, m := range c.Capacity {
			capacity.add(m)
		}
	}
	history.queue(b)
	stock.queue(b)
	capacity.queue(b)
}

func applyDateAgreed(b *pgx.Batch, run []event.Of[DateAgreed]) {
	var capacity capacityRows
	for _, e := range run {
		a := e.Data
		b.Queue(`update orders set zone_id = $2, slot_id = $3, delivery_date = $4::text::date, delivery_time_slot = $5,
			hold_until = $6, version = $7, updated_at = $8 where id = $1`,
			a.Order, a.Zone, a.Slot, string(a.Day), a.TimeSlot, a.HoldUntil, e.Version, e.At)
		for _, m := range a.Capacity {
			capacity.add(m)
		}
	}
	capacity.queue(b)
}

type itemRows struct {
	ids, orders, products, quantities []int
	names, summaries                  []string
	unitsUSD, subtotalsUSD            []money.USD
	unitsVES, subtotalsVES            []money.VES
	ats                               []time.Time
}

func (r *itemRows) add(order int, l PlacedLine, at time.Time) {
	r.ids, r.orders, r.products = append(r.ids, l.Item), append(r.orders, order), append(r.products, l.Product)
	r.names, r.summaries = append(r.names, l.Name), append(r.summaries, l.Summary)
	r.unitsUSD, r.unitsVES = append(r.unitsUSD, l.UnitUSD), append(r.unitsVES, l.UnitVES)
	r.quantities = append(r.quantities, l.Quantity)
	r.subtotalsUSD, r.subtotalsVES = append(r.subtotalsUSD, l.SubtotalUSD), append(r.subtotalsVES, l.SubtotalVES)
	r.ats = append(r.ats, at)
}

func (r *itemRows) queue(b *pgx.Batch) {
	b.Queue(insertItems, r.ids, r.orders, r.products, r.names, r.summaries, r.unitsUSD, r.unitsVES, r.quantities,
		r.subtotalsUSD, r.subtotalsVES, r.ats)
}

type historyRows struct {
	ids, orders, by []int
	old, new, notes []string
	ats             []time.Time
}

func (r *historyRows) add(id, order int, from, to Status, notes string, by int, at time.Time) {
	r.ids, r.orders, r.by = append(r.ids, id), append(r.orders, order), append(r.by, by)
	r.old, r.new, r.notes = append(r.old, string(from)), append(r.new, string(to)), append(r.notes, notes)
	r.ats = append(r.ats, at)
}

func (r *historyRows) queue(b *pgx.Batch) {
	b.Queue(insertHistory, r.ids, r.orders, r.old, r.new, r.notes, r.by, r.ats)
}

// stockRows are ledger rows and, summed per product, what they change on the shelf and in reservation.
type stockRows struct {
	events                              []pgtype.UUID
	lines, products, quantities, orders []int
	kinds                               []string
	ats                                 []time.Time
	shelf, held                         map[int]int
	lineOf                              map[uuid.UUID]int
}

func (r *stockRows) add(id uuid.UUID, m StockMove, order int, at time.Time) {
	if r.shelf == nil {
		r.shelf, r.held, r.lineOf = map[int]int{}, map[int]int{}, map[uuid.UUID]int{}
	}
	r.lineOf[id]++
	r.events, r.lines = append(r.events, postgres.UUID(id)), append(r.lines, r.lineOf[id])
	r.products, r.quantities = append(r.products, m.Product), append(r.quantities, m.Quantity)
	r.kinds, r.orders, r.ats = append(r.kinds, m.Kind), append(r.orders, order), append(r.ats, at)
	shelf, held := m.effect()
	r.shelf[m.Product] += shelf
	r.held[m.Product] += held
}

// effect is what a movement changes on the shelf and in reservation.
func (m StockMove) effect() (shelf, held int) {
	switch m.Kind {
	case "reserved":
		return -m.Quantity, m.Quantity
	case "released":
		return m.Quantity, -m.Quantity
	case "sold":
		return 0, -m.Quantity
	default: // returned
		return m.Quantity, 0
	}
}

func (r *stockRows) queue(b *pgx.Batch) {
	if len(r.events) == 0 {
		return
	}
	var ids, shelf, held []int
	for id := range r.shelf {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		shelf, held = append(shelf, r.shelf[id]), append(held, r.held[id])
	}
	b.Queue(moveStock, ids, shelf, held)
	b.Queue(insertLedger, r.events, r.lines, r.products, r.kinds, r.quantities, r.orders, r.ats)
}

// capacityRows are the net moves per day × slot × zone: in a run that takes, gives back and takes again, no order of two
// statements but only the sum stays within the bounds of the row. Taking places may make the row; giving back finds it.
type capacityRows struct {
	sums map[delivery.CapacityKey]*capacitySum
}

type capacitySum struct {
	CapacityMove
	taken bool // some move took places: the row may have to be made
}

func (r *capacityRows) add(m CapacityMove) {
	if r.sums == nil {
		r.sums = map[delivery.CapacityKey]*capacitySum{}
	}
	key := delivery.CapacityKey{Day: m.Day, Slot: m.Slot, Zone: m.Zone}
	sum := r.sums[key]
	if sum == nil {
		sum = &capacitySum{CapacityMove: CapacityMove{Day: m.Day, Slot: m.Slot, Zone: m.Zone}}
		r.sums[key] = sum
	}
	sum.Places += m.Places
	if m.Places > 0 && !sum.taken {
		sum.taken, sum.Ordinary = true, m.Ordinary
	}
}

func (r *capacityRows) queue(b *pgx.Batch) {
	var taken, given []*capacitySum
	for _, sum := range r.sums {
		if sum.Places >= 0 && sum.taken {
			taken = append(taken, sum)
		} else if sum.Places < 0 {
			given = append(given, sum)
		}
	}
	queueMoves(b, giveBackCapacity, given)
	queueMoves(b, moveCapacity, taken)
}

func queueMoves(b *pgx.Batch, statement string, moves []*capacitySum) {
	if len(moves) == 0 {
		return
	}
	slices.SortFunc(moves, func(a, b *capacitySum) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Zone, b.Zone))
	})
	var (
		days                           []string
		slots, zones, ordinary, places []int
	)
	for _, m := range moves {
		days, slots, zones = append(days, string(m.Day)), append(slots, m.Slot), append(zones, m.Zone)
		ordinary, places = append(ordinary, m.Ordinary), append(places, m.Places)
	}
	b.Queue(statement, days, slots, zones, ordinary, places)
}
