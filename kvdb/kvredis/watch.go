package kvredis

import (
	"context"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A watch looks at the primary and its replicas in the background, from the first question
// about them until Close.
type watch struct {
	lookout func() *lookout // that looks

	mu      sync.Mutex
	begun   bool
	stopped bool
	cancel  context.CancelFunc
	done    chan struct{}
	sights  history
	topology
}

func (w *watch) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun || w.stopped {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.begun, w.cancel, w.done = true, cancel, make(chan struct{})
	go kvdb.Unlabeled(func() { // it outlives the operation that came first
		defer close(w.done)
		w.run(ctx, w.lookout())
	})
}

// stop ends it, and waits for a look that is under way, or until the context ends.
func (w *watch) stop(ctx context.Context) {
	w.mu.Lock()
	w.stopped = true
	begun := w.begun
	w.mu.Unlock()
	if !begun {
		return
	}
	w.cancel()
	select {
	case <-w.done:
	case <-ctx.Done():
	}
}

func (w *watch) run(ctx context.Context, l *lookout) {
	defer l.close()
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		w.look(ctx, l)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *watch) look(ctx context.Context, l *lookout) {
	within, cancel := context.WithTimeout(ctx, watchInterval)
	defer cancel()
	began := time.Now()
	seen, err := l.sight(within)
	if ctx.Err() != nil || err != nil && !absent(err) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	gap, changed := w.topology.note(began, time.Now(), seen, err)
	w.sights.note(time.Now(), seen, err)
	if changed {
		l.board.Post(kvdb.Notice{
			Name: "failover", Level: kvdb.NoticeWarn,
			Text:    "the primary has changed: writes that the one before had not passed on are lost",
			Numbers: map[string]float64{"seconds_without_primary": gap.Seconds()},
		})
	}
}

// failovers returns what the watch has counted, and whether it has seen a primary yet.
func (w *watch) failovers() (n int, without time.Duration, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.topology.failovers, w.topology.until(time.Now()), w.topology.primaries != nil
}

// lags returns those of the replicas now, or false if nothing is known.
func (w *watch) lags() (map[string]time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sights.lags(time.Now())
}
