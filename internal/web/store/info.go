package store

import (
	"net/http"
	"strings"

	"floresya/internal/fault"
	"floresya/internal/web/lang"
)

func notFound(err error) bool { return fault.Of(err).Kind == fault.NotFound }

// dayRow is a coming day in the table of days.
type dayRow struct{ Day, Hours, State string }

func (s *Store) zones(v *visit) error {
	if err := v.open(homeDays + 1); err != nil {
		return err
	}
	settings, err := s.Settings.Public(v.ctx())
	if err != nil {
		return err
	}
	m := meta{Title: v.Say("zones.title"), Description: v.Say("zones.description"), Section: "zones", Facts: v.florist()}
	return v.show(http.StatusOK, v.zonesPage(m, v.coverage(), v.dayRows(), settings))
}

// dayRows are the coming days with their hours, in the best zone.
func (v *visit) dayRows() []dayRow {
	var rows []dayRow
	for _, d := range v.cal.days {
		row := dayRow{Day: lang.Capital(v.lang.Day(d.Date))}
		row.State, _, _ = v.state(v.cal, d, v.bag.Zone)
		var hours []string
		if !d.Closed {
			for _, slot := range d.Slots {
				hours = append(hours, v.lang.ShortSpan(slot.From, slot.To))
			}
		} else if d.Reason != "" {
			hours = append(hours, d.Reason)
		}
		row.Hours = strings.Join(hours, " · ")
		rows = append(rows, row)
	}
	return rows
}

func (s *Store) howToPay(v *visit) error {
	if err := v.open(homeDays); err != nil {
		return err
	}
	methods, err := s.Payments.Methods(v.ctx())
	if err != nil {
		return err
	}
	m := meta{Title: v.Say("howto.title"), Description: v.Say("howto.description"), Section: "pay"}
	return v.show(http.StatusOK, v.howToPayPage(m, methods))
}

// contactRows are what the shop tells about itself in its settings.
func (v *visit) contactRows(settings map[string]string) []AccountRow {
	var rows []AccountRow
	for _, key := range []string{"contact_location_address", "contact_hours_weekday", "contact_hours_saturday",
		"contact_hours_sunday", "contact_phone_primary", "contact_email_main"} {
		if value := strings.TrimSpace(settings[key]); value != "" {
			rows = append(rows, AccountRow{Label: key, Value: value})
		}
	}
	return rows
}
