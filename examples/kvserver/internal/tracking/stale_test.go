package tracking_test

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

// A cell is a key of an engine. Its versions only rise.
type cell struct {
	key   []byte
	value atomic.Int64 // what a read finds
	acked atomic.Int64 // the last write whose client has its reply
}

// A cache is a client that tracks, with the values that it has read, and the stream
// that the server sends it.
type cache struct {
	*tracking.Client
	values map[string]int64

	mu    sync.Mutex
	inbox [][]byte
}

func (c *cache) send(message []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inbox = append(c.inbox, message)
}

// drain does what the messages say.
func (c *cache) drain() {
	c.mu.Lock()
	inbox := c.inbox
	c.inbox = nil
	c.mu.Unlock()
	for _, message := range inbox {
		if text := decode(message); text == "*" {
			clear(c.values)
		} else {
			delete(c.values, text[1:len(text)-1])
		}
	}
}

// get reads a key through the cache, as a server and its client do together: the
// messages come behind the reply.
func (c *cache) get(k *cell) {
	c.Remember(k.key)
	pause()
	value := k.value.Load()
	pause()
	c.values[string(k.key)] = value
	c.drain()
}

// pause lets others come in between, now and then.
func pause() {
	if rand.IntN(4) == 0 {
		runtime.Gosched()
	}
}

// A value that a client holds is never older than the last write that had its reply
// before the client looked at its messages.
func TestNoStaleValues(t *testing.T) {
	const caches, writers, cells, rounds = 8, 4, 32, 20_000
	for _, tt := range []struct {
		name   string
		limits tracking.Limits
	}{
		{"with room", testLimits},
		{"full all the time", tracking.Limits{Keys: cells / 4, Bytes: 1 << 20}},
		{"no room at all", tracking.Limits{Keys: cells, Bytes: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			budget := resp.NewBudget(testBudget)
			table := tracking.NewTable(tt.limits, budget)
			var keys [cells]cell
			for i := range keys {
				keys[i].key = strconv.AppendInt(nil, int64(i), 10)
			}
			var stop atomic.Bool
			var writing, reading sync.WaitGroup
			for w := range writers {
				mine := keys[w*cells/writers : (w+1)*cells/writers] // versions rise if one writes them
				writing.Go(func() {
					for version := int64(1); !stop.Load(); version++ {
						k := &mine[rand.IntN(len(mine))]
						k.value.Store(version)
						pause()
						table.Changed(0, k.key)
						k.acked.Store(version)
						if version%1000 == 0 {
							for i := range mine {
								mine[i].value.Store(version)
							}
							table.Flushed()
							for i := range mine {
								mine[i].acked.Store(version)
							}
						}
					}
				})
			}
			for id := range caches {
				reading.Go(func() {
					c := &cache{values: make(map[string]int64)}
					c.Client = table.Client(int64(id), c.send)
					defer c.Off()
					for round := range rounds {
						if round%500 == 0 { // a client that turns it off drops its cache
							c.Off()
							clear(c.values)
							if err := c.On(tracking.Options{}); err != nil {
								t.Error(err)
							}
						}
						k := &keys[rand.IntN(cells)]
						c.get(k)
						k = &keys[rand.IntN(cells)]
						oldest := k.acked.Load()
						c.drain()
						if got, held := c.values[string(k.key)]; held && got < oldest {
							t.Errorf("key %s: a client holds version %d, and %d was written", k.key, got, oldest)
							return
						}
					}
				})
			}
			reading.Wait()
			stop.Store(true)
			writing.Wait()
			if budget.Left() != testBudget {
				t.Errorf("%d bytes were not given back", testBudget-budget.Left())
			}
		})
	}
}

// Each step of a read and of a write of the same key, in every order that the rules
// allow: the client ends with the new value, or with none.
func TestEveryInterleaving(t *testing.T) {
	const steps = 3
	for order := range 1 << (2 * steps) {
		if bits(order) != steps {
			continue
		}
		h := newHouse(t, testLimits)
		g := h.guest("on")
		value, read, cached := "old", "", ""
		reader := []func(){
			func() { g.read("k") },
			func() { read = value },
			func() { // the reply, and behind it what was sent so far
				cached = read
				if g.told() != "" {
					cached = ""
				}
			},
		}
		writer := []func(){
			func() { value = "new" },
			func() { h.Changed(0, []byte("k")) },
			func() {}, // its reply
		}
		for range 2 * steps {
			if order&1 == 0 {
				reader[0]()
				reader = reader[1:]
			} else {
				writer[0]()
				writer = writer[1:]
			}
			order >>= 1
		}
		if g.told() != "" {
			cached = ""
		}
		if cached == "old" {
			t.Errorf("the client keeps the old value")
		}
	}
}

func bits(n int) (ones int) {
	for ; n > 0; n >>= 1 {
		ones += n & 1
	}
	return ones
}
