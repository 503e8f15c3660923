package store

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

const tableSize = 8

// homeData is what the home page shows.
type homeData struct {
	tiles     []tile
	zone      int
	note      string // until when, and from how much
	carousel  []Product
	occasions []Occasion
	fresh     []Product
	table     [2]string // title and line over the fresh ones
	methods   []Method
	coverage  []cover
}

// cover is a row of the table of zones: those that share a fee and the same hours.
type cover struct {
	names []string
	hours []string
	usd   money.USD
}

func (s *Store) home(v *visit) error {
	if err := v.openDays(); err != nil {
		return err
	}
	d := homeData{zone: v.bag.Zone}
	chosen := v.bag.Date
	if chosen.IsZero() {
		chosen = v.cal.firstFree(d.zone)
	}
	d.tiles = v.tiles(v.cal, d.zone, chosen)
	d.note = v.deliveryNote(d.zone)
	var err error
	if d.carousel, err = s.Catalogue.Carousel(v.ctx()); err != nil {
		return err
	}
	if d.occasions, err = s.Catalogue.Illustrated(v.ctx()); err != nil {
		return err
	}
	if d.fresh, err = s.fresh(v, d.carousel); err != nil {
		return err
	}
	if d.methods, err = s.Payments.Methods(v.ctx()); err != nil {
		return err
	}
	d.table = v.tableWords()
	d.coverage = v.coverage()
	m := meta{Title: v.Say("home.title"), Description: v.Say("home.description"), Facts: v.florist()}
	if len(d.carousel) > 0 {
		m.Image = d.carousel[0].Share
	}
	return v.show(http.StatusOK, v.homePage(m, d))
}

// fresh are products in stock that the shop window does not show already.
func (s *Store) fresh(v *visit, shown []Product) ([]Product, error) {
	found, _, err := s.Catalogue.Products(v.ctx(), Query{Limit: tableSize + len(shown) + tableSize})
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(p Product) bool {
		return p.Stock <= 0 || slices.ContainsFunc(shown, func(q Product) bool { return q.ID == p.ID })
	})
	return found[:min(len(found), tableSize)], nil
}

// deliveryNote says until when to order for the first free day and from how much delivery is.
func (v *visit) deliveryNote(zone int) string {
	var say []string
	for _, d := range v.cal.days {
		if cutoff := v.cal.lastCutoff(d, zone); !cutoff.IsZero() {
			near := v.lang.Near(d.Date, v.now)
			if cutoff.After(v.today().AddDate(0, 0, 1)) || cutoff.Equal(v.today().AddDate(0, 0, 1)) {
				say = append(say, v.Say("home.note.day", near))
			} else {
				say = append(say, v.Say("home.note.hour", near, strings.TrimSuffix(v.lang.Hour(cutoff), ".")))
			}
			break
		}
	}
	if z, ok := v.cal.zone(zone); ok {
		if !z.Pickup {
			say = append(say, v.Say("home.note.fee", z.Name, lang.ShortUSD(z.USD)))
		}
	} else if z, ok := v.cal.cheapest(); ok {
		say = append(say, v.Say("home.note.from", lang.ShortUSD(z.USD)))
	}
	return strings.Join(say, " ")
}

// tableWords are the title and the line over the fresh products: what is true of today, else of the first free day.
func (v *visit) tableWords() [2]string {
	first := v.cal.firstFree(v.bag.Zone)
	switch {
	case first.IsZero():
		return [2]string{v.Say("home.table"), v.Say("home.table.none")}
	case first.Equal(v.today()):
		return [2]string{v.Say("home.table.today"), v.Say("home.table.today.line")}
	}
	near := v.lang.Near(first, v.now)
	return [2]string{v.Say("home.table"), v.Say("home.table.next", near)}
}

// coverage groups the zones by fee and hours, as the next days offer them.
func (v *visit) coverage() []cover {
	var rows []cover
	for _, z := range v.cal.zones {
		hours := v.hours(z.ID)
		if len(hours) == 0 {
			continue
		}
		at := slices.IndexFunc(rows, func(c cover) bool { return c.usd == z.USD && slices.Equal(c.hours, hours) })
		if at < 0 {
			rows = append(rows, cover{hours: hours, usd: z.USD, names: []string{z.Name}})
			continue
		}
		rows[at].names = append(rows[at].names, z.Name)
	}
	return rows
}

// hours are the different slots of the coming days in which a zone is served, in order of the clock.
func (v *visit) hours(zone int) []string {
	type span struct{ from, to int }
	var spans []span
	for _, d := range v.cal.days {
		for _, s := range d.Slots {
			if _, served := s.Free[zone]; served && !slices.Contains(spans, span{s.From, s.To}) {
				spans = append(spans, span{s.From, s.To})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	hours := make([]string, len(spans))
	for i, s := range spans {
		hours[i] = v.lang.ShortSpan(s.from, s.to)
	}
	return hours
}
