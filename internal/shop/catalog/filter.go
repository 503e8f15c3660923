package catalog

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"floresya/internal/fault"
	"floresya/internal/shop/money"
)

// Sort is an order of products; ties go by id, newest first. An unknown one is SortNewest.
type Sort string

// The orders of a list.
const (
	SortNewest    Sort = "created_desc"
	SortPriceAsc  Sort = "price_asc"
	SortPriceDesc Sort = "price_desc"
	SortNameAsc   Sort = "name_asc"
	SortNameDesc  Sort = "name_desc"
	SortCarousel  Sort = "carousel_order"
	SortStockAsc  Sort = "stock_asc"
	SortStockDesc Sort = "stock_desc"
)

// Filter chooses products. The zero value is every active product, newest first.
type Filter struct {
	Search             string // part of the name, texts, SKU or an occasion; case and accents do not count
	Occasion           string // slug, or id in digits; an unknown or inactive one has no products
	SKU                string // all of it, without regard to case
	PriceMin, PriceMax *money.USD
	Featured           *bool
	Sort               Sort
	Limit, Offset      int // Limit 0 is all, at most MaxLimit
	IncludeInactive    bool
}

func (f Filter) check() error {
	var c fault.Checker
	c.Check(plain(f.Search, 255), "search", "La búsqueda tiene más de 255 letras o signos que no se pueden leer.")
	c.Check(plain(f.Occasion, 100), "occasion", "occasion: at most 100 readable characters")
	c.Check(plain(f.SKU, 255), "sku", "sku: at most 255 readable characters")
	c.Check(f.PriceMin == nil || *f.PriceMin >= 0, "price_min", "El precio mínimo no puede ser negativo.")
	c.Check(f.PriceMax == nil || *f.PriceMax >= 0, "price_max", "El precio máximo no puede ser negativo.")
	c.Check(f.Limit >= 0, "limit", "limit: 0 or more")
	c.Check(f.Offset >= 0, "offset", "offset: 0 or more")
	return c.Err()
}

// plain reports whether s can be stored and searched: valid UTF-8 of at most n characters without control characters
// other than line breaks and tabs.
func plain(s string, n int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= n && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f
	})
}

// clauses are the conditions of a statement with their arguments.
type clauses struct {
	where []string
	args  []any
}

// add appends a condition whose %s is the place of arg.
func (c *clauses) add(condition string, arg any) {
	c.args = append(c.args, arg)
	c.where = append(c.where, fmt.Sprintf(condition, "$"+strconv.Itoa(len(c.args))))
}

func (c *clauses) String() string {
	if len(c.where) == 0 {
		return ""
	}
	return " where " + strings.Join(c.where, " and ")
}

// A search finds a part of search_text. The word is folded once, in a subquery of its own: folding it in the condition would
// fold it for every row. A word of at least three letters is looked up by its trigrams; a shorter one has none, and looking
// at every row is several times faster than reading the whole index for it.
const (
	byTrigrams = `p.search_text like (select '%%' || replace(replace(replace(fold(%s), '\', '\\'), '%%', '\%%'), '_', '\_') || '%%')`
	byLetters  = `strpos(p.search_text, (select fold(%s))) > 0`
)

// matching is the condition that suits a search.
func matching(search string) string {
	run := 0
	for _, r := range search {
		run++
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			run = 0
		}
		if run == 3 {
			return byTrigrams
		}
	}
	return byLetters
}

// ofOccasion takes a slug, or else an id in digits.
const ofOccasion = `p.id in (select l.product_id from product_occasions l where l.active and l.occasion_id = (
	select o.id from occasions o where o.active and (o.slug = %[1]s or o.id::text = %[1]s) order by o.slug = %[1]s desc limit 1))`

func (f Filter) clauses() *clauses {
	c := &clauses{}
	if !f.IncludeInactive {
		c.where = append(c.where, "p.active")
	}
	if s := strings.TrimSpace(f.Search); s != "" {
		c.add(matching(s), s)
	}
	if s := strings.TrimSpace(f.Occasion); s != "" {
		c.add(ofOccasion, s)
	}
	if s := strings.TrimSpace(f.SKU); s != "" {
		c.add("upper(p.sku) = upper(%s)", s)
	}
	if f.PriceMin != nil {
		c.add("p.price_usd >= %s", *f.PriceMin)
	}
	if f.PriceMax != nil {
		c.add("p.price_usd <= %s", *f.PriceMax)
	}
	if f.Featured != nil {
		c.add("p.featured = %s", *f.Featured)
	}
	return c
}

func (f Filter) order() string {
	switch f.Sort {
	case SortPriceAsc:
		return " order by p.price_usd, p.id desc"
	case SortPriceDesc:
		return " order by p.price_usd desc, p.id desc"
	case SortNameAsc:
		return ` order by fold(p.name) collate "C", p.id desc`
	case SortNameDesc:
		return ` order by fold(p.name) collate "C" desc, p.id desc`
	case SortCarousel:
		return " order by p.carousel_order nulls last, p.id desc"
	case SortStockAsc:
		return " order by p.stock, p.id desc"
	case SortStockDesc:
		return " order by p.stock desc, p.id desc"
	}
	return " order by p.created_at desc, p.id desc"
}

func (f Filter) statement() (string, []any) {
	c := f.clauses()
	limit := MaxLimit
	if f.Limit > 0 && f.Limit < MaxLimit {
		limit = f.Limit
	}
	c.args = append(c.args, limit, f.Offset)
	n := len(c.args)
	return selectProducts + c.String() + f.order() + fmt.Sprintf(" limit $%d offset $%d", n-1, n), c.args
}
