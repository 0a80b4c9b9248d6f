package tracking

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// A Table knows who tracks which keys. It is safe for concurrent use.
type Table struct {
	active       atomic.Int64 // how many clients track
	broadcasting atomic.Int64 // prefixes
	limits       Limits
	budget       *resp.Budget

	mu       sync.Mutex
	clients  map[*Client]struct{} // those that track
	keys     shrinking[entry]
	prefixes prefixes
	dues     dues
	timer    *time.Timer // waits for the first of dues; nil before there was one
	items    int         // pairs of a key and a client
	used     int         // bytes taken from the budget
}

// An entry is a key and who may hold it.
type entry struct {
	key     string // that of the map, for all to share its bytes
	holders []*Client
	due     *due // nil if it stays
}

// NewTable returns an empty table. What it holds is taken from the budget.
func NewTable(limits Limits, budget *resp.Budget) *Table {
	return &Table{limits: limits, budget: budget, clients: make(map[*Client]struct{})}
}

// Changed tells that the client with an id has written or removed keys. It is called
// after the engine has returned, and before the reply. It does not block, keeps
// nothing of the keys, and costs one atomic load when nobody tracks.
func (t *Table) Changed(by int64, keys ...[]byte) {
	if t == nil || t.active.Load() == 0 {
		return
	}
	for len(keys) > 0 {
		n := portion(keys)
		t.changed(by, keys[:n])
		keys = keys[n:]
	}
}

// portion returns how many keys are looked at under the lock at once, and are in one
// message: a command can have a million.
func portion(keys [][]byte) int {
	const most, bytes = 1024, 8 << 10
	size := 0
	for i, key := range keys[:min(len(keys), most)] {
		if size += len(key); size > bytes {
			return i + 1
		}
	}
	return min(len(keys), most)
}

func (t *Table) changed(by int64, keys [][]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changedLocked(by, keys)
}

func (t *Table) changedLocked(by int64, keys [][]byte) {
	for _, key := range keys {
		if e, ok := t.keys.get(key); ok {
			if len(e.holders) > 0 {
				tell(e.holders, encode(key), by)
			}
			t.remove(e)
		}
	}
	t.prefixes.each(keys, func(clients []*Client, keys [][]byte) {
		tell(clients, encode(keys...), by)
	})
}

// Flushed tells that a database was emptied. All clients are told to drop all keys, as
// Redis does, also the one that did it.
func (t *Table) Flushed() {
	if t == nil || t.active.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.clients {
		tell([]*Client{c}, All(), nobody)
		c.keys = shrinking[struct{}]{}
	}
	t.free(t.used - t.prefixes.used)
	t.keys, t.dues, t.items = shrinking[entry]{}, nil, 0
	t.wait()
}

// remove takes a key from the table and from its holders.
func (t *Table) remove(e entry) {
	for _, c := range e.holders {
		c.keys.remove(e.key)
	}
	t.keys.remove(e.key)
	t.settle(e.due)
	t.items -= len(e.holders)
	t.free(keyCost(len(e.key)) + len(e.holders)*itemCost)
}

// forget takes a client from the holders of a key.
func (t *Table) forget(key string, c *Client) {
	e := t.keys.m[key]
	e.holders = without(e.holders, c)
	c.keys.remove(key)
	t.items--
	cost := itemCost
	if len(e.holders) > 0 || e.due != nil && t.prefixes.match([]byte(key)) {
		t.keys.set(e.key, e)
	} else {
		t.keys.remove(key)
		t.settle(e.due)
		cost += keyCost(len(key))
	}
	t.free(cost)
}

// Totals are the sizes of a table, as INFO of Redis has them.
type Totals struct{ Clients, Keys, Items, Prefixes int }

// Totals returns how large the table is.
func (t *Table) Totals() Totals {
	if t == nil {
		return Totals{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return Totals{Clients: len(t.clients), Keys: t.keys.len(), Items: t.items, Prefixes: len(t.prefixes.sorted)}
}
