package store

import (
	"context"
	"time"

	"floresya/internal/shop/money"
	"floresya/internal/web/lang"
)

// Catalogue answers what can be bought.
type Catalogue interface {
	// Products lists active products that match q, and how many match in all.
	Products(ctx context.Context, q Query) (found []Product, total int, err error)
	// Product returns the active product with that slug or, if it is all digits, with that id, else a fault of kind
	// NotFound.
	Product(ctx context.Context, slug string) (Product, error)
	// ByID returns those of the products that are active, in no order. Others are left out.
	ByID(ctx context.Context, ids []int) ([]Product, error)
	// Carousel lists the products of the shop window in its order, at most seven.
	Carousel(ctx context.Context) ([]Product, error)
	// Occasions lists the active occasions in their order.
	Occasions(ctx context.Context) ([]Occasion, error)
	// Illustrated is Occasions with a picture for each that has one.
	Illustrated(ctx context.Context) ([]Occasion, error)
}

// Query says which products a page wants. The zero value means: all, newest first, as many as the service gives.
type Query struct {
	Search   string
	Occasion string    // slug
	MinUSD   money.USD // 0: no lower bound
	MaxUSD   money.USD // 0: no upper bound
	Sort     Sort
	Limit    int
	Offset   int
}

// Sort is an order of the catalogue as it stands in the address.
type Sort string

// The orders of the catalogue.
const (
	Newest   Sort = ""
	Cheapest Sort = "menor"
	Dearest  Sort = "mayor"
	ByName   Sort = "nombre"
)

// Product is what the pages show of a product.
type Product struct {
	ID          int
	Slug        string
	Name        lang.Text
	Summary     lang.Text
	Description lang.Text
	SKU         string
	USD         money.USD
	Stock       int
	Occasions   []string // slugs
	Picture     string   // address of the 4:5 picture, "" if there is none
	Share       string   // address of a square raster picture for links shared elsewhere, "" if there is none
}

// Occasion is a reason to send flowers.
type Occasion struct {
	ID      int
	Slug    string
	Name    lang.Text
	Picture string // of one of its products; "" if there is none or none was asked for
}

// Delivery answers where and when the shop delivers.
type Delivery interface {
	// Zones lists the active zones in their order. Pick-up points are among them.
	Zones(ctx context.Context) ([]Zone, error)
	// Days lists n days from from (a civil day in Caracas), each with its slots by their start and what is free in them for
	// zones.
	Days(ctx context.Context, zones []Zone, from time.Time, n int) ([]Day, error)
}

// Zone is a part of the city with one delivery fee, or a pick-up point.
type Zone struct {
	ID     int
	Name   string
	Pickup bool
	USD    money.USD // fee
}

// Day is one day of the delivery calendar. Date is its midnight in Caracas.
type Day struct {
	Date   time.Time
	Closed bool
	Reason string // why it is closed, for people; may be empty
	Slots  []Slot
}

// Slot is a window of hours with a limited number of places in each zone.
type Slot struct {
	ID       int
	From, To int // minutes after midnight
	Cutoff   time.Time
	Free     map[int]int // by zone id; a zone that is not here is not served in this slot
}

// Rates gives the exchange rate of the day.
type Rates interface {
	// Rate returns the rate in force, or ok = false when there has never been one.
	Rate(ctx context.Context) (rate Rate, ok bool, err error)
}

// Rate is bolívares per dollar as published for a value date.
type Rate struct {
	VES   money.Rate
	Value time.Time
	Stale bool
}

// Settings gives the shop's public settings, such as "contact_whatsapp_main".
type Settings interface {
	Public(ctx context.Context) (map[string]string, error)
}
