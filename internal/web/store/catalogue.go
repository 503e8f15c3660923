package store

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

const (
	pageSize   = 24
	maxListed  = 240
	maxSearch  = 80
	listTarget = "resultados" // id of the part that changes with the filters
)

// bracket is a range of prices to filter by.
type bracket struct {
	name     string
	min, max money.USD
}

func brackets() []bracket {
	return []bracket{{"hasta-25", 0, 2500}, {"25-50", 2500, 5000}, {"50-100", 5000, 10000}, {"desde-100", 10000, 0}}
}

func (b bracket) say(v *visit) string {
	switch {
	case b.min == 0:
		return v.Say("price.upto", lang.ShortUSD(b.max))
	case b.max == 0:
		return v.Say("price.from", lang.ShortUSD(b.min))
	}
	return v.Say("price.between", lang.ShortUSD(b.min), lang.ShortUSD(b.max))
}

// filter is what the address of the catalogue says. Unknown values are dropped: an old link shows more, never an error.
type filter struct {
	search   string
	occasion string
	price    string
	sort     Sort
	shown    int // 0: the first page
}

func readFilter(q url.Values) filter {
	f := filter{
		search:   strings.Join(strings.Fields(strings.ToValidUTF8(clip(q.Get("q"), maxSearch), "")), " "),
		occasion: q.Get("ocasion"), price: q.Get("precio"), sort: Sort(q.Get("orden")),
	}
	f.search = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, f.search)
	if !slices.ContainsFunc(brackets(), func(b bracket) bool { return b.name == f.price }) {
		f.price = ""
	}
	if !slices.Contains([]Sort{Cheapest, Dearest, ByName}, f.sort) {
		f.sort = Newest
	}
	if n, err := strconv.Atoi(q.Get("ver")); err == nil && n > pageSize {
		f.shown = min(n, maxListed)
	}
	return f
}

func (f filter) query() Query {
	q := Query{Search: f.search, Occasion: f.occasion, Sort: f.sort, Limit: max(f.shown, pageSize)}
	for _, b := range brackets() {
		if b.name == f.price {
			q.MinUSD, q.MaxUSD = b.min, b.max
		}
	}
	return q
}

// path is the address of the catalogue with this filter, without what is empty.
func (f filter) path() string {
	q := url.Values{}
	set := func(key, value string) {
		if value != "" {
			q.Set(key, value)
		}
	}
	set("q", f.search)
	set("ocasion", f.occasion)
	set("precio", f.price)
	set("orden", string(f.sort))
	if f.shown > 0 {
		set("ver", strconv.Itoa(f.shown))
	}
	if len(q) == 0 {
		return "/catalogo"
	}
	return "/catalogo?" + q.Encode()
}

// listing is what the catalogue page shows.
type listing struct {
	filter    filter
	occasions []Occasion
	products  []Product
	total     int
	title     string
	warning   string // about the chosen day
	chips     []chip
}

// chip is a filter in force, with the address that takes it away.
type chip struct{ Text, URL string }

func (s *Store) catalogue(v *visit) error {
	q := v.r.URL.Query()
	if q.Has("fecha") || q.Has("zona") {
		return s.chooseThenShow(v, q)
	}
	if err := v.openFrame(); err != nil {
		return err
	}
	l := listing{filter: readFilter(q)}
	var err error
	if l.occasions, err = s.Catalogue.Occasions(v.ctx()); err != nil {
		return err
	}
	if !slices.ContainsFunc(l.occasions, func(o Occasion) bool { return o.Slug == l.filter.occasion }) {
		l.filter.occasion = ""
	}
	if l.products, l.total, err = s.Catalogue.Products(v.ctx(), l.filter.query()); err != nil {
		return err
	}
	l.title, l.warning, l.chips = v.listTitle(l), v.dayWarning(), v.chips(l)
	v.w.Header().Add("Vary", "HX-Request")
	if v.partial(listTarget) {
		v.w.Header().Set("HX-Push-Url", v.URL(l.filter.path()))
		v.w.Header().Set("Cache-Control", "no-store")
		return v.show(http.StatusOK, v.results(l, true))
	}
	m := meta{Title: l.title, Description: v.Say("catalogue.description"), Section: "catalogue", Live: true, Context: true,
		NoSearch: true, NoIndex: l.filter.search != ""}
	if len(l.products) > 0 {
		m.Image = l.products[0].Share
	}
	return v.show(http.StatusOK, v.cataloguePage(m, l))
}

