package main

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"

	"floresya/internal/shop/delivery"
	"floresya/internal/shop/money"
)

type orderBody struct {
	Order orderHead   `json:"order"`
	Items []orderItem `json:"items"`
}

type orderHead struct {
	Email   string       `json:"customer_email"`
	Name    string       `json:"customer_name"`
	Phone   string       `json:"customer_phone"`
	Address string       `json:"delivery_address"`
	Total   money.USD    `json:"total_amount_usd"`
	Zone    int          `json:"zone_id,omitzero"`
	Slot    int          `json:"slot_id,omitzero"`
	Day     delivery.Day `json:"delivery_date,omitzero"`
}

type orderItem struct {
	Product  int       `json:"product_id"`
	Name     string    `json:"product_name"`
	Unit     money.USD `json:"unit_price_usd"`
	Quantity int       `json:"quantity"`
	Subtotal money.USD `json:"subtotal_usd"`
}

func price(product int) money.USD { return money.USD(20_00 + (product-1)%60*100) }

// order is the body of an order of two products; at is its place, nil when the date is to be agreed.
func order(first, second int, at *place) []byte {
	o := orderBody{Order: orderHead{Email: "ana@example.com", Name: "Ana Pérez", Phone: "(+58)-414-1234567",
		Address: "Av. Francisco de Miranda, edificio 3"}}
	for _, p := range []int{first, second} {
		o.Items = append(o.Items, orderItem{Product: p, Name: "Ramo", Unit: price(p), Quantity: 1, Subtotal: price(p)})
		o.Order.Total += price(p)
	}
	if at != nil {
		o.Order.Zone, o.Order.Slot, o.Order.Day = at.key.Zone, at.key.Slot, at.key.Day
		o.Order.Total += at.fee
	}
	body, err := json.Marshal(o)
	if err != nil {
		panic(err) // a struct of numbers and constant texts
	}
	return body
}

// spread is orders all over the catalogue.
func spread(n int64) (int, int) { return int(n*7919%products) + 1, int(n*104729%products) + 1 }

func (b *bench) placing(body func(n int64) []byte) target {
	return post(b.shop.url+"/api/orders", body)
}

// orders measures placing over HTTP against minimal transactions without HTTP.
func (b *bench) orders(ctx context.Context, t *table) error {
	if _, err := b.db.Pgx().Exec(ctx, minimalTables); err != nil {
		return err
	}
	for _, c := range []struct {
		callers int
		limit   float64
	}{{1, 0}, {16, .70}, {64, 1.20}} {
		if err := b.againstMinimal(ctx, t, c.callers, c.limit); err != nil {
			return err
		}
	}
	return b.hot(ctx, t)
}

func (b *bench) againstMinimal(ctx context.Context, t *table, callers int, limit float64) error {
	pool, err := b.pool(ctx, callers)
	if err != nil {
		return err
	}
	defer pool.Close()
	var rate, share, slow []float64
	for range pairs {
		shop, err := load(ctx, callers, length, 201, b.placing(func(n int64) []byte {
			first, second := spread(n)
			return order(first, second, nil)
		}))
		if err != nil {
			return err
		}
		bare, err := measure(ctx, callers, length, func(int64) error { return minimal(ctx, pool) })
		if err != nil {
			return err
		}
		rate = append(rate, shop.perSecond)
		share = append(share, shop.perSecond/bare.perSecond)
		slow = append(slow, float64(shop.p50)/float64(bare.p50))
	}
	if callers == 1 {
		t.add("one order alone, p50", fmt.Sprintf("%.0f/s", median(rate)), fmt.Sprintf("%.2f × the minimal transaction's", median(slow)),
			atMost(median(slow), 2, "%.0f ×"))
		return nil
	}
	t.add(fmt.Sprintf("POST /api/orders, %d callers", callers), fmt.Sprintf("%.0f/s", median(rate)),
		fmt.Sprintf("%.0f %% of minimal SQL, best pool %d", 100*median(share), pool.Config().MaxConns), atLeast(median(share), limit, "%.0f %%", 100))
	return nil
}

// hot compares orders that all want one product, or one slot, with orders spread over all.
func (b *bench) hot(ctx context.Context, t *table) error {
	const callers = 64
	var product, slot []float64
	for i := range pairs {
		run := func(body func(n int64) []byte) (float64, error) {
			r, err := load(ctx, callers, length, 201, b.placing(body))
			return r.perSecond, err
		}
		wide, err := run(func(n int64) []byte { first, second := spread(n); return order(first, second, nil) })
		if err != nil {
			return err
		}
		one, err := run(func(n int64) []byte { _, second := spread(n); return order(i+1, second, nil) })
		if err != nil {
			return err
		}
		places, err := run(func(n int64) []byte {
			first, second := spread(n)
			return order(first, second, &b.places[len(b.places)-1-int(n)%(len(b.places)/2)])
		})
		if err != nil {
			return err
		}
		onePlace, err := run(func(n int64) []byte { first, second := spread(n); return order(first, second, &b.places[i]) })
		if err != nil {
			return err
		}
		product, slot = append(product, one/wide), append(slot, onePlace/places)
	}
	t.add("hot product, 64 callers", "", fmt.Sprintf("%.0f %% of spread", 100*median(product)), atLeast(median(product), .80, "%.0f %%", 100))
	t.add("hot slot, 64 callers", "", fmt.Sprintf("%.0f %% of spread", 100*median(slot)), atLeast(median(slot), .80, "%.0f %%", 100))
	return nil
}
