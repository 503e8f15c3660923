package demo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/image/webp"
)

func TestCatalogueIsCompleteInBothLanguages(t *testing.T) {
	products := catalogue(t)
	if len(products) != 48 {
		t.Errorf("got %d products, want 48", len(products))
	}
	price, seen := regexp.MustCompile(`^[1-9][0-9]*\.[0-9]{2}$`), map[string]bool{}
	for i, p := range products {
		if p.ID != int64(i+1) {
			t.Errorf("%s: got id %d, want %d", p.Slug, p.ID, i+1)
		}
		if seen[p.Slug] || p.Slug == "" {
			t.Errorf("slug %q is empty or used twice", p.Slug)
		}
		seen[p.Slug] = true
		for what, text := range map[string]string{
			"name.es": p.Name.ES, "name.en": p.Name.EN, "description.es": p.Description.ES, "description.en": p.Description.EN,
		} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", p.Slug, what)
			}
		}
		if !price.MatchString(p.PriceUSD) {
			t.Errorf("%s: price %q is no decimal with two places", p.Slug, p.PriceUSD)
		}
		if len(p.Occasions) == 0 || len(p.Species) == 0 {
			t.Errorf("%s: got occasions %v and species %v, want some of both", p.Slug, p.Occasions, p.Species)
		}
	}
}

func TestEveryProductHasItsFourSquares(t *testing.T) {
	sides := map[Size]int{Thumb: 150, Small: 300, Medium: 600, Large: 1200}
	for _, p := range catalogue(t) {
		for _, size := range Sizes() {
			data, err := Square(p.Slug, size)
			if err != nil {
				t.Error(err)
				continue
			}
			config, err := webp.DecodeConfig(bytes.NewReader(data))
			if err == nil && size == Thumb { // the pixels of each would take their time
				_, err = webp.Decode(bytes.NewReader(data))
			}
			if err != nil {
				t.Errorf("%s %s: %v", p.Slug, size, err)
				continue
			}
			if want := sides[size]; config.Width != want || config.Height != want {
				t.Errorf("%s %s: got %d × %d, want %d", p.Slug, size, config.Width, config.Height, want)
			}
		}
	}
}

// A drawing is shown as a document of its own, so it must neither run nor fetch anything.
func TestDrawingsAreInert(t *testing.T) {
	for _, p := range catalogue(t) {
		svg, err := Drawing(p.Slug)
		if err != nil {
			t.Error(err)
			continue
		}
		decoder := xml.NewDecoder(bytes.NewReader(svg))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", p.Slug, err)
				break
			}
			if element, ok := token.(xml.StartElement); ok {
				inert(t, p.Slug, element)
			}
		}
	}
}

func inert(t *testing.T, slug string, element xml.StartElement) {
	t.Helper()
	switch element.Name.Local {
	case "script", "foreignObject", "image", "a", "iframe":
		t.Errorf("%s: element %s", slug, element.Name.Local)
	}
	for _, a := range element.Attr {
		if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") {
			t.Errorf("%s: handler %s", slug, a.Name.Local)
		}
		if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") {
			t.Errorf("%s: reference %q leads outside", slug, a.Value)
		}
	}
}

func TestPicturesStayInTheirBudget(t *testing.T) {
	const budget = 10 << 20
	var total int64
	err := fs.WalkDir(files, ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil || total > budget {
		t.Errorf("got %d bytes (%v), want at most %d", total, err, budget)
	}
}

func TestUnknownSlugIsAnError(t *testing.T) {
	if _, err := Drawing("../catalogue"); err == nil {
		t.Error("a path out of the pictures was opened")
	}
	if _, err := Square("no-such-bouquet", Small); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}

func catalogue(t *testing.T) []Product {
	t.Helper()
	products, err := Products()
	if err != nil {
		t.Fatal(err)
	}
	return products
}