// listCount says how many there are, and how many of them the page shows. It is read out when it changes.
func (v *visit) listCount(l listing) string {
	if len(l.products) < l.total {
		return v.Say("catalogue.some", v.lang.Count(len(l.products)), v.lang.Count(l.total))
	}
	return v.Plural("catalogue.all", l.total)
}

// chooseThenShow keeps the day and zone that the finder sent, then shows the catalogue at its plain address.
func (s *Store) chooseThenShow(v *visit, q url.Values) error {
	bag := v.bag
	if q.Has("fecha") {
		bag.Date = parseDay(q.Get("fecha"), v.now)
	}
	if id := parseID(q.Get("zona")); id > 0 {
		bag.Zone = id
	}
	v.keep(bag)
	return v.redirect(readFilter(q).path())
}

func (v *visit) listTitle(l listing) string {
	for _, o := range l.occasions {
		if o.Slug == l.filter.occasion {
			return o.Name.In(v.lang)
		}
	}
	if v.bag.Date.IsZero() {
		return v.Say("catalogue.title")
	}
	if near := v.lang.Near(v.bag.Date, v.now); near != v.lang.ShortDay(v.bag.Date) {
		return v.Say("catalogue.title.near", near)
	}
	return v.Say("catalogue.title.day", v.lang.Weekday(v.bag.Date)+" "+strconv.Itoa(v.bag.Date.Day()))
}

// dayWarning says that the chosen day has no room any more, or nothing.
func (v *visit) dayWarning() string {
	d, ok := v.cal.day(v.bag.Date)
	if !ok || v.cal.room(d, v.bag.Zone) > 0 {
		return ""
	}
	if z, ok := v.cal.zone(v.bag.Zone); ok {
		return v.Say("catalogue.full.zone", lang.Capital(v.lang.Near(d.Date, v.now)), z.Name)
	}
	return v.Say("catalogue.full", lang.Capital(v.lang.Near(d.Date, v.now)))
}

func (v *visit) chips(l listing) []chip {
	var chips []chip
	without := func(text string, f filter) {
		f.shown = 0
		chips = append(chips, chip{text, v.URL(f.path())})
	}
	f := l.filter
	if f.search != "" {
		g := f
		g.search = ""
		without("“"+f.search+"”", g)
	}
	for _, o := range l.occasions {
		if o.Slug == f.occasion {
			g := f
			g.occasion = ""
			without(o.Name.In(v.lang), g)
		}
	}
	for _, b := range brackets() {
		if b.name == f.price {
			g := f
			g.price = ""
			without(b.say(v), g)
		}
	}
	return chips
}

// more is the filter that shows the next page below this one, or false at the end.
func (l listing) more() (filter, bool) {
	if len(l.products) >= min(l.total, maxListed) {
		return filter{}, false
	}
	f := l.filter
	f.shown = min(len(l.products)+pageSize, maxListed)
	return f, true
}

// clip cuts text to at most most runes.
func clip(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}

// sortName is an order of the catalogue with its name.
type sortName struct {
	sort Sort
	text string
}

func (v *visit) sorts() []sortName {
	return []sortName{
		{Newest, v.Say("sort.newest")}, {Cheapest, v.Say("sort.cheapest")},
		{Dearest, v.Say("sort.dearest")}, {ByName, v.Say("sort.name")},
	}
}
