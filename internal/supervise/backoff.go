package supervise

import "time"

// Backoff says how long to wait before a child that ended by itself is started again: First, then twice as long
// each time up to Max; First again once a child has run for Calm.
type Backoff struct {
	First, Max, Calm time.Duration

	next time.Duration
}

// After returns the wait after a child that ran for ran.
func (b *Backoff) After(ran time.Duration) time.Duration {
	if ran >= b.Calm || b.next == 0 {
		b.next = b.First
	}
	wait := b.next
	b.next = min(2*b.next, b.Max)
	return wait
}
