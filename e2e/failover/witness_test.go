package failover

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// A witness sees when there is a primary, by asking the sentinels and who they name every now and then.
// It sees, too, how much longer than usual that takes, as it does on a machine that is busy.
type witness struct {
	mu      sync.Mutex
	looks   []sight
	stalled time.Duration
	stop    func()
}

// A sight is what one look has found: whether a sentinel names a server that is a primary, and whether
// each does.
type sight struct {
	began, ended time.Duration
	some, every  bool
}

func (d *deployment) watch(t *testing.T, h *history) *witness {
	t.Helper()
	w := new(witness)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		const pause = 50 * time.Millisecond
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for last := h.since(); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			s := sight{began: h.since()}
			var told bool
			s.some, s.every, told = d.primaries(ctx)
			s.ended = h.since()
			w.mu.Lock()
			w.stalled = max(w.stalled, s.ended-last-pause)
			if told {
				w.looks = append(w.looks, s)
			}
			w.mu.Unlock()
			last = s.ended
		}
	})
	w.stop = sync.OnceFunc(func() {
		cancel()
		all.Wait() //otelkv:waitok each question has a limit
	})
	t.Cleanup(w.stop)
	return w
}

// stalls is how much what somebody counts who looks now and then may be off, more than on a machine that
// is idle: at its begin, and at its end.
func (w *witness) stalls() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return 2 * w.stalled
}

// gap waits until all name a primary, of a time when the one before was gone, and returns for how long none
// did, at least and at most.
func (w *witness) gap(t *testing.T, from, gone time.Duration) (least, most time.Duration) {
	t.Helper()
	eventually(t, "a primary", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		least, most = 0, 0
		for _, s := range w.looks {
			switch {
			case s.ended < from:
			case !s.some:
				least, most = max(s.began-from, 0), 0
			case s.every && most == 0 && least > 0:
				most = s.ended - from
			}
			if s.began > gone && s.every {
				return true
			}
		}
		return false
	})
	return least, most
}

// primaries is one look. Where a question runs out of time, the machine is too busy to tell anything.
func (d *deployment) primaries(ctx context.Context) (some, every, told bool) {
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	is := make(map[string]bool)
	every = true
	for _, address := range d.sentinels {
		s := redis.NewSentinelClient(&redis.Options{Addr: address, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true})
		at, err := s.GetMasterAddrByName(ctx, primary).Result()
		_ = s.Close()
		named := strings.Join(at, ":")
		if _, known := is[named]; !known && err == nil {
			is[named] = isPrimary(ctx, named)
		}
		some = some || is[named]
		every = every && is[named]
	}
	return some, every, ctx.Err() == nil
}

func isPrimary(ctx context.Context, address string) bool {
	c := redis.NewClient(&redis.Options{Addr: address, MaxRetries: -1, DialerRetries: 1, PoolSize: 1, DisableIdentity: true, ContextTimeoutEnabled: true})
	defer func() { _ = c.Close() }()
	role, err := c.Do(ctx, "ROLE").Slice()
	return err == nil && len(role) > 0 && role[0] == "master"
}
