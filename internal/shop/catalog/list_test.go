package catalog_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"floresya/internal/fault"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/money"
)

// fold is the tests' own idea of comparable texts.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if r < 0x300 || r > 0x36f {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// known is a product as the tests remember it, with the age of its batch and the names of its active occasions.
type known struct {
	catalog.NewProduct
	batch     int
	occasions []catalog.OccasionDetails
}

func (k known) searched() []string {
	texts := []string{k.Name, k.NameEN, k.Summary, k.SummaryEN, k.Description, k.DescriptionEN, k.SKU}
	for _, o := range k.occasions {
		texts = append(texts, o.Name, o.NameEN)
	}
	return texts
}

func (k known) matches(f catalog.Filter, ids map[string]int) bool {
	within := func(s string) bool { return strings.Contains(fold(s), fold(strings.TrimSpace(f.Search))) }
	occasion, err := 0, error(nil)
	if f.Occasion != "" {
		if occasion = ids[f.Occasion]; occasion == 0 {
			_, err = fmt.Sscanf(f.Occasion+" ", "%d ", &occasion)
		}
	}
	linked := f.Occasion == "" || err == nil && slices.ContainsFunc(k.occasions, func(o catalog.OccasionDetails) bool { return ids[o.Slug] == occasion })
	return (!k.Inactive || f.IncludeInactive) && linked && (strings.TrimSpace(f.Search) == "" || slices.ContainsFunc(k.searched(), within)) &&
		(f.SKU == "" || strings.EqualFold(f.SKU, k.SKU)) &&
		(f.PriceMin == nil || k.PriceUSD >= *f.PriceMin) && (f.PriceMax == nil || k.PriceUSD <= *f.PriceMax) &&
		(f.Featured == nil || *f.Featured == (k.CarouselOrder > 0))
}

func (k known) compare(o known, by catalog.Sort) int {
	slot := func(n int) int { return cmp.Or(n, 99) }
	order := map[catalog.Sort]int{
		catalog.SortPriceAsc: cmp.Compare(k.PriceUSD, o.PriceUSD), catalog.SortPriceDesc: cmp.Compare(o.PriceUSD, k.PriceUSD),
		catalog.SortNameAsc: cmp.Compare(fold(k.Name), fold(o.Name)), catalog.SortNameDesc: cmp.Compare(fold(o.Name), fold(k.Name)),
		catalog.SortStockAsc: cmp.Compare(k.Stock, o.Stock), catalog.SortStockDesc: cmp.Compare(o.Stock, k.Stock),
		catalog.SortCarousel: cmp.Compare(slot(k.CarouselOrder), slot(o.CarouselOrder)),
	}
	first, sorted := order[by]
	if !sorted {
		first = cmp.Compare(o.batch, k.batch)
	}
	return cmp.Or(first, cmp.Compare(o.ID, k.ID))
}

// assortment fills a shop with products whose texts overlap in many ways, in a few batches.
func assortment(t *testing.T, s shop) ([]known, map[string]int) {
	t.Helper()
	details := []catalog.OccasionDetails{{Name: "Cumpleaños", NameEN: "Birthday", Slug: "cumpleanos", Active: true},
		{Name: "Día de la madre", Slug: "dia-de-la-madre", Active: true}, {Name: "Boda", Slug: "boda", Active: true}, {Name: "Oculta", Slug: "oculta"}}
	ids := map[string]int{}
	for _, d := range details {
		id, err := s.CreateOccasion(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if d.Active {
			ids[d.Slug] = id
		}
	}
	words := []string{"Rosa", "rosas", "Ñandú", "Canción", "CANCION", "50% menos", "azul_claro", "Peonía", "Día", `barra\invertida`, "Niño", "ünica"}
	random := rand.New(rand.NewPCG(7, 7))
	pick := func() string { return words[random.IntN(len(words))] }
	var all []known
	for batch := range 3 {
		var list []known
		for i := range 20 {
			n := catalog.NewProduct{Stock: random.IntN(5), Inactive: random.IntN(5) == 0, Details: catalog.Details{Name: pick() + " " + pick(),
				PriceUSD: money.USD(1000 * (1 + random.IntN(6)))}}
			for _, field := range []*string{&n.NameEN, &n.Summary, &n.SummaryEN, &n.Description, &n.DescriptionEN} {
				if random.IntN(3) == 0 {
					*field = pick()
				}
			}
			if random.IntN(2) == 0 {
				n.SKU = fmt.Sprintf("Fy-%d%02d", batch, i)
			}
			if i < 2 {
				n.CarouselOrder = 1 + 2*batch + i
			}
			k := known{NewProduct: n, batch: batch}
			for j, d := range details {
				if random.IntN(3) == 0 {
					k.Occasions = append(k.Occasions, j+1)
					if d.Active {
						k.occasions = append(k.occasions, d)
					}
				}
			}
			list = append(list, k)
		}
		news := make([]catalog.NewProduct, len(list))
		for i := range list {
			news[i] = list[i].NewProduct
		}
		made, err := s.CreateMany(t.Context(), news)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			list[i].ID = made[i]
		}
		all = append(all, list...)
	}
	return all, ids
}

