package catalog_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"floresya/internal/event"
	"floresya/internal/fault"
	"floresya/internal/postgres"
	"floresya/internal/shop/catalog"
	"floresya/internal/shop/idempotency"
)

// slots is the ids of the carousel by slot.
func (s shop) slots(t *testing.T) map[int]int {
	t.Helper()
	list, err := s.Carousel(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slots := map[int]int{}
	for _, p := range list {
		slots[p.CarouselOrder] = p.ID
	}
	return slots
}

func (s shop) wantSlots(t *testing.T, want map[int]int) {
	t.Helper()
	got := s.slots(t)
	if len(got) != len(want) {
		t.Errorf("carousel: got %v, want %v", got, want)
	}
	for slot, id := range want {
		if got[slot] != id {
			t.Errorf("slot %d: got product %d, want %d", slot, got[slot], id)
		}
	}
}

func (s shop) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoTakesASlotTurnsItsOccupantOut(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := product("Primera")
	first.CarouselOrder = 1
	a, b := s.add(t, first), s.add(t, product("Segunda"))
	s.must(t, s.SetCarousel(t.Context(), b, 1))
	s.wantSlots(t, map[int]int{1: b})
	if p := s.one(t, a); p.Featured || p.CarouselOrder != 0 || p.Version != 2 {
		t.Errorf("the occupant: got featured %v, slot %d, version %d; want it out at version 2", p.Featured, p.CarouselOrder, p.Version)
	}
	s.must(t, s.SetCarousel(t.Context(), a, 4))
	s.must(t, s.SetCarousel(t.Context(), a, 4)) // its own slot
	s.must(t, s.SetCarousel(t.Context(), b, 4))
	s.wantSlots(t, map[int]int{4: b})
	s.must(t, s.SetCarousel(t.Context(), a, 2))
	third := product("Tercera")
	third.CarouselOrder = 2
	c := s.add(t, third)
	s.wantSlots(t, map[int]int{2: c, 4: b})
	s.must(t, s.Deactivate(t.Context(), c))
	s.must(t, s.Update(t.Context(), b, catalog.ProductChange{Featured: ptr(false)}))
	s.wantSlots(t, nil)
	s.must(t, s.Reactivate(t.Context(), c))
	s.wantSlots(t, nil)

	for _, slot := range []int{-1, 8} {
		if f := fault.Of(s.SetCarousel(t.Context(), a, slot)); f.Kind != fault.Invalid || f.Fields[0].Path != "carousel_order" {
			t.Errorf("slot %d: got %v", slot, f)
		}
	}
	if f := fault.Of(s.Update(t.Context(), a, catalog.ProductChange{Featured: ptr(true)})); f.Kind != fault.Invalid || f.Fields[0].Path != "carousel_order" {
		t.Errorf("featured without a slot: got %v", f)
	}
}

func TestConcurrentTakersOfOneSlotLeaveOne(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var ids []int
	for range 6 {
		ids = append(ids, s.add(t, product("Ramo")))
	}
	var takers sync.WaitGroup
	for _, id := range ids {
		takers.Go(func() {
			for slot := range 3 {
				if err := s.SetCarousel(t.Context(), id, slot+1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	takers.Wait()
	if slots := s.slots(t); slots[3] == 0 {
		t.Errorf("got %v, want somebody in slot 3", slots)
	}
}

func TestSKUsAndSlugsAreUnique(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	n := product("Canción de mañana")
	n.SKU = "FY-001"
	first := s.add(t, n)
	s.must(t, s.Deactivate(t.Context(), first)) // it keeps what it has
	n.SKU = " fy-001 "
	_, err := s.Create(t.Context(), n)
	wantFault(t, err, fault.Conflict, "sku_taken")
	if f := fault.Of(err); !strings.Contains(strings.ToUpper(f.Msg), "FY-001") {
		t.Errorf("the conflict does not name the SKU: %q", f.Msg)
	}
	n.SKU = ""
	second := s.add(t, n)
	wantFault(t, s.Update(t.Context(), second, catalog.ProductChange{SKU: ptr("Fy-001")}), fault.Conflict, "sku_taken")
	s.must(t, s.Update(t.Context(), first, catalog.ProductChange{SKU: ptr("fy-001")})) // its own, written otherwise
	if slug := s.one(t, second).Slug; slug != "cancion-de-manana-2" {
		t.Errorf("got slug %q, want cancion-de-manana-2", slug)
	}
	made, err := s.CreateMany(t.Context(), []catalog.NewProduct{n, n, product("★★")})
	s.must(t, err)
	for i, want := range []string{"cancion-de-manana-3", "cancion-de-manana-4", fmt.Sprintf("producto-%d", made[2])} {
		if slug := s.one(t, made[i]).Slug; slug != want {
			t.Errorf("got slug %q, want %q", slug, want)
		}
	}
	if s.one(t, first).Slug == "" || s.one(t, first).SKU != "fy-001" {
		t.Errorf("got %+v", s.one(t, first))
	}
}

func TestStockIsNeverNegativeAndTheLedgerAddsUp(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.add(t, product("Ramo"))
	var (
		hands   sync.WaitGroup
		refused atomic.Int32
	)
	for hand := range 8 {
		hands.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(hand)))
			for range 12 {
				var err error
				switch random.IntN(3) {
				case 0:
					err = s.SetStock(t.Context(), id, random.IntN(10))
				case 1:
					err = s.Receive(t.Context(), id, 1+random.IntN(4))
				case 2:
					err = s.Waste(t.Context(), id, 1+random.IntN(8))
				}
				if fault.Is(err, "insufficient_stock") {
					refused.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			}
		})
	}
	hands.Wait()
	var sum int
	s.must(t, s.db.Reader().QueryRow(t.Context(), `select sum(case kind when 'wasted' then -quantity else quantity end) from stock_ledger
		where product_id = $1`, id).Scan(&sum))
	if p := s.one(t, id); p.Stock != sum || p.Stock < 0 {
		t.Errorf("got %d pieces, the ledger says %d", p.Stock, sum)
	}
	if refused.Load() == 0 {
		t.Error("nothing was ever refused: the test wastes too little")
	}
	s.must(t, s.SetStock(t.Context(), id, catalog.MaxStock))
	wantFault(t, s.Receive(t.Context(), id, 1), fault.Conflict, "stock_full")
	wantFault(t, s.SetStock(t.Context(), id, -1), fault.Invalid, "invalid")
	wantFault(t, s.SetStock(t.Context(), 999, 1), fault.NotFound, "not_found")
}

func TestChangesOfNothingAppendNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.add(t, product("Ramo"))
	s.must(t, s.Update(t.Context(), id, catalog.ProductChange{Name: ptr(" Ramo "), Stock: ptr(10), Active: ptr(true)}))
	s.must(t, s.SetStock(t.Context(), id, 10))
	s.must(t, s.SetOccasions(t.Context(), id, nil))
	if v := s.one(t, id).Version; v != 1 {
		t.Errorf("got version %d, want 1", v)
	}
	wantFault(t, s.Update(t.Context(), id, catalog.ProductChange{}), fault.Invalid, "empty_change")
	wantFault(t, s.Reactivate(t.Context(), id), fault.Conflict, "already_active")
	s.must(t, s.Deactivate(t.Context(), id))
	wantFault(t, s.Deactivate(t.Context(), id), fault.NotFound, "not_found")
}

func TestPicturesOfAProductFollowTheirPrimary(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.add(t, product("Ramo"))
	for _, n := range []catalog.NewImage{picture(1, false), picture(3, false), picture(2, true)} {
		added, err := s.AddImages(t.Context(), id, n)
		if err != nil || len(added) != 4 {
			t.Fatalf("got %d images, %v", len(added), err)
		}
	}
	_, err := s.AddImages(t.Context(), id, picture(2, false))
	wantFault(t, err, fault.Conflict, "image_taken")
	want := func(url string) {
		t.Helper()
		if got := s.one(t, id).Images.Small; got != url {
			t.Errorf("got %q, want %q", got, url)
		}
	}
	want("/pictures/small/2.webp")
	s.must(t, s.SetPrimary(t.Context(), id, 3))
	want("/pictures/small/3.webp")
	n, err := s.RemoveImages(t.Context(), id, 3)
	if err != nil || n != 4 {
		t.Errorf("removed %d, %v", n, err)
	}
	want("/pictures/small/1.webp")
	_, err = s.RemoveImages(t.Context(), id, 3)
	wantFault(t, err, fault.NotFound, "not_found")
	for _, index := range []int{1, 2} {
		_, err = s.RemoveImages(t.Context(), id, index)
		s.must(t, err)
	}
	want("")
	only := picture(1, true)
	only.Files = only.Files[3:] // large alone
	_, err = s.AddImages(t.Context(), id, only)
	s.must(t, err)
	want("/pictures/large/1.webp")
}

func TestBadFieldsAreNamed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for path, spoil := range map[string]func(*catalog.NewProduct){
		"name":           func(n *catalog.NewProduct) { n.Name = "<b>Rosas</b>" },
		"name_en":        func(n *catalog.NewProduct) { n.NameEN = strings.Repeat("ñ", 256) },
		"summary":        func(n *catalog.NewProduct) { n.Summary = strings.Repeat("x", 501) },
		"description":    func(n *catalog.NewProduct) { n.Description = "a\x00b" },
		"description_en": func(n *catalog.NewProduct) { n.DescriptionEN = "\xff\xfe" },
		"price_usd":      func(n *catalog.NewProduct) { n.PriceUSD = catalog.MaxPrice + 1 },
		"stock":          func(n *catalog.NewProduct) { n.Stock = catalog.MaxStock + 1 },
		"sku":            func(n *catalog.NewProduct) { n.SKU = strings.Repeat("9", 51) },
		"carousel_order": func(n *catalog.NewProduct) { n.CarouselOrder = 8 },
		"slug":           func(n *catalog.NewProduct) { n.Slug = "Con Mayúsculas" },
		"drawing_url":    func(n *catalog.NewProduct) { n.DrawingURL = "javascript:alert(1)" },
		"occasion_ids":   func(n *catalog.NewProduct) { n.Occasions = []int{-1} },
		"image_index":    func(n *catalog.NewProduct) { n.Images = []catalog.NewImage{picture(6, false)} },
	} {
		n := product("Ramo")
		spoil(&n)
		_, err := s.Create(t.Context(), n)
		if f := fault.Of(err); err == nil || f.Kind != fault.Invalid || !slices.ContainsFunc(f.Fields, func(f fault.Field) bool { return f.Path == path }) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	n := product("Ramo")
	n.Occasions = []int{77}
	_, err := s.Create(t.Context(), n)
	wantFault(t, err, fault.NotFound, "not_found")
	if n, err := s.Count(t.Context(), catalog.Filter{IncludeInactive: true}); n != 0 || err != nil {
		t.Errorf("%d refused products are there (%v)", n, err)
	}
}

// tables are what the events of the catalogue give.
var tables = [...]string{"products", "occasions", "product_occasions", "product_images", "stock_ledger"}

func (s shop) dump(t *testing.T, table string) string {
	t.Helper()
	var all string
	s.must(t, s.db.Reader().QueryRow(t.Context(), `select coalesce(string_agg(r::text, E'\n' order by r::text), '') from `+table+` r`).Scan(&all))
	return all
}

func TestEventsReplayedGiveTheSameTables(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	live(t, s)
	for _, size := range []int{1, 3, 1000} {
		copied := newShop(t)
		s.must(t, s.db.InTx(t.Context(), postgres.General, func(ctx context.Context, from pgx.Tx) error {
			return s.log.Scan(ctx, from, 0, size, func(events []*event.Recorded) error {
				return copied.db.InTx(ctx, postgres.General, func(ctx context.Context, to pgx.Tx) error {
					b := &pgx.Batch{}
					s.log.Registry().Apply(b, events)
					return to.SendBatch(ctx, b).Close()
				})
			})
		}))
		for _, table := range tables {
			if got, want := copied.dump(t, table), s.dump(t, table); got != want || want == "" {
				t.Errorf("%s in runs of %d:\ngot\n%s\nwant\n%s", table, size, got, want)
			}
		}
	}
}

// live leads a random life in which slots, SKUs, names and pictures pass from one to the other.
func live(t *testing.T, s shop) {
	t.Helper()
	_, ids := assortment(t, s)
	for _, pass := range [][2]int{{1, 2}, {2, 3}, {3, 2}, {2, 1}} { // what one gives up the next takes, in either order
		s.must(t, s.Update(t.Context(), pass[0], catalog.ProductChange{SKU: ptr(""), CarouselOrder: ptr(0)}))
		s.must(t, s.Update(t.Context(), pass[1], catalog.ProductChange{SKU: ptr("Z"), CarouselOrder: ptr(7)}))
	}
	random := rand.New(rand.NewPCG(3, 3))
	skus := []string{"", "A", "B", "C"}
	occasions := []string{"Uno", "Dos", "Tres"}
	for range 400 {
		id := 1 + random.IntN(8)
		moves := []func() error{
			func() error { return s.SetCarousel(t.Context(), id, random.IntN(4)) },
			func() error {
				return s.Update(t.Context(), id, catalog.ProductChange{SKU: &skus[random.IntN(4)], Stock: ptr(random.IntN(9))})
			},
			func() error { return s.Update(t.Context(), id, catalog.ProductChange{Active: ptr(random.IntN(3) > 0)}) },
			func() error { return s.SetOccasions(t.Context(), id, []int{1 + random.IntN(4), 1 + random.IntN(4)}) },
			func() error {
				return s.UpdateOccasion(t.Context(), ids["boda"], catalog.OccasionChange{Name: &occasions[random.IntN(3)]})
			},
			func() error {
				return s.UpdateOccasion(t.Context(), 1, catalog.OccasionChange{Name: &occasions[random.IntN(3)]})
			},
			func() error {
				_, err := s.AddImages(t.Context(), id, picture(1+random.IntN(3), random.IntN(2) == 0))
				return err
			},
			func() error { _, err := s.RemoveImages(t.Context(), id, 1+random.IntN(3)); return err },
			func() error { return s.SetPrimary(t.Context(), id, 1+random.IntN(3)) },
			func() error { return s.Waste(t.Context(), id, 1+random.IntN(3)) },
			func() error { return s.Receive(t.Context(), id, 1+random.IntN(3)) },
		}
		err := moves[random.IntN(len(moves))]()
		if k := fault.Of(err).Kind; err != nil && k != fault.Conflict && k != fault.NotFound {
			t.Fatal(err)
		}
	}
}

// TestARepeatedTieIsNotTiedTwice: the repeat of a request finds its answer, another request the conflict.
func TestARepeatedTieIsNotTiedTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	id := s.add(t, product("Rosas"))
	occasion, err := s.CreateOccasion(t.Context(), catalog.OccasionDetails{Name: "Aniversario", Active: true})
	s.must(t, err)
	under := func(key string) context.Context {
		return idempotency.WithKey(t.Context(), idempotency.Key{Scope: "user:1", Route: "tie", Key: key})
	}
	version := func() int {
		t.Helper()
		p, err := s.Product(t.Context(), id, true)
		s.must(t, err)
		return p.Version
	}
	s.must(t, s.LinkOccasion(under("a"), id, occasion))
	linked := version()
	s.must(t, s.LinkOccasion(under("a"), id, occasion))
	if err := s.LinkOccasion(under("b"), id, occasion); !fault.Is(err, "already_linked") {
		t.Errorf("another request: got %v", err)
	}
	s.must(t, s.SetOccasions(under("c"), id, nil))
	s.must(t, s.LinkOccasion(under("d"), id, occasion))
	s.must(t, s.SetOccasions(under("c"), id, nil)) // a late repeat takes nothing away
	if got := version(); got != linked+2 {
		t.Errorf("version %d after %d; want two changes more", got, linked)
	}
}
