package office

import (
	"strconv"
	"strings"
	"time"

	"floresya/internal/shop/orders"
	"floresya/internal/web/lang"
)

// attention is something that does not go on by itself, with the page where a person can help.
type attention struct {
	Text, Path string
	Red        bool
}

const (
	// quiet is how long a saga may fail and try again before the florist hears of it: most trouble heals itself.
	quiet = 2 * time.Minute
	// attentions is the most that the board lists.
	attentions = 8
)

// attention looks at the open orders among all. What was settled by hand is no longer shown: its order is final.
func (v *visit) attention(all []*orders.Order) ([]attention, error) {
	open := map[int]bool{}
	for _, o := range all {
		open[o.ID] = !o.Status.Final()
	}
	stuck, err := v.office.Processes.Stuck(v.ctx())
	if err != nil {
		return nil, err
	}
	troubled, err := v.office.Processes.Troubled(v.ctx())
	if err != nil {
		return nil, err
	}
	lost, err := v.office.Messages.Lost(v.ctx())
	if err != nil {
		return nil, err
	}
	seen, out := map[int]bool{}, []attention(nil)
	add := func(order int, key string, red bool) {
		if open[order] && !seen[order] {
			seen[order] = true
			out = append(out, attention{v.Say(key, order), orderPath(order), red})
		}
	}
	for _, s := range stuck {
		add(orderOf(s.SagaID), "attention.stuck", true)
	}
	for _, t := range troubled {
		if v.now.Sub(t.Since) >= quiet {
			add(orderOf(t.SagaID), "attention.trouble", false)
		}
	}
	for _, n := range lost {
		add(n.OrderID, "attention.mail", false)
	}
	refunds, err := v.office.Payments.ToRefund(v.ctx())
	if err != nil {
		return nil, err
	}
	if n := len(refunds); n > 0 {
		out = append(out, attention{v.Plural("attention.refund", n), Base + "/pagos#devolver", false})
	}
	return out[:min(len(out), attentions)], nil
}

// orderOf is the order of a saga, 0 for those of other things.
func orderOf(sagaID string) int {
	number, ok := strings.CutPrefix(sagaID, "order-")
	id, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0
	}
	return id
}

// owed is an order whose customer gets money back.
type owed struct {
	Order  int
	Amount string
	Why    string
}

func (v *visit) owed() ([]owed, error) {
	list, err := v.office.Payments.ToRefund(v.ctx())
	out := make([]owed, len(list))
	for i, r := range list {
		why := "owed.over"
		if r.Cancelled {
			why = "owed.cancelled"
		}
		out[i] = owed{r.OrderID, lang.USD(r.Amount), v.Say(why)}
	}
	return out, err
}
