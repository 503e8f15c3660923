package store_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"floresya/internal/demo"
	"floresya/internal/fault"
	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
	"floresya/internal/web/store"
)

// Shop is a small shop in memory: the demo bouquets, some days of zones and slots, a rate, and orders that are kept in a
// map. It refuses what a real shop would refuse where a page must show it. Its exported fields are for the test to set
// between requests.
type Shop struct {
	Now    time.Time
	Today  store.Rate // the rate of the day; zero: none was ever known
	Broken error      // every answer fails with it, unless nil
	Refuse error      // Place and Submit fail with it, unless nil

	products []store.Product

	mu     sync.Mutex
	orders map[string]*store.Order // by token
	keys   map[string]string       // token by idempotency key
	proofs map[string]bool         // idempotency keys of proofs
}

// The shop is what the storefront asks.
var (
	_ store.Catalogue = (*Shop)(nil)
	_ store.Delivery  = (*Shop)(nil)
	_ store.Rates     = Rates{}
	_ store.Settings  = (*Shop)(nil)
	_ store.Orders    = (*Shop)(nil)
	_ store.Payments  = (*Shop)(nil)
)

// New makes a shop whose clock stands at now.
func New(now time.Time) (*Shop, error) {
	s := &Shop{Now: now, orders: map[string]*store.Order{}, keys: map[string]string{}, proofs: map[string]bool{}}
	s.Today = store.Rate{VES: 243_800_000, Value: now}
	products, err := demo.Products()
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		price, err := strconv.ParseFloat(p.PriceUSD, 64)
		if err != nil {
			return nil, err
		}
		text := lang.Text{ES: p.Description.ES, EN: p.Description.EN}
		s.products = append(s.products, store.Product{
			ID: int(p.ID), Slug: p.Slug, Name: lang.Text{ES: p.Name.ES, EN: p.Name.EN}, Summary: text, Description: text,
			USD: money.USD(price*100 + .5), Stock: 12 - int(p.ID*7%13), SKU: fmt.Sprintf("FY-%03d", p.ID),
			Occasions: p.Occasions, Picture: "/img/" + p.Slug + ".svg", Share: "/img/" + p.Slug + ".webp",
		})
	}
	s.products[1].Stock = 30
	return s, nil
}

// SetStock changes how many pieces of a product are left.
func (s *Shop) SetStock(id, n int) { s.products[id-1].Stock = n }

// Products filters and sorts as the catalogue does.
func (s *Shop) Products(_ context.Context, q store.Query) ([]store.Product, int, error) {
	var found []store.Product
	for _, p := range s.products {
		text := strings.ToLower(p.Name.ES + " " + p.Summary.ES)
		if strings.Contains(text, strings.ToLower(q.Search)) && p.USD >= q.MinUSD && (q.MaxUSD == 0 || p.USD <= q.MaxUSD) &&
			(q.Occasion == "" || slices.Contains(p.Occasions, q.Occasion)) {
			found = append(found, p)
		}
	}
	switch q.Sort {
	case store.Cheapest:
		slices.SortStableFunc(found, func(a, b store.Product) int { return int(a.USD - b.USD) })
	case store.Dearest:
		slices.SortStableFunc(found, func(a, b store.Product) int { return int(b.USD - a.USD) })
	case store.ByName:
		slices.SortStableFunc(found, func(a, b store.Product) int { return strings.Compare(a.Name.ES, b.Name.ES) })
	case store.Newest:
	}
	total := len(found)
	found = found[min(q.Offset, total):]
	if q.Limit > 0 {
		found = found[:min(q.Limit, len(found))]
	}
	return found, total, s.Broken
}

// Product finds by slug or id.
func (s *Shop) Product(_ context.Context, slug string) (store.Product, error) {
	for _, p := range s.products {
		if p.Slug == slug || strconv.Itoa(p.ID) == slug {
			return p, s.Broken
		}
	}
	return store.Product{}, fault.NotFoundf("product not found")
}

// ByID finds several.
func (s *Shop) ByID(_ context.Context, ids []int) ([]store.Product, error) {
	var found []store.Product
	for _, p := range s.products {
		if slices.Contains(ids, p.ID) {
			found = append(found, p)
		}
	}
	return found, s.Broken
}

