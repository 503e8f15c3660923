package catalog

import (
	"time"

	"floresya/internal/shop/money"
)

// Product is one thing to buy. "" stands for a text that is not there, 0 for no slot of the carousel.
type Product struct {
	ID                         int
	Slug                       string
	Name, NameEN               string
	Summary, SummaryEN         string
	Description, DescriptionEN string
	PriceUSD                   money.USD
	PriceVES                   money.VES // by the rate in force when it was read; 0: there was none
	Stock                      int       // what can still be sold
	Reserved                   int       // held by unpaid orders
	SKU                        string
	Active, Featured           bool
	CarouselOrder              int // 1..7, 0 when not featured
	DrawingURL                 string
	Images                     Pictures
	Version                    int
	CreatedAt, UpdatedAt       time.Time
}

// Pictures are the addresses of one picture in four sizes: the primary one, else the first. A size that is missing is the
// nearest there is; all are "" without any picture.
type Pictures struct{ Thumb, Small, Medium, Large string }

// Occasion is a reason to give flowers.
type Occasion struct {
	ID                   int
	Name, NameEN         string
	Slug                 string
	Description          string
	Icon, Color          string // name of an icon; "#rrggbb"
	Active               bool
	DisplayOrder         int
	Version              int
	CreatedAt, UpdatedAt time.Time
}

// Image is one file of one picture of a product.
type Image struct {
	ID, ProductID        int
	Index                int    // which picture: 1..5
	Size                 string // thumb, small, medium, large
	URL, Hash, MIME      string // Hash is the SHA-256 of the original in hex
	Primary, Active      bool
	CreatedAt, UpdatedAt time.Time
}

// Bounds of the catalogue.
const (
	MaxStock         = 100_000
	CarouselSlots    = 7
	ImagesPerProduct = 5
	MaxLimit         = 1000                     // rows of one list
	MaxPrice         = money.USD(9_999_999_999) // 99,999,999.99
)
