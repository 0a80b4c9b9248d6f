package failover

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	callers = 6
	pace    = 50 * time.Millisecond // of each caller
	patient = 5 * time.Second       // for one operation: who waits for longer is on a machine that is busy
)

// A load is callers of a store, each with a key that it writes, and all read all keys.
type load struct {
	*history
	store kvdb.Store
	keys  [callers]atomic.Pointer[string]
	hurry atomic.Bool  // they do not pause
	under atomic.Int32 // operations that are under way
	stop  context.CancelFunc
	all   sync.WaitGroup
}

func startLoad(t *testing.T, store kvdb.Store) *load {
	t.Helper()
	l := &load{history: &history{began: time.Now()}, store: store}
	ctx, cancel := context.WithCancel(t.Context())
	l.stop = cancel
	for i := range callers {
		first := fmt.Sprintf("%d-0", i)
		l.keys[i].Store(&first)
	}
	for i := range callers {
		l.all.Go(func() { l.call(ctx, i) })
	}
	t.Cleanup(l.end)
	eventually(t, "a load", func() bool { return len(l.operations()) > 20*callers })
	return l
}

// end ends the callers, and may be called twice.
func (l *load) end() {
	l.stop()
	l.all.Wait() //otelkv:waitok each operation has a deadline
}

// call calls until the context ends, one operation after another.
func (l *load) call(ctx context.Context, me int) {
	random := rand.New(rand.NewPCG(uint64(me), 0))
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n, epoch := 1, 1; ; {
		if !l.hurry.Load() {
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
		switch {
		case ctx.Err() != nil:
			return
		case random.IntN(2) == 0:
			l.get(*l.keys[random.IntN(callers)].Load())
		case l.put(*l.keys[me].Load(), n):
			n++
		default: // it may yet be carried out
			next := fmt.Sprintf("%d-%d", me, epoch)
			l.keys[me].Store(&next)
			epoch++
			n = 1
		}
	}
}

func (l *load) put(key string, n int) (ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	l.under.Add(1)
	o := operation{key: key, write: true, value: encode(key, n), called: l.since()}
	o.failed = l.store.Put(ctx, []byte(key), []byte(o.value)) != nil
	o.ends = l.since()
	l.under.Add(-1)
	l.add(o)
	return !o.failed
}

func (l *load) get(key string) {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	l.under.Add(1)
	o := operation{key: key, called: l.since()}
	value, err := l.store.Get(ctx, []byte(key))
	o.value, o.failed = string(value), err != nil && !errors.Is(err, kvdb.ErrNotFound)
	o.ends = l.since()
	l.under.Add(-1)
	l.add(o)
}

// at does something in the middle of operations, and returns when: since all of them
// end after what is done has begun, some were under way then.
func (l *load) at(t *testing.T, what string, do func()) time.Duration {
	t.Helper()
	l.hurry.Store(true)
	many := len(l.operations()) + 20*callers
	wait := time.NewTicker(time.Millisecond)
	defer wait.Stop()
	for len(l.operations()) < many {
		<-wait.C
	}
	for l.under.Load() < callers/2 { // who has looked at the history has kept callers between two
		<-wait.C
	}
	when := l.since()
	do()
	then := l.since()
	l.hurry.Store(false)
	t.Cleanup(func() {
		n := 0
		for _, o := range l.operations() {
			if o.called <= then && when <= o.ends {
				n++
			}
		}
		t.Logf("%d operations were under way at %s", n, what)
		if n == 0 && !t.Failed() {
			t.Errorf("no operation was under way at %s", what)
		}
	})
	return when
}

// gap returns how long nothing succeeded that was called after a moment.
func (l *load) gap(t *testing.T, from time.Duration) (gap time.Duration) {
	t.Helper()
	eventually(t, "an operation that succeeds again", func() bool {
		for _, o := range l.operations() {
			if o.called > from && !o.failed && (gap == 0 || o.ends-from < gap) {
				gap = o.ends - from
			}
		}
		return gap > 0
	})
	return gap
}

// judge ends the load and reads each key. It shows the checker what has happened, with one write lost
// and with one stale read, which it has to refuse, and as it was, which it has to take.
func (l *load) judge(t *testing.T, windows ...window) {
	t.Helper()
	l.end()
	keys := make(map[string]bool)
	for _, o := range l.operations() {
		keys[o.key] = true
	}
	for range 3 {
		for key := range keys {
			l.get(key)
		}
	}
	happened := l.operations()
	lost, stale, ok := spoil(happened)
	if !ok {
		t.Error("too little has been read to spoil it")
	}
	if _, err := check(lost, windows); !errors.Is(err, errLost) {
		t.Errorf("with a lost write the checker says %v", err)
	}
	if _, err := check(stale, windows); !errors.Is(err, errStale) {
		t.Errorf("with a stale read the checker says %v", err)
	}
	v, err := check(happened, windows)
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d writes, %d reads, %d failures; %d acknowledged writes were lost", v.writes, v.reads, v.failed, v.lost)
	for _, w := range windows {
		t.Logf("they were acknowledged between %v and %v", w.from, w.to)
	}
	for _, o := range happened {
		if len(windows) == 0 && o.failed && o.ends-o.called < patient {
			t.Errorf("an operation failed within %v, and the primary was there", o.ends-o.called)
		}
	}
}
