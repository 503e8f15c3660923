package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"floresya/internal/shop/catalog"
	"floresya/internal/shop/money"
)

// crowd makes n products that look like those of a shop, with a picture each.
func crowd(b testing.TB, s shop, n int) {
	b.Helper()
	kinds := []string{"Rosa", "Girasol", "Peonía", "Tulipán", "Orquídea", "Lirio", "Hortensia", "Clavel", "Dalia", "Gerbera"}
	forms := []string{"en caja", "en jarrón", "por tallo", "en cesta", "en papel", "en maceta"}
	occasion, err := s.CreateOccasion(b.Context(), catalog.OccasionDetails{Name: "Amor", Slug: "amor", Active: true})
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for from := 0; from < n; from += 1000 {
		list := make([]catalog.NewProduct, min(1000, n-from))
		for i := range list {
			kind, form := kinds[random.IntN(len(kinds))], forms[random.IntN(len(forms))]
			list[i] = catalog.NewProduct{Stock: 20, Images: []catalog.NewImage{picture(1, true)}, Details: catalog.Details{
				Name: fmt.Sprintf("%s %s %d", kind, form, from+i), NameEN: "Bouquet of the day", Summary: kind + " y follaje " + form,
				Description: "Flores frescas del mercado de la mañana, con cinta, tarjeta y papel de seda, listas para regalar.",
				PriceUSD:    money.USD(1000 + random.IntN(9000)), SKU: fmt.Sprintf("FY-%05d", from+i)}}
			if random.IntN(10) == 0 {
				list[i].Occasions = []int{occasion}
			}
		}
		if _, err := s.CreateMany(b.Context(), list); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := s.db.Reader().Exec(b.Context(), `analyze`); err != nil {
		b.Fatal(err)
	}
}

// reads are what shoppers ask for most.
func reads() map[string]catalog.Filter {
	return map[string]catalog.Filter{
		"page": {Limit: 20}, "search": {Search: "peonia", Limit: 20}, "rare": {Search: "Tulipán en caja 7", Limit: 20},
		"two letters": {Search: "zz", Limit: 20}, "occasion": {Occasion: "amor", Limit: 20}, "price": {Sort: catalog.SortPriceAsc, Limit: 20},
		"name": {Sort: catalog.SortNameAsc, Limit: 20},
	}
}

func BenchmarkReads(b *testing.B) {
	for _, size := range []int{1000, 10_000} {
		s := newShop(b)
		crowd(b, s, size)
		b.Run(fmt.Sprintf("product/size=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := s.Product(b.Context(), 1+i%size, false); err != nil {
					b.Fatal(err)
				}
			}
		})
		for name, f := range reads() {
			b.Run(fmt.Sprintf("%s/size=%d", name, size), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.List(b.Context(), f); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
