package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/postgres/pgtest"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/money"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// shop is a catalogue on a database of its own.
type shop struct {
	*catalog.Catalog
	db  *postgres.DB
	log *event.Log
}

func newShop(t testing.TB) shop {
	t.Helper()
	return open(t, pgtest.URL(t))
}

func open(t testing.TB, url string) shop {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	registry, err := event.NewRegistry(catalog.Events())
	if err != nil {
		t.Fatal(err)
	}
	log := event.NewLog(db, registry, time.Now)
	return shop{catalog.New(db, log, catalog.NewIds(db)), db, log}
}

// product is a valid one that tests change to their needs.
func product(name string) catalog.NewProduct {
	return catalog.NewProduct{Details: catalog.Details{Name: name, PriceUSD: 2500}, Stock: 10}
}

func (s shop) add(t testing.TB, n catalog.NewProduct) int {
	t.Helper()
	id, err := s.Create(t.Context(), n)
	if err != nil {
		t.Fatalf("create %q: %v", n.Name, err)
	}
	return id
}

func (s shop) one(t testing.TB, id int) catalog.Product {
	t.Helper()
	p, err := s.Product(t.Context(), id, true)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func picture(index int, primary bool) catalog.NewImage {
	n := catalog.NewImage{Index: index, Primary: primary}
	for _, size := range catalog.Sizes() {
		n.Files = append(n.Files, catalog.NewFile{Size: size, URL: fmt.Sprintf("/pictures/%s/%d.webp", size, index),
			Hash: fmt.Sprintf("%064x", index), MIME: "image/webp"})
	}
	return n
}

func wantFault(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	if f := fault.Of(err); err == nil || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, want %v (%s)", err, kind, code)
	}
}

func ptr[T any](v T) *T { return &v }

func TestCreatedProductIsReadBackWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	love, err := s.CreateOccasion(t.Context(), catalog.OccasionDetails{Name: "Amor", NameEN: "Love", Active: true, Color: "#ec4899"})
	if err != nil {
		t.Fatal(err)
	}
	n := product("  Canción de mañana ")
	n.Details = catalog.Details{Name: " Canción de mañana ", NameEN: "Morning song", Summary: "Doce tulipanes", Description: "En papel kraft",
		PriceUSD: 4590, SKU: "FY-001", CarouselOrder: 3, DrawingURL: "/pictures/drawing/x.svg"}
	n.Occasions, n.Images = []int{love}, []catalog.NewImage{picture(2, false), picture(1, true)}
	id := s.add(t, n)

	got := s.one(t, id)
	got.CreatedAt, got.UpdatedAt = time.Time{}, time.Time{}
	want := catalog.Product{ID: id, Slug: "cancion-de-manana", Name: "Canción de mañana", NameEN: "Morning song",
		Summary: "Doce tulipanes", Description: "En papel kraft", PriceUSD: money.USD(4590), Stock: 10, SKU: "FY-001", Active: true,
		Featured: true, CarouselOrder: 3, DrawingURL: "/pictures/drawing/x.svg", Version: 4,
		Images: catalog.Pictures{Thumb: "/pictures/thumb/1.webp", Small: "/pictures/small/1.webp", Medium: "/pictures/medium/1.webp", Large: "/pictures/large/1.webp"}}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	by, err := s.ProductOccasions(t.Context(), []int{id})
	if err != nil || len(by[id]) != 1 || by[id][0].Slug != "amor" || by[id][0].Color != "#ec4899" {
		t.Errorf("occasions: got %+v, %v", by, err)
	}
	files, err := s.Images(t.Context(), id)
	if err != nil || len(files) != 8 {
		t.Fatalf("images: got %d, %v; want 8", len(files), err)
	}
	for i, f := range files {
		if f.Index != i/4+1 || f.Size != catalog.Sizes()[i%4] || f.Primary != (i == 2) {
			t.Errorf("image %d: got %+v", i, f)
		}
	}
}

func TestProductsAreFoundByWhatNamesThem(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	n := product("Araguaney")
	n.SKU = "fy-007"
	id := s.add(t, n)
	for name, find := range map[string]func() (catalog.Product, error){
		"slug": func() (catalog.Product, error) { return s.BySlug(t.Context(), "araguaney") },
		"SKU":  func() (catalog.Product, error) { return s.BySKU(t.Context(), "FY-007") },
		"ids": func() (catalog.Product, error) {
			list, err := s.ByIDs(t.Context(), []int{id, 999})
			return append(list, catalog.Product{})[0], err
		},
	} {
		if p, err := find(); err != nil || p.ID != id {
			t.Errorf("by %s: got %d, %v; want %d", name, p.ID, err, id)
		}
	}
	if err := s.Deactivate(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	_, err := s.BySlug(t.Context(), "araguaney")
	wantFault(t, err, fault.NotFound, "not_found")
	_, err = s.Product(t.Context(), id, false)
	wantFault(t, err, fault.NotFound, "not_found")
	_, err = s.BySlug(t.Context(), "no\x00such\xff")
	wantFault(t, err, fault.NotFound, "not_found")
}

func TestCoversAreProductsThatCanBeShown(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	love, err := s.CreateOccasion(t.Context(), catalog.OccasionDetails{Name: "Amor", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	var shown []int
	for i, change := range []func(*catalog.NewProduct){
		func(n *catalog.NewProduct) {}, // no picture
		func(n *catalog.NewProduct) { n.DrawingURL, n.Inactive = "/a.svg", true },
		func(n *catalog.NewProduct) { n.DrawingURL = "/b.svg" },
		func(n *catalog.NewProduct) { n.Images = []catalog.NewImage{picture(1, true)} },
		func(n *catalog.NewProduct) { n.DrawingURL = "/c.svg" }, // one more than asked for
	} {
		n := product(fmt.Sprintf("Ramo %d", i))
		n.Occasions = []int{love}
		change(&n)
		if id := s.add(t, n); i == 2 || i == 3 {
			shown = append(shown, id)
		}
	}
	covers, err := s.Covers(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, p := range covers[love] {
		got = append(got, p.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(shown) {
		t.Errorf("got products %v, want %v", got, shown)
	}
}
