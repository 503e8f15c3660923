package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
)

// connections is how many callers read at once.
const connections = 16

// reads measures catalogue reads against the bare server.
func (b *bench) reads(ctx context.Context, t *table) error {
	cases := []struct {
		name, path string
		limit      float64 // of the bare server's requests per second
	}{
		{"GET /api/products?limit=20", "/api/products?limit=20", .09},
		{"GET /api/products/{id}", "/api/products/500", .30},
		{"search of one word", "/api/products?search=girasoles&limit=20", .06},
		{"catalogue page (HTML)", "/catalogo", 0},
	}
	var sizes []string
	for _, c := range cases {
		size, err := bodySize(ctx, b.shop.url+c.path)
		if err != nil {
			return err
		}
		sizes = append(sizes, strconv.Itoa(size))
	}
	neighbour, err := start(ctx, os.Args[0], append([]string{"bare"}, sizes...)...)
	if err != nil {
		return err
	}
	defer neighbour.stop() //nolint:errcheck // it holds nothing
	for i, c := range cases {
		var rate, share, slow []float64
		for range pairs {
			shop, err := load(ctx, connections, length, 200, get(b.shop.url+c.path))
			if err != nil {
				return err
			}
			bare, err := load(ctx, connections, length, 200, get(neighbour.url+"/"+sizes[i]))
			if err != nil {
				return err
			}
			rate = append(rate, shop.perSecond)
			share = append(share, shop.perSecond/bare.perSecond)
			slow = append(slow, float64(shop.p99)/float64(bare.p99))
		}
		if c.limit > 0 {
			t.add(c.name, fmt.Sprintf("%.0f/s", median(rate)), fmt.Sprintf("%.1f %% of bare net/http", 100*median(share)),
				atLeast(median(share), c.limit, "%.0f %%", 100))
			continue
		}
		t.add(c.name+", p99", fmt.Sprintf("%.0f/s", median(rate)), fmt.Sprintf("%.1f × bare net/http's p99", median(slow)),
			atMost(median(slow), 10, "%.0f ×"))
	}
	memory, err := b.shop.residentMB()
	if err != nil {
		return err
	}
	t.add("resident memory after reads", fmt.Sprintf("%.0f MB", memory), "", atMost(memory, 150, "%.0f MB"))
	return nil
}
