package identity

// bounded is a map that never holds more than limit entries. When it is full, the worst of a handful goes; worse says
// which of two that is. The caller guards it.
type bounded[K comparable, V any] struct {
	limit   int
	entries map[K]V
	worse   func(a, b V) bool
}

const handful = 16

func newBounded[K comparable, V any](limit int, worse func(a, b V) bool) bounded[K, V] {
	return bounded[K, V]{limit: limit, entries: map[K]V{}, worse: worse}
}

func (m *bounded[K, V]) put(key K, value V) {
	if _, known := m.entries[key]; !known && len(m.entries) >= m.limit {
		m.evict()
	}
	m.entries[key] = value
}

// evict looks at a handful in the map's random order.
func (m *bounded[K, V]) evict() {
	var (
		victim K
		worst  V
		seen   int
	)
	for key, value := range m.entries {
		if seen == 0 || m.worse(value, worst) {
			victim, worst = key, value
		}
		if seen++; seen == handful {
			break
		}
	}
	delete(m.entries, victim)
}
