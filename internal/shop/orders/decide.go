package orders

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

func itoa(n int) string { return strconv.Itoa(n) }

// shelf is a product as locked for a decision.
type shelf struct {
	Name    string
	Summary string
	Price   money.USD
	Stock   int
	Active  bool
}

// world is what decisions on new orders look at: locked rows, and what was read under these locks. Each accepted order
// takes its pieces and its place out of it, so that the next one of the same transaction sees them gone.
type world struct {
	now          time.Time
	products     map[int]*shelf
	calendar     *delivery.Load
	rate         money.Rate // 0: none is known
	deliveryCost money.USD  // of orders that name no zone
	hold         time.Duration
	methods      []string // codes of the payment methods that are on
}

// place decides one order. It fails with the contract's faults and then changes nothing.
func (w *world) place(in *intake) (*Placed, error) {
	p := &Placed{
		Order: in.id, User: in.User, Guest: in.Guest, Personal: in.personal, Language: in.Language, Zone: in.Zone,
		Day: in.Day, TimeSlot: in.TimeSlot, Rate: w.rate, PaymentMethod: in.PaymentMethod, HideSender: in.HideSender,
		Substitution: in.Substitution, History: in.history,
	}
	sum, err := w.lines(in, p)
	if err != nil {
		return nil, err
	}
	if in.PaymentMethod != "" && !slices.Contains(w.methods, in.PaymentMethod) {
		return nil, fault.Invalidf("payment_method", "Elige una de las formas de pago de la tienda")
	}
	if err := w.shipping(in, p, sum); err != nil {
		return nil, err
	}
	p.TotalUSD = sum + p.DeliveryCostUSD
	if in.StatedTotal != nil && !near(*in.StatedTotal, p.TotalUSD) {
		return nil, fault.Invalidf("total_amount_usd", "El total no coincide: los productos suman $%s y el envío $%s, en total $%s",
			sum, p.DeliveryCostUSD, p.TotalUSD).With("total_usd", p.TotalUSD.String())
	}
	if p.TotalUSD < minTotal {
		return nil, fault.Invalidf("total_amount_usd", "Monto total debe ser al menos $1")
	}
	if p.TotalUSD > maxTotal {
		return nil, fault.Invalidf("total_amount_usd", "Monto total no puede exceder $10000")
	}
	if err := w.bolivares(p); err != nil {
		return nil, err
	}
	closes, err := w.slot(in, p)
	if err != nil {
		return nil, err
	}
	p.HoldUntil = w.holdUntil(in.PaymentMethod, closes)
	for _, l := range p.Lines {
		w.products[l.Product].Stock -= l.Quantity
	}
	return p, nil
}

// lines prices the items from the shelf and checks that all pieces are there.
func (w *world) lines(in *intake, p *Placed) (money.USD, error) {
	var sum money.USD
	wanted := map[int]int{}
	for i, l := range in.Lines {
		s := w.products[l.ProductID]
		if s == nil {
			return 0, fault.NotFoundf("El producto %d no existe (product not found)", l.ProductID).With("resource", "Product").With("id", l.ProductID)
		}
		at := "items." + itoa(i) + ".product_id"
		if !s.Active {
			return 0, fault.Invalidf(at, "%s ya no está a la venta", s.Name)
		}
		if l.StatedUnit != nil && !near(*l.StatedUnit, s.Price) {
			return 0, fault.New(fault.Conflict, "price_changed", "El precio de %s cambió: ahora es $%s. Revisa tu pedido.",
				s.Name, s.Price).With("product_id", l.ProductID).With("price_usd", s.Price.String())
		}
		if wanted[l.ProductID] += l.Quantity; wanted[l.ProductID] > s.Stock {
			return 0, stockShort(l.ProductID, s, wanted[l.ProductID])
		}
		sub, _ := s.Price.Times(l.Quantity) // a price has at most ten digits, a quantity three
		p.Lines = append(p.Lines, PlacedLine{Item: in.items[i], Product: l.ProductID, Name: s.Name, Summary: s.Summary,
			UnitUSD: s.Price, Quantity: l.Quantity, SubtotalUSD: sub})
		sum += sub
	}
	return sum, nil
}

