package orders_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"floresya/internal/shop/orders"
)

// BenchmarkPlace places orders of two products from many callers; the neighbour with minimal SQL is in test/bench.
func BenchmarkPlace(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			s := newShop(b, orders.Config{})
			if _, err := s.pool.Exec(b.Context(), `insert into products (id, slug, name, price_usd, stock, version, created_at, updated_at)
				select n, 'p-' || n, 'Ramo ' || n, 10, 100000, 1, now(), now() from generate_series(11, 1000) n`); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetParallelism((callers + 1) / 2)
			var n atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p := bouquet(int(n.Add(7)%900)+20, 1)
					p.Lines = append(p.Lines, orders.Line{ProductID: p.Lines[0].ProductID + 1, Quantity: 1})
					if _, err := s.Place(b.Context(), p); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}
