// Package demo holds the demo shop: 48 bouquets, their words and their pictures.
//
// tools/pictures draws and cuts the pictures (make gen-pictures) and writes catalogue.json; both are embedded. The
// drawing is the original, 4:5, as a photograph would be; the four squares are centre crops of it. Seed fills a shop with
// them the way its people would: through storage and the catalogue's commands.
package demo

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/go-json-experiment/json"
)

//go:embed catalogue.json pictures
var files embed.FS

// MIME types of the pictures.
const (
	DrawingMIME = "image/svg+xml"
	SquareMIME  = "image/webp"
)

// Size names one of the squares of a product picture.
type Size string

// The four squares: 150, 300, 600 and 1200 pixels.
const (
	Thumb  Size = "thumb"
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Sizes returns the four squares, smallest first.
func Sizes() []Size { return []Size{Thumb, Small, Medium, Large} }

// Text is one sentence in both languages.
type Text struct {
	ES string `json:"es"`
	EN string `json:"en"`
}

// Product is one bouquet. Ids count from 1 without gaps.
type Product struct {
	ID          int64    `json:"id"`
	Slug        string   `json:"slug"` // also the name of its pictures
	Name        Text     `json:"name"`
	Description Text     `json:"description"`
	Occasions   []string `json:"occasions"` // slugs
	Species     []string `json:"species"`   // the flowers and leaves drawn, focal flower first
	Wrap        string   `json:"wrap"`      // papel, jarron, caja …
	PriceUSD    string   `json:"price_usd"` // decimal, two places
}

// Products returns the catalogue in the order of ids.
func Products() ([]Product, error) {
	data, err := files.ReadFile("catalogue.json")
	if err != nil {
		return nil, err
	}
	var products []Product
	if err := json.UnmarshalRead(bytes.NewReader(data), &products, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("demo catalogue: %w", err)
	}
	return products, nil
}

// Drawing returns the SVG of the product with slug, 800 × 1000.
func Drawing(slug string) ([]byte, error) {
	return files.ReadFile("pictures/drawing/" + slug + ".svg")
}

// Square returns one of the four WebP squares of the product with slug.
func Square(slug string, size Size) ([]byte, error) {
	return files.ReadFile("pictures/" + string(size) + "/" + slug + ".webp")
}
