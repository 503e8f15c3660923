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
	if err := v.openFrame(); err != nil {
		return err
	}
	methods, err := s.Payments.Methods(v.ctx())
	if err != nil {
		return err
	}
	m := meta{Title: v.Say("howto.title"), Description: v.Say("howto.description"), Section: "pay"}
	return v.show(http.StatusOK, v.howToPayPage(m, methods))
}

// contactRows are what the shop tells about itself in its settings, each under the key of its label.
func contactRows(settings map[string]string) []AccountRow {
	var rows []AccountRow
	add := func(label string, keys ...string) {
		var values []string
		for _, key := range keys {
			if value := strings.TrimSpace(settings[key]); value != "" {
				values = append(values, value)
			}
		}
		if len(values) > 0 {
			rows = append(rows, AccountRow{Label: label, Value: strings.Join(values, " · ")})
		}
	}
	add("contact.address", "contact_location_address")
	add("contact.hours", "contact_hours_weekday", "contact_hours_saturday", "contact_hours_sunday")
	add("contact.phone", "contact_phone_primary")
	add("contact.mail", "contact_email_main")
	return rows
}
