package store

import (
	"net/http"
	"slices"
	"strconv"

	"floresya/internal/shop/money"
)

// priced is a bag with the products and prices of this moment.
type priced struct {
	lines []pricedLine
	gone  int // wishes for products that are no longer sold
	goods money.USD
	zone  Zone
	zoned bool
	total money.USD
}

type pricedLine struct {
	Product
	Pieces int
	USD    money.USD // of the line
}

// Short reports whether fewer pieces are left than wanted.
func (l pricedLine) Short() bool { return l.Stock < l.Pieces }

// short reports whether any line wants more than there is.
func (p priced) short() bool { return slices.ContainsFunc(p.lines, pricedLine.Short) }

// price looks the wishes up. A zone that is not among cal's counts as none.
func (v *visit) price(lines []Line, zone int) (priced, error) {
	var p priced
	ids := make([]int, len(lines))
	for i, l := range lines {
		ids[i] = l.Product
	}
	var found []Product
	if len(ids) > 0 {
		var err error
		if found, err = v.store.Catalogue.ByID(v.ctx(), ids); err != nil {
			return p, err
		}
	}
	for _, l := range lines {
		at := slices.IndexFunc(found, func(q Product) bool { return q.ID == l.Product })
		if at < 0 {
			p.gone++
			continue
		}
		usd, ok := found[at].USD.Times(l.Pieces)
		if !ok {
			p.gone++
			continue
		}
		p.lines = append(p.lines, pricedLine{Product: found[at], Pieces: l.Pieces, USD: usd})
		p.goods += usd
	}
	p.zone, p.zoned = v.cal.zone(zone)
	p.total = p.goods + p.zone.USD
	return p, nil
}

func (s *Store) cart(v *visit) error {
	if err := v.openFrame(); err != nil {
		return err
	}
	p, err := v.price(v.bag.Lines, v.bag.Zone)
	if err != nil {
		return err
	}
	m := meta{Title: v.Say("cart.title"), NoIndex: true, Context: len(p.lines) > 0}
	return v.show(http.StatusOK, v.cartPage(m, p))
}

// changeCart adds a product ("agregar"), or takes over the quantities of the cart page and removes a line ("quitar").
func (s *Store) changeCart(v *visit) error {
	if err := v.parseForm(); err != nil {
		return err
	}
	form, bag := v.r.PostForm, v.bag
	if day := parseDay(form.Get("fecha"), v.now); !day.IsZero() {
		bag.Date = day
	}
	if zone := parseID(form.Get("zona")); zone > 0 {
		bag.Zone = zone
	}
	if form.Get("accion") == "agregar" {
		if id := parseID(form.Get("producto")); id > 0 {
			bag = bag.With(id, bag.Of(id)+pieces(form.Get("piezas")))
		}
	} else {
		for _, l := range bag.Lines {
			if field := "piezas-" + strconv.Itoa(l.Product); form.Has(field) {
				n, err := strconv.Atoi(form.Get(field))
				if err == nil {
					bag = bag.With(l.Product, n)
				}
			}
		}
		if id := parseID(form.Get("quitar")); id > 0 {
			bag = bag.With(id, 0)
		}
	}
	v.keep(bag)
	if form.Get("seguir") == "pedido" {
		return v.redirect("/pedido")
	}
	return v.redirect("/carrito")
}

// pieces reads how many to add; one if it says nothing sensible.
func pieces(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxPieces)
}

// short says how many of a line are left.
func (v *visit) short(l pricedLine) string {
	if l.Stock <= 0 {
		return v.Say("stock.none")
	}
	return v.Plural("stock.left", l.Stock)
}
