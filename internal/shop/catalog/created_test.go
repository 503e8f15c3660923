package catalog_test

import (
	"testing"

	"github.com/google/uuid"

	"floresya/internal/shop/catalog"
	"floresya/internal/shop/idempotency"
)

func TestARepeatIsAnsweredWhatTheFirstWas(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rate := func(id, value int) {
		t.Helper()
		if _, err := s.db.Reader().Exec(t.Context(), `insert into exchange_rates values ($1, $2, 'seed', '2026-01-01', now(), false, null)`,
			id, value); err != nil {
			t.Fatal(err)
		}
	}
	rate(1, 40)
	occasion, err := s.CreateOccasion(t.Context(), catalog.OccasionDetails{Name: "Bodas", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	asOccasion, err := s.Occasion(t.Context(), occasion, true)
	if err != nil {
		t.Fatal(err)
	}
	ctx := idempotency.WithKey(t.Context(), idempotency.Key{Scope: "user:1", Route: "POST", Key: uuid.NewString(), Fingerprint: []byte("a")})
	n := product("Ramo")
	n.SKU, n.Summary, n.CarouselOrder, n.Occasions = "R-1", "Doce rosas", 3, []int{occasion}
	id, err := s.Create(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	was := s.one(t, id)
	if was.PriceVES != 1000_00 {
		t.Errorf("price %s, want Bs 1000", was.PriceVES)
	}
	rate(2, 50)
	name, stock := "Ramo grande", 3
	if err := s.Update(t.Context(), id, catalog.ProductChange{Name: &name, Stock: &stock}); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateOccasion(t.Context(), occasion, catalog.OccasionChange{Name: &name}); err != nil {
		t.Fatal(err)
	}
	again, err := s.Create(ctx, n)
	if err != nil || again != id {
		t.Fatalf("created %d again as %d, %v", id, again, err)
	}
	if got, err := s.Created(t.Context(), id); err != nil || got != was {
		t.Errorf("created as %+v, %v; want %+v", got, err, was)
	}
	if got, err := s.CreatedOccasion(t.Context(), occasion); err != nil || got != asOccasion {
		t.Errorf("created as %+v, %v; want %+v", got, err, asOccasion)
	}
}
