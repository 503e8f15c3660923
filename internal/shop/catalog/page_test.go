package catalog_test

import "testing"

func TestAPageShowsPicturesAsTheyAreNow(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	n := product("Rosas")
	n.Images = append(n.Images, picture(1, true))
	id := s.add(t, n)
	pictures := func(want int) {
		t.Helper()
		for range 2 { // read, then remembered
			if _, images, err := s.Page(t.Context(), id, false); err != nil || len(images) != want {
				t.Errorf("got %d files, %v; want %d", len(images), err, want)
			}
		}
	}
	pictures(4)
	if _, err := s.AddImages(t.Context(), id, picture(2, false)); err != nil {
		t.Fatal(err)
	}
	pictures(8)
	if _, err := s.RemoveImages(t.Context(), id, 1); err != nil {
		t.Fatal(err)
	}
	pictures(4)
	if _, images, err := s.Page(t.Context(), id, false); err != nil || !images[2].Primary && !images[0].Primary {
		t.Errorf("the remaining picture is not the primary one: %+v, %v", images, err)
	}
	if _, _, err := s.Page(t.Context(), 999999, false); err == nil {
		t.Error("a page of nothing")
	}
}