// Carousel is seven products.
func (s *Shop) Carousel(context.Context) ([]store.Product, error) {
	return []store.Product{s.products[0], s.products[1], s.products[6], s.products[33], s.products[14], s.products[3],
		s.products[19]}, s.Broken
}

// Illustrated are the same.
func (s *Shop) Illustrated(ctx context.Context) ([]store.Occasion, error) { return s.Occasions(ctx) }

// Occasions are four of the demo shop's.
func (s *Shop) Occasions(context.Context) ([]store.Occasion, error) {
	all := []store.Occasion{
		{Slug: "cumpleanos", Name: lang.Text{ES: "Cumpleaños", EN: "Birthday"}},
		{Slug: "amor", Name: lang.Text{ES: "Amor", EN: "Love"}},
		{Slug: "aniversario", Name: lang.Text{ES: "Aniversario", EN: "Anniversary"}},
		{Slug: "madres", Name: lang.Text{ES: "Para mamá"}},
		{Slug: "nacimiento", Name: lang.Text{ES: "Nacimiento", EN: "New baby"}},
		{Slug: "graduacion", Name: lang.Text{ES: "Grado", EN: "Graduation"}},
		{Slug: "gracias", Name: lang.Text{ES: "Gracias", EN: "Thank you"}},
		{Slug: "recuperacion", Name: lang.Text{ES: "Recupérate", EN: "Get well"}},
		{Slug: "boda", Name: lang.Text{ES: "Boda", EN: "Wedding"}},
		{Slug: "condolencias", Name: lang.Text{ES: "Condolencias", EN: "Sympathy"}},
	}
	for i := range all {
		for _, p := range s.products {
			if slices.Contains(p.Occasions, all[i].Slug) {
				all[i].Picture = p.Picture
			}
		}
	}
	return all, s.Broken
}

// Zones are three with different fees and a pick-up point.
func (s *Shop) Zones(context.Context) ([]store.Zone, error) {
	return []store.Zone{
		{ID: 1, Name: "Chacao", USD: 300}, {ID: 2, Name: "Los Palos Grandes", USD: 300}, {ID: 3, Name: "Las Mercedes", USD: 400},
		{ID: 4, Name: "El Hatillo", USD: 900}, {ID: 5, Name: "Retiro en la tienda", Pickup: true},
	}, s.Broken
}

// Days have three slots each; Sundays are closed, the second day is full at noon, El Hatillo is reached in the morning
// only, and the fourth day is full in Chacao.
func (s *Shop) Days(_ context.Context, _ []store.Zone, from time.Time, n int) ([]store.Day, error) {
	var days []store.Day
	for i := range n {
		date := from.AddDate(0, 0, i)
		day := store.Day{Date: date}
		if date.Weekday() == time.Sunday {
			day.Closed, day.Reason = true, "Domingo"
		} else {
			for k, hours := range [][2]int{{540, 720}, {720, 900}, {900, 1080}} {
				free := map[int]int{1: 5, 2: 4, 3: 6, 5: 10}
				if k == 0 {
					free[4] = 2
				}
				if i == 1 && k == 1 {
					free = map[int]int{1: 0, 2: 0, 3: 0, 5: 0}
				}
				if i == 3 {
					free[1] = 0
				}
				day.Slots = append(day.Slots, store.Slot{ID: int(date.Weekday())*10 + k + 1, From: hours[0], To: hours[1],
					Cutoff: date.Add(time.Duration(hours[0]-60) * time.Minute), Free: free})
			}
		}
		days = append(days, day)
	}
	return days, s.Broken
}

// Rates answers with the shop's rate; a type of its own because of the name of its method.
type Rates struct{ Shop *Shop }

// Rate is the rate of the day.
func (r Rates) Rate(context.Context) (store.Rate, bool, error) {
	return r.Shop.Today, r.Shop.Today.VES > 0, r.Shop.Broken
}

// Public are a few settings.
func (s *Shop) Public(context.Context) (map[string]string, error) {
	return map[string]string{"contact_whatsapp_main": "+58 400-0000000", "contact_location_address": "Caracas",
		"contact_hours_weekday": "8 a. m. a 6 p. m."}, s.Broken
}
