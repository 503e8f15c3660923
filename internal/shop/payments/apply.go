package payments

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/shop/money"
)

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

const insertPayments = `
	insert into payments (id, order_id, payment_method_id, payment_method_name, method, user_id, personal_id, amount_usd,
		amount_ves, currency, currency_rate, status, reference_number, reference_seen, receipt_image_url, receipt_hash,
		payment_date, created_at, updated_at)
	select id, order_id, nullif(method_id, 0), name, method, nullif(user_id, 0), personal, usd, nullif(ves, 0), currency,
		nullif(rate, 0), 'pending', reference, seen, nullif(url, ''), nullif(hash, ''), at, at, at
	from unnest($1::int[], $2::int[], $3::int[], $4::text[], $5::text[], $6::int[], $7::uuid[], $8::numeric[], $9::numeric[],
		$10::text[], $11::numeric[], $12::text[], $13::bool[], $14::text[], $15::text[], $16::timestamptz[])
		as y (id, order_id, method_id, name, method, user_id, personal, usd, ves, currency, rate, reference, seen, url, hash, at)`

// An order may stand in a run more than once: its last version counts, its amounts add up.
const stopHolds = `
	update orders o set hold_until = null, version = v.version, updated_at = v.at
	from (select id, max(version) as version, max(at) as at from unnest($1::int[], $2::int[], $3::timestamptz[]) as v (id, version, at)
		group by id) v
	where o.id = v.id`

func applySubmitted(b *pgx.Batch, run []event.Of[Submitted]) {
	var (
		ids, orders, methodIDs, users, versions          []int
		names, methods, currencies, references, urls, hs []string
		people                                           []uuid.UUID
		usd                                              []money.USD
		ves                                              []money.VES
		rates                                            []money.Rate
		seen                                             []bool
		ats                                              []time.Time
	)
	for _, e := range run {
		d := e.Data
		ids, orders, methodIDs, users = append(ids, d.Payment), append(orders, d.Order), append(methodIDs, d.MethodID), append(users, d.User)
		names, methods, currencies = append(names, d.MethodName), append(methods, d.Method), append(currencies, d.Currency)
		references, urls, hs = append(references, d.Reference), append(urls, d.ReceiptURL), append(hs, d.ReceiptHash)
		people, usd, ves, rates = append(people, d.Personal), append(usd, d.AmountUSD), append(ves, d.AmountVES), append(rates, d.Rate)
		seen, ats, versions = append(seen, d.ReferenceSeen), append(ats, e.At), append(versions, e.Version)
	}
	b.Queue(insertPayments, ids, orders, methodIDs, names, methods, users, people, usd, ves, currencies, rates, references, seen,
		urls, hs, ats)
	b.Queue(stopHolds, orders, versions, ats)
}

const acceptPayments = `
	update payments y set status = 'completed', bank_account = nullif(a.account, ''), bank_reference = nullif(a.reference, ''),
		bank_value_date = a.day::date, bank_amount = a.amount, currency = a.currency, accepted_usd = a.usd, confirmed_date = a.at,
		confirmed_by = nullif(a.by, 0), updated_at = a.at
	from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::numeric[], $8::int[], $9::timestamptz[])
		as a (id, account, reference, day, amount, currency, usd, by, at)
	where y.id = a.id`

const addPaid = `
	update orders o set paid_usd = o.paid_usd + v.usd, hold_until = coalesce(v.hold, o.hold_until), version = v.version,
		updated_at = v.at
	from (select id, sum(usd) as usd, max(hold) as hold, max(version) as version, max(at) as at
		from unnest($1::int[], $2::numeric[], $3::timestamptz[], $4::int[], $5::timestamptz[]) as v (id, usd, hold, version, at)
		group by id) v
	where o.id = v.id`

func applyAccepted(b *pgx.Batch, run []event.Of[Accepted]) {
	var (
		ids, orders, by, versions              []int
		accounts, references, days, currencies []string
		amounts                                []money.VES
		usd                                    []money.USD
		holds                                  []*time.Time
		ats                                    []time.Time
	)
	for _, e := range run {
		d := e.Data
		ids, orders, by, versions = append(ids, d.Payment), append(orders, d.Order), append(by, d.By), append(versions, e.Version)
		accounts, references = append(accounts, d.BankAccount), append(references, d.BankReference)
		days, currencies = append(days, string(d.ValueDate)), append(currencies, d.Currency)
		amounts, usd = append(amounts, d.Amount), append(usd, d.AcceptedUSD)
		holds, ats = append(holds, d.HoldUntil), append(ats, e.At)
	}
	b.Queue(acceptPayments, ids, accounts, references, days, amounts, currencies, usd, by, ats)
	b.Queue(addPaid, orders, usd, holds, versions, ats)
}

const rejectPayments = `
	update payments y set status = 'failed', admin_notes = r.reason, confirmed_date = r.at, confirmed_by = nullif(r.by, 0),
		updated_at = r.at
	from unnest($1::int[], $2::text[], $3::int[], $4::timestamptz[]) as r (id, reason, by, at)
	where y.id = r.id`

const startHolds = `
	update orders o set hold_until = coalesce(v.hold, o.hold_until), version = v.version, updated_at = v.at
	from (select id, max(hold) as hold, max(version) as version, max(at) as at
		from unnest($1::int[], $2::timestamptz[], $3::int[], $4::timestamptz[]) as v (id, hold, version, at) group by id) v
	where o.id = v.id`

func applyRejected(b *pgx.Batch, run []event.Of[Rejected]) {
	var (
		ids, orders, by, versions []int
		reasons                   []string
		holds                     []*time.Time
		ats                       []time.Time
	)
	for _, e := range run {
		d := e.Data
		ids, orders, by, versions = append(ids, d.Payment), append(orders, d.Order), append(by, d.By), append(versions, e.Version)
		reasons, holds, ats = append(reasons, d.Reason), append(holds, d.HoldUntil), append(ats, e.At)
	}
	b.Queue(rejectPayments, ids, reasons, by, ats)
	b.Queue(startHolds, orders, holds, versions, ats)
}

const refundPayments = `
	update payments y set refunded_usd = y.refunded_usd + r.usd, admin_notes = r.reason, updated_at = r.at,
		status = case when r.whole then 'refunded' else 'partially_refunded' end::payment_status
	from (select id, sum(usd) as usd, bool_or(whole) as whole, (array_agg(reason order by n desc))[1] as reason, max(at) as at
		from unnest($1::int[], $2::numeric[], $3::bool[], $4::text[], $5::timestamptz[]) with ordinality as r (id, usd, whole, reason, at, n)
		group by id) r
	where y.id = r.id`

func applyRefunded(b *pgx.Batch, run []event.Of[MoneyBack]) {
	var (
		ids, orders, versions []int
		usd, back             []money.USD
		whole                 []bool
		reasons               []string
		ats                   []time.Time
	)
	for _, e := range run {
		d := e.Data
		ids, orders, versions = append(ids, d.Payment), append(orders, d.Order), append(versions, e.Version)
		usd, back, whole = append(usd, d.AmountUSD), append(back, -d.AmountUSD), append(whole, d.Whole)
		reasons, ats = append(reasons, d.Reason), append(ats, e.At)
	}
	b.Queue(refundPayments, ids, usd, whole, reasons, ats)
	b.Queue(addPaid, orders, back, make([]*time.Time, len(orders)), versions, ats)
}
