package catalog_test

import (
	"fmt"
	"sync"
	"testing"

	"floresya/internal/shop/catalog"
)

func TestOccasionsAndTheirProductsAreLockedInOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	occasion, err := s.CreateOccasion(t.Context(), catalog.OccasionDetails{Name: "Bodas", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int
	for i := range 6 {
		ids = append(ids, s.add(t, product(fmt.Sprintf("Ramo %d", i))))
	}
	deadlocks := func() (n int) {
		t.Helper()
		if _, err := s.db.Reader().Exec(t.Context(), `select pg_stat_clear_snapshot()`); err != nil {
			t.Fatal(err)
		}
		if err := s.db.Reader().QueryRow(t.Context(), `select deadlocks from pg_stat_database where datname = current_database()`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	var all sync.WaitGroup
	all.Go(func() {
		for i := range 15 {
			name := fmt.Sprintf("Bodas %d", i)
			if err := s.UpdateOccasion(t.Context(), occasion, catalog.OccasionChange{Name: &name}); err != nil {
				t.Error(err)
			}
		}
	})
	for _, id := range ids {
		all.Go(func() {
			for i := range 10 {
				set := []int{occasion}
				if i%3 == 2 {
					set = nil
				}
				if err := s.SetOccasions(t.Context(), id, set); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := deadlocks(); n != 0 {
		t.Errorf("%d deadlocks, want none", n)
	}
}
