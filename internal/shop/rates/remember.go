package rates

import (
	"context"
	"sync"
	"time"
)

// rememberFor is how long a page may show a rate that another process has changed since.
const rememberFor = time.Second

// memory is the rate read last. A change of it begins a new epoch, so that an answer asked for before cannot come back
// after it.
type memory struct {
	mu    sync.Mutex
	epoch int
	rate  Rate
	until time.Time
}

// Shown is Current for pages and lists, which ask with every product: at most a second old when another process changed
// the rate; a change through this Keeper is seen at once.
func (k *Keeper) Shown(ctx context.Context) (Rate, error) {
	now := k.log.Now()
	m := &k.memory
	m.mu.Lock()
	rate, fresh, epoch := m.rate, now.Before(m.until), m.epoch
	m.mu.Unlock()
	if fresh {
		return rate, nil
	}
	rate, err := k.Current(ctx)
	if err != nil {
		return Rate{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.epoch == epoch {
		m.rate, m.until = rate, now.Add(rememberFor)
	}
	return rate, nil
}

// forget is called after every attempt to change the rate, also one whose outcome is not known.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	m.until = time.Time{}
}
