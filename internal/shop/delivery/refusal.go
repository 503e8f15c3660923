package delivery

import (
	"strings"
	"time"

	"floresya/internal/fault"
)

// Alternative is an open slot that a refusal offers instead.
type Alternative struct {
	Slot   int    `json:"slot_id"`
	Starts string `json:"starts"`
	Ends   string `json:"ends"`
	Left   int    `json:"left"`
}

// CheckDay is nil when a day can be ordered for at now at all: today to MaxAhead days on.
func CheckDay(day Day, now time.Time) error {
	today := DayOf(now)
	switch {
	case !day.Valid():
		return dayFault("day_invalid", day, "La fecha de entrega debe tener la forma 2026-07-04.")
	case day < today:
		return dayFault("day_past", day, "Esa fecha ya pasó. Elige un día desde hoy.").With("today", string(today))
	case day.Sub(today) > MaxAhead:
		last := today.Add(MaxAhead)
		return dayFault("day_too_far", day, "Por ahora agendamos hasta el "+last.spanish()+". Elige un día antes.").
			With("last", string(last))
	}
	return nil
}

func dayFault(code string, day Day, msg string) *fault.Error {
	e := fault.New(fault.Invalid, code, "%s", msg).With("day", string(day))
	e.Fields = []fault.Field{{Path: "delivery_date", Msg: msg}}
	return e
}

func zoneUnknown(id int) *fault.Error {
	msg := "Todavía no llegamos a esa zona. Elige una de la lista."
	e := fault.New(fault.Invalid, "zone_unknown", "%s", msg).With("zone_id", id)
	e.Fields = []fault.Field{{Path: "zone_id", Msg: msg}}
	return e
}

// refuse makes the fault of one slot: what is wrong, and what is still open that day.
func (l *Load) refuse(kind fault.Kind, code, msg string, key CapacityKey, now time.Time) *fault.Error {
	var (
		open   = []Alternative{}
		labels []string
	)
	for _, o := range l.Offers(key.Day, key.Zone, now) {
		if o.State == Open && o.Slot.ID != key.Slot {
			open = append(open, Alternative{o.Slot.ID, o.Slot.Starts, o.Slot.Ends, o.Left})
			labels = append(labels, o.Slot.Label())
		}
	}
	switch len(open) {
	case 0:
		msg += " Ese día ya no queda otro: elige otro día."
	case 1:
		msg += " Te queda " + labels[0] + "."
	default:
		msg += " Te quedan " + strings.Join(labels[:len(labels)-1], ", ") + " y " + labels[len(labels)-1] + "."
	}
	e := fault.New(kind, code, "%s", msg).With("day", string(key.Day)).With("slot_id", key.Slot).With("zone_id", key.Zone).
		With("alternatives", open)
	if kind == fault.Invalid {
		e.Fields = []fault.Field{{Path: "slot_id", Msg: msg}}
	}
	return e
}
