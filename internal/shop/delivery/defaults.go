package delivery

import (
	"context"
	"fmt"
	"time"

	"floresya/internal/event"
	"floresya/internal/postgres"
	"floresya/internal/shop/money"
)

// defaultCapacity is how many deliveries a slot of a new shop takes in one zone.
const defaultCapacity = 12

// band is zones of a new shop that share a fee and hours.
type band struct {
	fee   money.USD
	hours []string // "start end" of Monday to Saturday
	zones [][2]string
}

func defaultBands() []band {
	all, outer, far := []string{"09:00 12:00", "12:00 15:00", "15:00 18:00"}, []string{"09:00 12:00", "15:00 18:00"}, []string{"09:00 13:00"}
	return []band{
		{300, all, [][2]string{{"Chacao", "chacao"}, {"Altamira", "altamira"}, {"Los Palos Grandes", "los-palos-grandes"},
			{"La Castellana", "la-castellana"}}},
		{400, all, [][2]string{{"Las Mercedes", "las-mercedes"}, {"El Rosal", "el-rosal"}, {"Sabana Grande", "sabana-grande"}}},
		{500, outer, [][2]string{{"La Candelaria", "la-candelaria"}, {"San Bernardino", "san-bernardino"}, {"El Paraíso", "el-paraiso"}}},
		{600, outer, [][2]string{{"Baruta", "baruta"}, {"La Trinidad", "la-trinidad"}, {"El Cafetal", "el-cafetal"}}},
		{900, far, [][2]string{{"El Hatillo", "el-hatillo"}, {"La Lagunita", "la-lagunita"}}},
		{0, all, [][2]string{{"Retiro en la tienda", "retiro"}}},
	}
}

// defaultCutoffs: the morning closes the evening before at 8, the whole morning at 6; the others three hours before.
func defaultCutoffs() map[string]time.Duration {
	return map[string]time.Duration{"09:00 12:00": 13 * time.Hour, "12:00 15:00": 3 * time.Hour, "15:00 18:00": 3 * time.Hour,
		"09:00 13:00": 15 * time.Hour}
}

// Defaults gives a shop without zones those of Caracas, with slots from Monday to Saturday and on Sunday morning. A shop that
// has zones stays as it is.
func (p *Planner) Defaults(ctx context.Context) error {
	_, err := p.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		// of two processes that start at once the second waits here and then finds zones
		if _, err := tx.Exec(ctx, `lock table zones in share row exclusive mode`); err != nil {
			return nil, err
		}
		var exist bool
		if err := tx.QueryRow(ctx, `select exists (select from zones)`).Scan(&exist); err != nil || exist {
			return nil, err
		}
		return defaults(func(sequence string) (id int, err error) {
			err = tx.QueryRow(ctx, `select nextval($1::text::regclass)`, sequence).Scan(&id)
			return id, err
		})
	})
	if err != nil {
		return fmt.Errorf("set up the delivery calendar: %w", err)
	}
	return nil
}

// defaults are the events of Defaults: zones, then the slots that serve them.
func defaults(next func(sequence string) (int, error)) ([]event.New, error) {
	var news []event.New
	serves := map[string][]SlotInZone{} // by hours
	var everywhere []SlotInZone
	for _, band := range defaultBands() {
		kind := Delivery
		if band.fee == 0 {
			kind = Pickup
		}
		for _, z := range band.zones {
			id, err := next("zones_id_seq")
			if err != nil {
				return nil, err
			}
			news = append(news, zoneSet(Zone{ID: id, Kind: kind, Name: z[0], Slug: z[1], FeeUSD: band.fee, Active: true,
				DisplayOrder: len(news) + 1, Version: 1}))
			in := SlotInZone{id, defaultCapacity}
			everywhere = append(everywhere, in)
			for _, hours := range band.hours {
				serves[hours] = append(serves[hours], in)
			}
		}
	}
	slot := func(day time.Weekday, hours string, zones []SlotInZone) error {
		id, err := next("delivery_slots_id_seq")
		news = append(news, slotSet(Plan{Slot{ID: id, Weekday: day, Starts: hours[:5], Ends: hours[6:],
			Cutoff: defaultCutoffs()[hours], Active: true, Version: 1}, zones}))
		return err
	}
	for day := time.Monday; day <= time.Saturday; day++ {
		for _, hours := range []string{"09:00 12:00", "12:00 15:00", "15:00 18:00", "09:00 13:00"} {
			if err := slot(day, hours, serves[hours]); err != nil {
				return nil, err
			}
		}
	}
	return news, slot(time.Sunday, "09:00 13:00", everywhere)
}
