package office

import (
	"strconv"
	"strings"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/shop/rates"
	"floresya/internal/web/lang"
)

// tile is one number above the board.
type tile struct{ Label, Value, Line, Path string }

func (v *visit) tiles(all []*orders.Order, waiting []payments.Payment) ([]tile, error) {
	due := 0
	for _, o := range all {
		if o.Day == v.today() && !o.Status.Final() {
			due++
		}
	}
	tiles := []tile{{Label: v.Say("tile.due"), Value: v.lang.Count(due), Line: lang.Capital(v.lang.ShortDay(v.now))}}
	places, err := v.placesTile()
	if err != nil {
		return nil, err
	}
	tiles = append(tiles, places...)
	verify := tile{Label: v.Say("tile.verify"), Value: v.lang.Count(len(waiting)), Line: v.Say("tile.verify.none"), Path: Base + "/pagos"}
	if len(waiting) > 0 {
		verify.Line = v.Say("tile.verify.oldest", v.short(v.now.Sub(waiting[0].CreatedAt)))
	}
	tiles = append(tiles, verify)
	sold, err := v.soldTile()
	if err != nil {
		return nil, err
	}
	tiles = append(tiles, sold...)
	rate, err := v.rateTile()
	return append(tiles, rate...), err
}

// placesTile is what is left of the next slot of today that still takes orders, over all zones.
func (v *visit) placesTile() ([]tile, error) {
	zones, err := v.office.Calendar.Zones(v.ctx())
	if err != nil {
		return nil, err
	}
	ids := make([]int, len(zones))
	for i, z := range zones {
		ids[i] = z.ID
	}
	offers, err := v.office.Calendar.Calendars(v.ctx(), ids, v.today(), 1, v.now)
	if err != nil {
		return nil, err
	}
	var next *delivery.Slot
	capacity, left := 0, 0
	for _, o := range offers {
		if o.State != delivery.Open && o.State != delivery.Full {
			continue
		}
		if next == nil || o.Slot.Starts < next.Starts {
			next, capacity, left = &o.Slot, 0, 0
		}
		if o.Slot.Starts == next.Starts && o.Slot.Ends == next.Ends {
			capacity, left = capacity+o.Capacity, left+o.Left
		}
	}
	if next == nil {
		return nil, nil
	}
	from, _ := minutes(next.Starts)
	to, _ := minutes(next.Ends)
	return []tile{{Label: v.Say("tile.places", v.lang.ShortSpan(from, to)), Value: v.Say("tile.places.of", capacity-left, capacity),
		Line: v.Plural("tile.places.left", left), Path: Base + "/entregas"}}, nil
}

// soldTile adds up today's orders that are paid. With more orders than can be read at once it says nothing rather than
// something wrong.
func (v *visit) soldTile() ([]tile, error) {
	placed, err := v.office.Orders.List(v.ctx(), orders.Filter{From: v.today(), To: v.today(), Limit: soldLimit})
	if err != nil || len(placed) >= soldLimit {
		return nil, err
	}
	var (
		usd money.USD
		n   int
	)
	for _, o := range placed {
		if o.Status != orders.Pending && o.Status != orders.Cancelled {
			usd, n = usd+o.TotalUSD, n+1
		}
	}
	return []tile{{Label: v.Say("tile.sold"), Value: lang.ShortUSD(usd), Line: v.Plural("tile.sold.orders", n)}}, nil
}

const soldLimit = 1000

func (v *visit) rateTile() ([]tile, error) {
	rate, err := v.office.Rates.Current(v.ctx())
	switch {
	case fault.Is(err, "no_rate"):
		return []tile{{Label: v.Say("tile.rate"), Value: "—", Line: v.Say("rate.none"), Path: Base + "/tasa"}}, nil
	case err != nil:
		return nil, err
	}
	return []tile{{Label: v.Say("tile.rate"), Value: v.rate(rate.Value), Line: v.rateAge(rate), Path: Base + "/tasa"}}, nil
}

// rate writes bolívares per dollar: "243,80", with more decimals only where they count.
func (v *visit) rate(r money.Rate) string {
	s := strings.TrimRight(r.String(), "0")
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) < 2 {
		frac += "0"
	}
	n, err := strconv.Atoi(whole)
	if err != nil {
		return s
	}
	return v.lang.Count(n) + v.lang.Pick(",", ".") + frac
}

func (v *visit) rateAge(r rates.Rate) string {
	day := v.lang.Near(date(r.ValueDate), v.now)
	if r.Stale {
		return v.Say("rate.stale.short", day)
	}
	return v.Say("rate.of", day)
}
