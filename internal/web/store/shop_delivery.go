package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"floresya/internal/shop/delivery"
)

type shopDelivery struct {
	planner *delivery.Planner
	now     func() time.Time
}

func (s shopDelivery) Zones(ctx context.Context) ([]Zone, error) {
	list, err := s.planner.Zones(ctx)
	if err != nil {
		return nil, err
	}
	zones := make([]Zone, len(list))
	for i, z := range list {
		zones[i] = Zone{ID: z.ID, Name: z.Name, Pickup: z.Kind == delivery.Pickup, USD: z.FeeUSD}
	}
	return zones, nil
}

func (s shopDelivery) Days(ctx context.Context, zones []Zone, from time.Time, n int) ([]Day, error) {
	ids := make([]int, len(zones))
	for i, z := range zones {
		ids[i] = z.ID
	}
	first := dayOf(from)
	offers, err := s.planner.Calendars(ctx, ids, first, n, s.now())
	if err != nil {
		return nil, err
	}
	days := make([]Day, n)
	for i := range days {
		days[i].Date = dayTime(first.Add(i))
	}
	for _, o := range offers {
		days[o.Day.Sub(first)].add(o)
	}
	for i := range days {
		days[i].sort()
	}
	return days, nil
}

// add takes over what one slot of a day offers to one zone.
func (d *Day) add(o delivery.Offer) {
	if o.State == delivery.Blackout {
		d.Closed, d.Reason = true, o.Reason
		return
	}
	if !o.Slot.Active {
		return
	}
	free := o.Left
	if o.State == delivery.Closed || o.State == delivery.Full {
		free = 0
	}
	for i := range d.Slots {
		if d.Slots[i].ID == o.Slot.ID {
			d.Slots[i].Free[o.Zone] = free
			return
		}
	}
	d.Slots = append(d.Slots, Slot{ID: o.Slot.ID, From: minutes(o.Slot.Starts), To: minutes(o.Slot.Ends), Cutoff: o.Closes,
		Free: map[int]int{o.Zone: free}})
}

// minutes reads "09:30" as minutes after midnight; 0 for anything else.
func minutes(clock string) int {
	hours, rest, _ := strings.Cut(clock, ":")
	h, err := strconv.Atoi(hours)
	if err != nil {
		return 0
	}
	m, err := strconv.Atoi(rest)
	if err != nil {
		return 0
	}
	return h*60 + m
}

// span reads "09:00-12:00".
func span(slot string) (from, to int) {
	a, b, _ := strings.Cut(slot, "-")
	return minutes(a), minutes(b)
}
