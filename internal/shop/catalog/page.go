package catalog

import (
	"context"
	"sync"
)

// Page is Product with its Images. The product is read each time; its pictures only when the version it was read at is
// not the one they are remembered at, because every change of them is a new version of the product.
func (r *Reader) Page(ctx context.Context, id int, includeInactive bool) (Product, []Image, error) {
	p, err := r.Product(ctx, id, includeInactive)
	if err != nil {
		return p, nil, err
	}
	if list, ok := r.shown.of(id, p.Version); ok {
		return p, list, nil
	}
	list, err := r.Images(ctx, id)
	if err != nil {
		return p, nil, err
	}
	r.shown.keep(id, p.Version, list)
	return p, list, nil
}

// maxShown is how many products' pictures are remembered: about 2 kB each.
const maxShown = 4096

// shown remembers pictures by product and version. Its lists are shared and never changed.
type shown struct {
	mu   sync.Mutex
	list map[int]versioned
}

type versioned struct {
	version int
	images  []Image
}

func (s *shown) of(id, version int) ([]Image, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.list[id]
	return v.images, ok && v.version == version
}

// keep forgets any other product at the bound.
func (s *shown) keep(id, version int, images []Image) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil {
		s.list = map[int]versioned{}
	}
	if _, known := s.list[id]; !known && len(s.list) >= maxShown {
		for other := range s.list {
			delete(s.list, other)
			break
		}
	}
	s.list[id] = versioned{version, images}
}