func stockShort(id int, s *shelf, wanted int) error {
	f := fault.New(fault.Conflict, "insufficient_stock", "Solo quedan %d unidades de %s; pediste %d.", s.Stock, s.Name, wanted)
	switch s.Stock {
	case 0:
		f.Msg = fmt.Sprintf("%s se agotó; pediste %d.", s.Name, wanted)
	case 1:
		f.Msg = fmt.Sprintf("Solo queda 1 unidad de %s; pediste %d.", s.Name, wanted)
	}
	return f.With("product_id", id).With("requested", wanted).With("available", s.Stock)
}

// shipping settles how the flowers travel and what that costs. A legacy client names neither method nor zone: the difference
// between its total and its items tells.
func (w *world) shipping(in *intake, p *Placed, sum money.USD) error {
	p.Method = in.Method
	if in.Zone != 0 {
		zone, err := w.calendar.Zone(in.Zone)
		if err != nil {
			return err
		}
		if p.Method != "" && p.Method != zone.Kind {
			return fault.Invalidf("delivery_method", "%s no admite esta forma de entrega", zone.Name)
		}
		p.Method, p.DeliveryCostUSD = zone.Kind, zone.FeeUSD
		return nil
	}
	if p.Method == "" {
		p.Method = ByDelivery
		if in.StatedTotal != nil && near(*in.StatedTotal, sum) {
			p.Method = ByPickup
		}
	}
	if p.Method == ByDelivery {
		p.DeliveryCostUSD = w.deliveryCost
	}
	return nil
}

// bolivares converts each amount once, to whole bolívares, by the rate that is frozen with the order.
func (w *world) bolivares(p *Placed) error {
	if w.rate == 0 {
		return nil
	}
	convert := func(dst *money.VES, from money.USD) (err error) {
		*dst, err = w.rate.WholeVES(from)
		return err
	}
	err := convert(&p.TotalVES, p.TotalUSD)
	for i := 0; err == nil && i < len(p.Lines); i++ {
		l := &p.Lines[i]
		if err = convert(&l.UnitVES, l.UnitUSD); err == nil {
			err = convert(&l.SubtotalVES, l.SubtotalUSD)
		}
	}
	if err == nil {
		err = convert(&p.DeliveryCostVES, p.DeliveryCostUSD)
	}
	if err != nil {
		return fmt.Errorf("convert order %d to bolívares: %w", p.Order, err)
	}
	return nil
}

// slot takes a place in the wanted slot and returns when that slot closes; zero when the date is still to be agreed.
func (w *world) slot(in *intake, p *Placed) (time.Time, error) {
	key, dated := in.capacityKey()
	if !dated {
		return time.Time{}, nil
	}
	offer, err := take(w.calendar, key, w.now)
	if err != nil {
		return time.Time{}, err
	}
	p.TimeSlot = span(offer.Slot)
	p.Place = &CapacityMove{Day: in.Day, Slot: in.Slot, Zone: in.Zone, Places: 1, Ordinary: offer.Capacity}
	return offer.Closes, nil
}

// take reserves one place of key in load, or says why it can't be had.
func take(load *delivery.Load, key delivery.CapacityKey, now time.Time) (delivery.Offer, error) {
	if err := load.Check(key, 1, now); err != nil {
		return delivery.Offer{}, err
	}
	offer, _ := load.Offer(key, now)
	load.Take(key, 1)
	return offer, nil
}

// span is the contract's form of a slot: "09:00-12:00".
func span(s delivery.Slot) string { return s.Starts + "-" + s.Ends }

// holdOf reads the setting of hours that unpaid pieces are held; what makes no sense is otherwise.
func holdOf(value string, otherwise time.Duration) time.Duration {
	if hours, err := strconv.ParseFloat(value, 64); err == nil && hours > 0 && hours <= 24*365 {
		return time.Duration(hours * float64(time.Hour))
	}
	return otherwise
}

// holdUntil is how long unpaid pieces are held: the setting, but not beyond the slot's cut-off. Cash on delivery is not
// waited for.
func (w *world) holdUntil(method string, closes time.Time) *time.Time {
	if method == "cash" {
		return nil
	}
	until := w.now.Add(w.hold)
	if !closes.IsZero() && closes.Before(until) {
		until = closes
	}
	return &until
}
