package rates

import (
	"time"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

const stream = "rate-usd-ves"

// SettingKey is the setting that shows the current rate.
const SettingKey = "bcv_usd_rate"

// Recorded says that a rate came into force. Setting is the id that the setting bcv_usd_rate takes if there is none yet.
type Recorded struct {
	ID             int          `json:"id"`
	Rate           money.Rate   `json:"rate"`
	Source         string       `json:"source"`
	ValueDate      delivery.Day `json:"value_date"`
	CarriedForward bool         `json:"carried_forward"`
	EnteredBy      int          `json:"entered_by,omitzero"`
	Setting        int          `json:"setting,omitzero"`
}

// Refused says that a source answered what is not believed; the rate before stays in force.
type Refused struct {
	Rate      money.Rate   `json:"rate"`
	Source    string       `json:"source"`
	ValueDate delivery.Day `json:"value_date"`
	Previous  money.Rate   `json:"previous"`
}

// Events are the event types of the rate of the day.
func Events() []event.Def {
	return []event.Def{
		event.On("rates.recorded", 1, applyRecorded),
		event.On("rates.refused", 1, func(*pgx.Batch, []event.Of[Refused]) {}), // a warning: no table shows it
	}
}

const (
	insertRates = `
	insert into exchange_rates (id, rate, source, value_date, fetched_at, carried_forward, entered_by)
	select id, rate, source, value_date, at, carried, nullif(by, 0)
	from unnest($1::int[], $2::numeric[], $3::text[], $4::text[]::date[], $5::timestamptz[], $6::bool[], $7::int[])
		u (id, rate, source, value_date, at, carried, by)`
	updateSetting = `
	update settings set value = $2, version = version + $3, updated_at = $4 where upper(key) = upper($1)`
	insertSetting = `
	insert into settings (id, key, value, description, type, is_public, version, created_at, updated_at)
	values ($1, $2, $3, $4, 'string', true, 1, $5, $5)
	on conflict (upper(key)) do update set value = excluded.value, version = settings.version + 1,
		updated_at = excluded.updated_at`
)

// applyRecorded inserts the rates and lets the setting follow: each by its own statement, so that a rebuild makes the setting
// at the same rate, and counts its versions, as it happened.
func applyRecorded(b *pgx.Batch, run []event.Of[Recorded]) {
	var (
		ids, by []int
		values  []money.Rate
		sources []string
		dates   []string
		ats     []time.Time
		carried []bool
	)
	for _, e := range run {
		ids, by, values = append(ids, e.Data.ID), append(by, e.Data.EnteredBy), append(values, e.Data.Rate)
		sources, dates = append(sources, e.Data.Source), append(dates, string(e.Data.ValueDate))
		ats, carried = append(ats, e.At), append(carried, e.Data.CarriedForward)
	}
	b.Queue(insertRates, ids, values, sources, dates, ats, carried, by)
	pending := 0
	for i, e := range run {
		if e.Data.Setting != 0 {
			b.Queue(insertSetting, e.Data.Setting, SettingKey, text(e.Data.Rate), "Tasa BCV: bolívares por dólar", e.At)
			continue
		}
		pending++
		if last := i == len(run)-1; last || run[i+1].Data.Setting != 0 {
			b.Queue(updateSetting, SettingKey, text(e.Data.Rate), pending, e.At)
			pending = 0
		}
	}
}
