package api

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"floresya/internal/shop/money"
)

func TestProductsAreWrittenAsTheirTagsSay(t *testing.T) {
	words := rapid.StringOfN(rapid.RuneFrom([]rune("aéñ\"\\\n<>&😀 \u2028")), 0, 20, -1)
	moment := rapid.Custom(func(t *rapid.T) instant {
		return instant(time.UnixMicro(rapid.Int64Range(1, 4e15).Draw(t, "µs")).UTC())
	})
	image := rapid.Custom(func(t *rapid.T) Image {
		return Image{ID: rapid.Int().Draw(t, "id"), URL: words.Draw(t, "url"), Size: "thumb", Primary: rapid.Bool().Draw(t, "primary"),
			CreatedAt: moment.Draw(t, "created"), UpdatedAt: moment.Draw(t, "updated")}
	})
	rapid.Check(t, func(t *rapid.T) {
		p := Product{ID: rapid.IntRange(1, maxID).Draw(t, "id"), Name: words.Draw(t, "name"), Summary: text(words.Draw(t, "summary")),
			Description: text(words.Draw(t, "description")), PriceUSD: money.USD(rapid.Int64Range(0, 1e10).Draw(t, "usd")),
			PriceVES: bolivares(rapid.Int64Range(0, 1e15).Draw(t, "ves")), Stock: rapid.Int().Draw(t, "stock"), SKU: text(words.Draw(t, "sku")),
			Active: rapid.Bool().Draw(t, "active"), CarouselOrder: number(rapid.IntRange(0, 7).Draw(t, "slot")),
			CreatedAt: moment.Draw(t, "created"), UpdatedAt: moment.Draw(t, "updated")}
		if rapid.Bool().Draw(t, "sized") {
			p.ImageSmall, p.ImageThumb = new(text(words.Draw(t, "small"))), new(text(""))
		}
		if rapid.Bool().Draw(t, "with images") {
			p.Images = rapid.SliceOfN(image, 0, 3).Draw(t, "images")
		}
		want, err := json.Marshal([]Product{p, p})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(productList{p, p}.AppendJSON(nil)); got != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func BenchmarkProductList(b *testing.B) {
	list := make([]Product, 20)
	for i := range list {
		list[i] = Product{ID: i, Name: "Rosas de luna", Summary: "Doce rosas", Description: "Doce rosas blancas con eucalipto y una cinta de seda.",
			PriceUSD: 4590, PriceVES: 183600, Stock: 12, SKU: "FY-012", CreatedAt: instant(time.Now()), UpdatedAt: instant(time.Now())}
	}
	b.Run("form=append", func(b *testing.B) {
		b.ReportAllocs()
		var body []byte
		for b.Loop() {
			body = productList(list).AppendJSON(body[:0])
		}
	})
	b.Run("form=reflection", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(list); err != nil {
				b.Fatal(err)
			}
		}
	})
}