func filters() *rapid.Generator[catalog.Filter] {
	return rapid.Custom(func(t *rapid.T) catalog.Filter {
		maybe := func(name string, g *rapid.Generator[string]) string {
			if rapid.IntRange(0, 2).Draw(t, name+"?") > 0 {
				return ""
			}
			return g.Draw(t, name)
		}
		f := catalog.Filter{
			Search: maybe("search", rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("aáÁnñosrR %_\\")), 1, 3, -1),
				rapid.SampledFrom([]string{"cancion", "CANCIÓN", "nandu", "50%", "_", `\`, "birth", "dia de", "fy-1", "rosa", "oculta", "a\nr"}))),
			Occasion:        maybe("occasion", rapid.SampledFrom([]string{"cumpleanos", "boda", "oculta", "nadie", "1", "2", "4", "99"})),
			SKU:             maybe("sku", rapid.SampledFrom([]string{"fy-001", "FY-103", "fy-2", "%"})),
			Sort:            catalog.Sort(rapid.SampledFrom([]string{"", "created_desc", "price_asc", "price_desc", "name_asc", "name_desc", "carousel_order", "stock_asc", "stock_desc", "rating_desc"}).Draw(t, "sort")),
			Limit:           rapid.SampledFrom([]int{0, 1, 7, 1000, 5000}).Draw(t, "limit"),
			Offset:          rapid.SampledFrom([]int{0, 0, 3, 100}).Draw(t, "offset"),
			IncludeInactive: rapid.Bool().Draw(t, "inactive"),
		}
		price := func(name string) *money.USD {
			if rapid.Bool().Draw(t, name+"?") {
				return nil
			}
			return ptr(money.USD(rapid.SampledFrom([]int64{0, 1000, 2999, 3000, 99999}).Draw(t, name)))
		}
		f.PriceMin, f.PriceMax = price("min"), price("max")
		if rapid.IntRange(0, 2).Draw(t, "featured?") == 0 {
			f.Featured = ptr(rapid.Bool().Draw(t, "featured"))
		}
		return f
	})
}

func TestListsAreWhatAPlainFilterGives(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	all, ids := assortment(t, s)
	rapid.Check(t, func(rt *rapid.T) {
		f := filters().Draw(rt, "filter")
		var want []known
		for _, k := range all {
			if k.matches(f, ids) {
				want = append(want, k)
			}
		}
		slices.SortFunc(want, func(a, b known) int { return a.compare(b, f.Sort) })
		if n, err := s.Count(t.Context(), f); err != nil || n != len(want) {
			rt.Fatalf("count: got %d, %v; want %d", n, err, len(want))
		}
		want = want[min(f.Offset, len(want)):]
		if f.Limit > 0 {
			want = want[:min(f.Limit, len(want))]
		}
		got, err := s.List(t.Context(), f)
		if err != nil {
			rt.Fatal(err)
		}
		if names(got) != names(plain(want)) {
			rt.Fatalf("got\n%s\nwant\n%s", names(got), names(plain(want)))
		}
	})
}

func plain(list []known) []catalog.Product {
	var products []catalog.Product
	for _, k := range list {
		products = append(products, catalog.Product{ID: k.ID, Name: k.Name})
	}
	return products
}

func names(list []catalog.Product) string {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "%d %s\n", p.ID, p.Name)
	}
	return b.String()
}

func TestSearchFollowsEveryChangeOfItsTexts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	occasion, err := s.CreateOccasion(t.Context(), catalog.OccasionDetails{Name: "Navidad", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	id := s.add(t, product("Canción"))
	steps := []struct {
		change func() error
		word   string
		found  bool
	}{
		{func() error { return nil }, "CANCION", true},
		{func() error { return s.Update(t.Context(), id, catalog.ProductChange{Name: ptr("Sol de tarde")}) }, "cancion", false},
		{func() error { return s.Update(t.Context(), id, catalog.ProductChange{SKU: ptr("FY-9.1")}) }, "fy-9.", true},
		{func() error { return s.SetOccasions(t.Context(), id, []int{occasion}) }, "navidad", true},
		{func() error {
			return s.UpdateOccasion(t.Context(), occasion, catalog.OccasionChange{Name: ptr("Año Nuevo")})
		}, "navidad", false},
		{func() error { return s.LinkOccasion(t.Context(), s.add(t, product("Otra")), occasion) }, "ano nuevo", true},
		{func() error { return s.DeactivateOccasion(t.Context(), occasion) }, "ano nuevo", false},
		{func() error { return s.ReactivateOccasion(t.Context(), occasion) }, "ano nuevo", true},
		{func() error { return s.SetOccasions(t.Context(), id, nil) }, "ano nuevo sol", false},
		{func() error { return nil }, "sol de tarde", true},
	}
	for i, step := range steps {
		if err := step.change(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if n, err := s.Count(t.Context(), catalog.Filter{Search: step.word}); err != nil || (n > 0) != step.found {
			t.Errorf("step %d: %q finds %d products (%v), want found %v", i, step.word, n, err, step.found)
		}
	}
}

func TestImpossibleFiltersNameTheirFields(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for path, f := range map[string]catalog.Filter{
		"search": {Search: "a\x00b"}, "occasion": {Occasion: "\xff"}, "sku": {SKU: strings.Repeat("x", 256)}, "limit": {Limit: -1},
		"offset": {Offset: -1}, "price_min": {PriceMin: ptr(money.USD(-1))}, "price_max": {PriceMax: ptr(money.USD(-1))},
	} {
		_, err := s.List(t.Context(), f)
		if e := fault.Of(err); err == nil || e.Kind != fault.Invalid || e.Fields[0].Path != path {
			t.Errorf("%s: got %v", path, err)
		}
	}
}
