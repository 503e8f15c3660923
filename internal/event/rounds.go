package event

import "iter"

// Rounds splits a run into parts in which no stream appears twice, in order: for applies whose statements meet each row
// once. What one command decided is nearly always one round; a rebuild may need more.
func Rounds[T any](run []Of[T]) iter.Seq[[]Of[T]] {
	return func(yield func([]Of[T]) bool) {
		start, seen := 0, make(map[string]bool, len(run))
		for i, e := range run {
			if seen[e.Stream] {
				if !yield(run[start:i:i]) {
					return
				}
				start = i
				clear(seen)
			}
			seen[e.Stream] = true
		}
		if start < len(run) {
			yield(run[start:])
		}
	}
}
