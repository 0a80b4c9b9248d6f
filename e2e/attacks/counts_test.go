package attacks

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// counts are the operations that commands have come to, by name and outcome, and how many
// more of a name there may be: of commands whose replies nobody has read, and of those that
// were refused, maybe after the store was asked. It is safe for concurrent use.
type counts struct {
	mu   sync.Mutex
	done map[string]int // by "get ok", as in what /metrics tells
	more map[string]int // by "get"
}

func newCounts() *counts { return &counts{done: make(map[string]int), more: make(map[string]int)} }

func (c *counts) add(operation, outcome string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[operation] += n
	c.done[operation+" "+outcome] += n
}

func (c *counts) maybe(operation string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.more[operation] += n
}

// get counts what a reply with a value has come to.
func (c *counts) get(r reply) {
	switch {
	case r.found():
		c.add("get", "ok", 1)
	case r.null():
		c.add("get", "miss", 1)
	case r.refused():
		c.maybe("get", 1)
	}
}

// check compares with what /metrics has counted.
func (c *counts) check(t *testing.T, before, after map[string]int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	names := maps.Clone(after)
	maps.Copy(names, c.done)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		more := 0
		for operation, n := range c.more {
			if rest, ok := strings.CutPrefix(name, operation); ok && (rest == "" || rest[0] == ' ') {
				more = n
			}
		}
		got, want := after[name]-before[name], c.done[name]
		if got < want || got > want+more {
			t.Errorf("%s: %d were counted, want %d and at most %d more", name, got, want, more)
		}
	}
}
