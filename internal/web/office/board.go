package office

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"floresya/internal/fault"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/delivery"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/web/lang"
)

// boardLimit is the most orders of one lane. A lane that holds as many says that there are more.
const boardLimit = 200

// lane is one state of an order's life with the orders that are in it.
type lane struct {
	Status orders.Status
	Cards  []card
	Full   bool
}

// card is an order on the board.
type card struct {
	Order   *orders.Order
	When    string
	Title   string
	Who     string
	Picture string
	Timer   timer
	Tag     string
	Waiting bool // a proof waits to be verified
	rank    int64
}

// boardData is everything the board shows.
type boardData struct {
	Search string
	Lanes  []lane
	Tiles  []tile
	Found  int
	Notes  []attention
}

func (v *visit) board() error {
	search := v.query("q")
	if id, err := strconv.Atoi(strings.TrimPrefix(search, "#")); err == nil && id > 0 && v.r.Header.Get("HX-Request") == "" {
		if _, err := v.office.Orders.Order(v.ctx(), id); err == nil {
			return v.done(orderPath(id), "")
		} else if fault.Of(err).Kind != fault.NotFound {
			return err
		}
	}
	waiting, err := v.office.Payments.Waiting(v.ctx())
	if err != nil {
		return err
	}
	proofs := map[int]*payments.Payment{} // the oldest of each order
	for i, p := range waiting {
		if proofs[p.OrderID] == nil {
			proofs[p.OrderID] = &waiting[i]
		}
	}
	all, err := v.boardOrders(search)
	if err != nil {
		return err
	}
	pictures, err := v.pictures(all)
	if err != nil {
		return err
	}
	data := boardData{Search: search, Found: len(all), Lanes: v.lanes(all, proofs, pictures)}
	if search == "" {
		if data.Tiles, err = v.tiles(all, waiting); err != nil {
			return err
		}
		if data.Notes, err = v.attention(all); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, v.boardPage(data))
}

// boardOrders are the found ones, or all that are under way and those that ended today.
func (v *visit) boardOrders(search string) ([]*orders.Order, error) {
	if search != "" {
		return v.office.Orders.List(v.ctx(), orders.Filter{Search: strings.TrimPrefix(search, "#"), Limit: boardLimit})
	}
	var all []*orders.Order
	for _, status := range orders.Statuses {
		part, err := v.office.Orders.List(v.ctx(), orders.Filter{Status: status, Limit: boardLimit})
		if err != nil {
			return nil, err
		}
		for _, o := range part {
			if !status.Final() || delivery.DayOf(o.UpdatedAt) == v.today() {
				all = append(all, o)
			}
		}
	}
	return all, nil
}

// pictures are the small pictures of the orders' first products.
func (v *visit) pictures(all []*orders.Order) (map[int]string, error) {
	seen, ids := map[int]bool{}, []int(nil)
	for _, o := range all {
		if len(o.Items) > 0 && !seen[o.Items[0].ProductID] {
			seen[o.Items[0].ProductID] = true
			ids = append(ids, o.Items[0].ProductID)
		}
	}
	out := map[int]string{}
	if len(ids) == 0 {
		return out, nil
	}
	products, err := v.office.Catalogue.ByIDs(v.ctx(), ids)
	for _, p := range products {
		out[p.ID] = thumb(p)
	}
	return out, err
}

// thumb is the picture of a product for small places.
func thumb(p catalog.Product) string {
	if p.DrawingURL != "" {
		return p.DrawingURL
	}
	return p.Images.Thumb
}

func (v *visit) lanes(all []*orders.Order, proofs map[int]*payments.Payment, pictures map[int]string) []lane {
	lanes := make([]lane, len(orders.Statuses))
	at := map[orders.Status]*lane{}
	for i, status := range orders.Statuses {
		lanes[i].Status = status
		at[status] = &lanes[i]
	}
	for _, o := range all {
		if l := at[o.Status]; l != nil {
			l.Cards = append(l.Cards, v.card(o, proofs[o.ID], pictures))
		}
	}
	for i := range lanes {
		sortCards(lanes[i].Cards)
		lanes[i].Full = len(lanes[i].Cards) >= boardLimit
	}
	return lanes
}

func (v *visit) card(o *orders.Order, proof *payments.Payment, pictures map[int]string) card {
	c := card{Order: o, When: v.when(o), Title: v.title(o), Who: who(o), Waiting: proof != nil}
	if len(o.Items) > 0 {
		c.Picture = pictures[o.Items[0].ProductID]
	}
	c.Timer, c.rank = v.timer(o, proof)
	switch {
	case proof != nil:
		c.Tag = proof.MethodName
	case o.Unagreed():
		c.Tag = v.Say("tag.agree")
	case o.PaidUSD > 0 && o.Due() > 0 && !o.Status.Final():
		c.Tag = v.Say("tag.part", lang.USD(o.Due()))
	}
	return c
}

// title names the first product and how many others there are.
func (v *visit) title(o *orders.Order) string {
	if len(o.Items) == 0 {
		return v.Say("order.number", o.ID)
	}
	name := o.Items[0].Name
	if n := o.Items[0].Quantity; n > 1 {
		name = strconv.Itoa(n) + " × " + name
	}
	if more := len(o.Items) - 1; more > 0 {
		name += v.Say("order.more", more)
	}
	return name
}

// who says for whom and where.
func who(o *orders.Order) string {
	name := o.Recipient.Name
	if name == "" {
		name = o.Customer.Name
	}
	if o.ZoneName != "" {
		name += " · " + o.ZoneName
	}
	return name
}

// when is the delivery, as short as a card needs it.
func (v *visit) when(o *orders.Order) string {
	if o.Day == "" {
		if o.TimeSlot != "" {
			return clip(o.TimeSlot, 24)
		}
		return v.Say("when.open")
	}
	day := lang.Capital(v.lang.Near(date(o.Day), v.now))
	if from, to, ok := span(o.TimeSlot); ok {
		return day + ", " + v.lang.ShortSpan(from, to)
	}
	return day
}

// span reads "09:00-12:00" into minutes after midnight.
func span(slot string) (from, to int, ok bool) {
	a, b, ok := strings.Cut(slot, "-")
	from, ok1 := minutes(a)
	to, ok2 := minutes(b)
	return from, to, ok && ok1 && ok2
}

func minutes(clock string) (int, bool) {
	t, err := time.Parse("15:04", strings.TrimSpace(clock))
	return t.Hour()*60 + t.Minute(), err == nil
}
