package runtimeprof

import (
	"sync"
	"time"
)

// A budget is a share of the time that passes, saved up to a limit.
type budget struct {
	share float64
	burst time.Duration

	mu      sync.Mutex
	balance time.Duration
	last    time.Time
}

func (b *budget) affords(d time.Duration, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.earn(now)
	return b.balance >= d
}

// spend takes d off. Debt is limited, too, so that one long profile that
// somebody asked for does not rule out captures for hours.
func (b *budget) spend(d time.Duration, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.earn(now)
	b.balance = max(b.balance-d, -b.burst)
}

func (b *budget) earn(now time.Time) {
	earned := time.Duration(float64(now.Sub(b.last)) * b.share)
	b.balance = min(b.balance+earned, b.burst)
	b.last = now
}
