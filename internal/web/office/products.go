package office

import (
	"net/http"
	"net/url"
	"strconv"

	"floresya/internal/shop/catalog"
	"floresya/internal/shop/money"
)

// pageSize is how many products one page lists.
const pageSize = 40

// productList is a page of the list of products.
type productList struct {
	Search      string
	Rows        []productRow
	Total       int
	Page, Pages int
}

// productRow is a product with the form in its line.
type productRow struct {
	catalog.Product
	Form  form
	Saved bool
}

func (v *visit) products() error {
	list, err := v.productList(nil)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, v.productsPage(list))
}

// productList reads the page that the address asks for; special stands in for the row of its product.
func (v *visit) productList(special *productRow) (*productList, error) {
	search := v.query("q")
	page, err := strconv.Atoi(v.query("pagina"))
	if err != nil || page < 1 {
		page = 1
	}
	filter := catalog.Filter{Search: search, IncludeInactive: true, Sort: catalog.SortNameAsc}
	total, err := v.office.Catalogue.Count(v.ctx(), filter)
	if err != nil {
		return nil, err
	}
	l := &productList{Search: search, Total: total, Pages: max(1, (total+pageSize-1)/pageSize)}
	l.Page = min(page, l.Pages)
	filter.Limit, filter.Offset = pageSize, (l.Page-1)*pageSize
	products, err := v.office.Catalogue.List(v.ctx(), filter)
	if err != nil {
		return nil, err
	}
	saved, _ := strconv.Atoi(v.query("guardado"))
	for _, p := range products {
		row := productRow{Product: p, Form: newForm(nil), Saved: p.ID == saved}
		if special != nil && special.ID == p.ID {
			row = *special
		}
		l.Rows = append(l.Rows, row)
	}
	return l, nil
}

// address is a page of the list, with what is searched for.
func (l *productList) address(page int) string {
	q := url.Values{}
	if l.Search != "" {
		q.Set("q", l.Search)
	}
	if page > 1 {
		q.Set("pagina", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return Base + "/flores"
	}
	return Base + "/flores?" + q.Encode()
}

// rowTarget is the id of a product's line.
func rowTarget(id int) string { return "flor-" + strconv.Itoa(id) }

// editProduct changes price and stock from the line of the list. A count that was typed while pieces were sold is not
// booked: the florist counts again.
func (v *visit) editProduct() error {
	id, err := v.id("id")
	if err != nil {
		return err
	}
	f, err := v.parse()
	if err != nil {
		return err
	}
	p, err := v.office.Catalogue.Product(v.ctx(), id, true)
	if err != nil {
		return err
	}
	row := &productRow{Product: p, Form: f}
	change := v.productChange(row)
	if f.ok() && change != (catalog.ProductChange{}) {
		if err := v.office.Catalogue.Update(v.ctx(), id, change); err != nil {
			if !v.refuse(&row.Form, err, map[string]string{"price_usd": "precio", "stock": "piezas"}) {
				return err
			}
		}
	}
	if !row.Form.ok() {
		return v.productRefused(row)
	}
	if !v.htmx(rowTarget(id)) {
		list := &productList{Search: clip(f.text("q"), maxSearch)}
		page, _ := strconv.Atoi(f.text("pagina"))
		to, err := url.Parse(list.address(page))
		if err != nil {
			return err
		}
		q := to.Query()
		q.Set("guardado", strconv.Itoa(id))
		to.RawQuery, to.Fragment = q.Encode(), rowTarget(id)
		http.Redirect(v.w, v.r, to.String(), http.StatusSeeOther)
		return nil
	}
	if row.Product, err = v.office.Catalogue.Product(v.ctx(), id, true); err != nil {
		return err
	}
	row.Form, row.Saved = newForm(nil), true
	return v.write(http.StatusOK, v.productLine(*row))
}

// productChange is what differs from the product as it stands.
func (v *visit) productChange(row *productRow) (change catalog.ProductChange) {
	f := row.Form
	price := money.USD(f.amount("precio", money.CurrencyUSD, v.Say("product.price.wrong")).Minor)
	pieces := f.number("piezas", 0, catalog.MaxStock, v.Say("product.pieces.wrong", catalog.MaxStock))
	if !f.ok() {
		return change
	}
	if price != row.PriceUSD {
		change.PriceUSD = &price
	}
	if seen, err := strconv.Atoi(f.text("vistas")); err != nil || pieces != seen {
		if err != nil || seen != row.Stock {
			f.wrong["piezas"] = v.Say("product.pieces.moved", row.Stock)
			f.Set("vistas", strconv.Itoa(row.Stock))
			return catalog.ProductChange{}
		}
		change.Stock = &pieces
	}
	return change
}

// productRefused answers with the line alone, or with the whole page around it.
func (v *visit) productRefused(row *productRow) error {
	if v.htmx(rowTarget(row.ID)) {
		return v.write(http.StatusUnprocessableEntity, v.productLine(*row))
	}
	q := url.Values{"q": {row.Form.text("q")}, "pagina": {row.Form.text("pagina")}}
	v.r.URL.RawQuery = q.Encode()
	list, err := v.productList(row)
	if err != nil {
		return err
	}
	return v.show(http.StatusUnprocessableEntity, v.productsPage(list))
}

// stockTag says in a word how the shelf looks; "" when all is well.
func stockTag(p catalog.Product) string {
	switch {
	case !p.Active:
		return "inactive"
	case p.Stock == 0:
		return "none"
	case p.Stock <= 5:
		return "few"
	}
	return ""
}

// shelfFacts are what a line says below the name.
func (v *visit) shelfFacts(row productRow) []string {
	facts := filled(row.SKU)
	if row.Reserved > 0 {
		facts = append(facts, v.Plural("products.reserved", row.Reserved))
	}
	return facts
}

// seen is the stock that the form was drawn with; after a refusal the one it was corrected to.
func (r productRow) seen() string {
	if r.Form.Has("vistas") {
		return r.Form.Get("vistas")
	}
	return strconv.Itoa(r.Stock)
}

func (r productRow) price() string {
	if r.Form.Has("precio") {
		return r.Form.Get("precio")
	}
	return r.PriceUSD.String()
}

func (r productRow) pieces() string {
	if r.Form.Has("piezas") {
		return r.Form.Get("piezas")
	}
	return strconv.Itoa(r.Stock)
}
