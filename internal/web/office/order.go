package office

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/notify"
	"floresya/internal/shop/orders"
	"floresya/internal/shop/payments"
	"floresya/internal/storage"
	"floresya/internal/web/lang"
)

func orderPath(id int) string { return Base + "/pedidos/" + strconv.Itoa(id) }

// orderData is everything the page of an order shows. A form that was refused stands in its place.
type orderData struct {
	*orders.Order
	History   []orders.Change
	Payments  []payment
	Pictures  map[int]string
	Next      orders.Status // the usual next state; "" when there is none to press a button for
	Dates     *dateForm     // when the date is to be agreed
	WhatsApp  string
	Told      []notify.Note // what the customer has been told
	StateForm form
	Adding    form // a payment that was made elsewhere
	Methods   []payments.Method
	Key       string // under which Adding happens once
}

// Waits reports whether a proof waits to be verified.
func (d *orderData) Waits() bool {
	return slices.ContainsFunc(d.Payments, func(p payment) bool { return p.Waits() })
}

func (v *visit) orderPage() error {
	d, err := v.order()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.orderView(d))
}

// order reads the order that the path names, with all around it.
func (v *visit) order() (*orderData, error) {
	id, err := v.id("id")
	if err != nil {
		return nil, err
	}
	o, err := v.office.Orders.Order(v.ctx(), id)
	if err != nil {
		return nil, err
	}
	d := &orderData{Order: o, Next: next(o), StateForm: newForm(nil), Adding: newForm(nil),
		Key: rand.Text()}
	if d.History, err = v.office.Orders.History(v.ctx(), id); err != nil {
		return nil, err
	}
	if d.Methods, err = v.office.Payments.Methods(v.ctx()); err != nil {
		return nil, err
	}
	if d.Payments, err = v.payments(o, d.Methods); err != nil {
		return nil, err
	}
	if d.Told, err = v.office.Messages.OfOrder(v.ctx(), id); err != nil {
		return nil, err
	}
	kind, detail := d.news()
	if d.WhatsApp, err = v.office.Messages.WhatsApp(v.ctx(), id, kind, detail); err != nil {
		return nil, err
	}
	if d.Pictures, err = v.itemPictures(o); err != nil {
		return nil, err
	}
	if o.Unagreed() {
		if d.Dates, err = v.dateForm(o); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// news is what there is to tell the customer now.
func (d *orderData) news() (kind notify.Kind, detail string) {
	switch d.Status {
	case orders.Shipped:
		return notify.Shipped, ""
	case orders.Delivered:
		return notify.Delivered, ""
	case orders.Cancelled:
		return notify.Cancelled, ""
	case orders.Verified, orders.Preparing:
		return notify.Paid, ""
	}
	if n := len(d.Payments); n > 0 && d.Payments[n-1].Status == payments.Failed {
		return notify.Rejected, d.Payments[n-1].Notes
	}
	return notify.Placed, ""
}

func (v *visit) itemPictures(o *orders.Order) (map[int]string, error) {
	ids := make([]int, len(o.Items))
	for i, item := range o.Items {
		ids[i] = item.ProductID
	}
	out := map[int]string{}
	products, err := v.office.Catalogue.ByIDs(v.ctx(), ids)
	for _, p := range products {
		out[p.ID] = thumb(p)
	}
	return out, err
}

// next is the step of the usual path that a button offers. A paid order is verified by itself; until then only cash, which
// is paid at the door, is verified by hand.
func next(o *orders.Order) orders.Status {
	for _, status := range orders.Statuses {
		if status != orders.Cancelled && o.Status.Normal(status) {
			if status == orders.Verified && o.PaymentMethod != "cash" && o.Due() > 0 {
				return ""
			}
			return status
		}
	}
	return ""
}

// maxNotes is the most characters of a note or a reason.
const maxNotes = 500

func (v *visit) changeStatus() error {
	d, err := v.order()
	if err != nil {
		return err
	}
	f, err := v.parse()
	if err != nil {
		return err
	}
	to, notes := orders.Status(f.text("estado")), f.text("nota")
	if !to.Known() {
		f.wrong["estado"] = v.Say("state.choose")
	}
	if utf8.RuneCountInString(notes) > maxNotes {
		f.wrong["nota"] = v.Say("form.long", maxNotes)
	}
	if to == orders.Cancelled && d.Status != orders.Cancelled && notes == "" {
		f.wrong["nota"] = v.Say("state.why")
	}
	if f.ok() {
		_, err := v.office.Orders.SetStatus(v.ctx(), d.ID, to, notes, v.by())
		if err == nil {
			return v.done(orderPath(d.ID), "estado-"+string(to))
		}
		if !v.refuse(&f, err, map[string]string{"status": "estado", "notes": "nota"}) {
			return err
		}
	}
	d.StateForm = f
	return v.show(http.StatusUnprocessableEntity, v.orderView(d))
}

// sheet is the page to print for the work table and the rider.
func (v *visit) sheet() error {
	d, err := v.order()
	if err != nil {
		return err
	}
	return v.write(http.StatusOK, v.sheetView(d))
}

// moment is when something happened, as short as a list of events needs it.
func (v *visit) moment(t time.Time) string {
	if delivery.DayOf(t) == v.today() {
		return v.lang.Hour(t)
	}
	return v.lang.ShortDay(t.In(lang.Caracas())) + ", " + v.lang.Hour(t)
}

// receipt shows a picture that came with a proof. Only what our own storage holds is shown, whatever the row says.
func (v *visit) receipt() error {
	err := v.office.Receipts.Show(v.w, v.r, v.r.PathValue("key"))
	if errors.Is(err, storage.ErrKey) || errors.Is(err, storage.ErrNotFound) {
		return errNoPage
	}
	return err
}
