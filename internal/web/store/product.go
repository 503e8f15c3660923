package store

import (
	"net/http"
	"slices"

	"floresya/internal/web/lang"
)

const relatedSize = 4

// productData is what a product page shows.
type productData struct {
	product Product
	related []Product
	tiles   []tile
	say     []string // what the button says for each tile
	button  string
}

func (s *Store) product(v *visit) error {
	slug := v.r.PathValue("slug")
	if len(slug) > 120 {
		return errNoPage
	}
	p, err := s.Catalogue.Product(v.ctx(), slug)
	if err != nil {
		return err
	}
	if p.Slug != slug { // reached by its id: the address with its name is the one to keep
		http.Redirect(v.w, v.r, v.URL("/producto/"+p.Slug), http.StatusMovedPermanently)
		return nil
	}
	if err := v.openDays(); err != nil {
		return err
	}
	d := productData{product: p}
	if d.related, err = s.related(v, p); err != nil {
		return err
	}
	chosen := v.bag.Date
	if day, ok := v.cal.day(chosen); !ok || v.cal.room(day, v.bag.Zone) == 0 {
		chosen = v.cal.firstFree(v.bag.Zone)
	}
	d.tiles = v.tiles(v.cal, v.bag.Zone, chosen)
	d.button = v.Say("product.order", lang.ShortUSD(p.USD))
	for i, day := range v.cal.days {
		say := v.Say("product.order.day", v.nearly(day), lang.ShortUSD(p.USD))
		d.say = append(d.say, say)
		if d.tiles[i].Checked {
			d.button = say
		}
	}
	m := meta{Title: p.Name.In(v.lang), Description: sentence(v.describe(p), 155), Kind: "product", Section: "catalogue",
		Context: true, Image: p.Share, Facts: v.productFacts(p)}
	return v.show(http.StatusOK, v.productPage(m, d))
}

// nearly names a day after "para": "hoy", "mañana", "el viernes"; in English "today", "tomorrow", "Friday".
func (v *visit) nearly(d Day) string {
	if near := v.lang.Near(d.Date, v.now); near != v.lang.ShortDay(d.Date) {
		return near
	}
	return v.Say("day.the", v.lang.Weekday(d.Date))
}

func (v *visit) describe(p Product) string {
	if text := p.Summary.In(v.lang); text != "" {
		return text
	}
	return p.Description.In(v.lang)
}

// related are other products for the same occasion.
func (s *Store) related(v *visit, p Product) ([]Product, error) {
	q := Query{Limit: relatedSize * 2}
	if len(p.Occasions) > 0 {
		q.Occasion = p.Occasions[0]
	}
	found, _, err := s.Catalogue.Products(v.ctx(), q)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(o Product) bool { return o.ID == p.ID || o.Stock <= 0 })
	return found[:min(len(found), relatedSize)], nil
}

func (v *visit) stockTag(p Product) string {
	if p.Stock <= 0 {
		return v.Say("stock.none")
	}
	if p.Stock <= fewPieces {
		return v.Plural("stock.left", p.Stock)
	}
	return ""
}
