package tracking_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

// held returns what a client may still have in its cache: what it has read, less what
// it was told of.
func (g *guest) held(read ...string) map[string]bool {
	held := make(map[string]bool)
	for _, key := range read {
		held[key] = true
	}
	for _, message := range strings.Split(g.told(), " ") {
		if message == "*" {
			clear(held)
		}
		delete(held, strings.Trim(message, "[]"))
	}
	return held
}

func numbered(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("key-%06d", i)
	}
	return keys
}

// The table never has more keys than it may, and whoever may hold one that was taken
// out has been told.
func TestFullTable(t *testing.T) {
	const enough, most, prefixes = 1 << 20, 100, 10
	for _, tt := range []struct {
		name   string
		limits tracking.Limits
		taken  int // from the budget, by others
	}{
		{"keys", tracking.Limits{Keys: most, Bytes: enough, Prefixes: prefixes}, 0},
		{"bytes", tracking.Limits{Keys: enough, Bytes: most * 220, Prefixes: prefixes}, 0},
		{"budget", tracking.Limits{Keys: enough, Bytes: enough, Prefixes: prefixes}, testBudget - most*220},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, tt.limits)
			h.budget.Take(tt.taken)
			a, b := h.guest("on"), h.guest("on")
			keys := numbered(1000)
			for _, key := range keys {
				a.read(key)
				b.read(key)
				if n := h.Totals().Keys; n > most {
					t.Fatalf("%d keys", n)
				}
			}
			n := h.Totals().Keys
			if n < most/2 {
				t.Errorf("%d keys, the table is not used", n)
			}
			for _, g := range []*guest{a, b} {
				held := g.held(keys...)
				if len(held) > n {
					t.Errorf("client %d may hold %d keys of %d", g.id, len(held), n)
				}
				g.house.Changed(0, bytesOf(keys)...)
				for _, message := range strings.Fields(g.told()) {
					delete(held, strings.Trim(message, "[]"))
				}
				if len(held) != 0 {
					t.Errorf("client %d keeps %d keys for ever", g.id, len(held))
				}
			}
			h.budget.Give(tt.taken)
			h.empty()
		})
	}
}

func bytesOf(keys []string) [][]byte {
	list := make([][]byte, len(keys))
	for i := range keys {
		list[i] = []byte(keys[i])
	}
	return list
}

// A key too large for the table is invalidated at once, and takes no other out.
func TestKeyWithoutRoom(t *testing.T) {
	large := strings.Repeat("k", 2000)
	for _, tt := range []struct {
		name    string
		bytes   int
		taken   int
		reserve int
	}{
		{"larger than the table", 1500, 0, 0},
		{"larger than what is left", testBudget, testBudget - 1500, 0},
		{"larger than what is left besides the reserve", testBudget, testBudget - 5000, 3500},
	} {
		h := newHouse(t, tracking.Limits{Keys: 10, Bytes: tt.bytes})
		h.budget.Reserve(tt.reserve)
		h.budget.Take(tt.taken)
		a := h.guest("on")
		a.read("small", large)
		if got := a.told(); got != "["+large+"]" {
			t.Errorf("%s: told %.40q", tt.name, got)
		}
		a.write("small")
		if got := a.told(); got != "[small]" {
			t.Errorf("%s: then told %.40q", tt.name, got)
		}
		a.read(strings.Repeat("k", 1<<20))
		if got := a.told(); got != "*" {
			t.Errorf("%s, for a long one: told %.40q", tt.name, got)
		}
		h.budget.Give(tt.taken)
		h.empty()
	}
}

// Prefixes are limited too; keys make room for them.
func TestPrefixLimits(t *testing.T) {
	h := newHouse(t, tracking.Limits{Keys: 1000, Bytes: 4000, Prefixes: 3})
	a, b, c := h.guest("on"), h.guest("on bcast prefix 1 prefix 2"), h.guest()
	a.read(numbered(100)...)
	if err := c.track("on bcast prefix 3 prefix 4"); err == nil {
		t.Error("a fourth prefix")
	}
	if err := c.track("on bcast prefix 1 prefix 3"); err != nil {
		t.Error(err)
	}
	if err := b.track("on bcast prefix 4" + strings.Repeat("4", 4000)); err == nil {
		t.Error("a prefix larger than the table")
	}
	if got := fmt.Sprint(b.Info().Prefixes, h.Totals().Prefixes); got != "[1 2] 3" {
		t.Error(got)
	}
	h.empty()
}

// What is charged covers what is used, and a table that was large gives memory back.
func TestMemory(t *testing.T) {
	const clients, keys = 64, 30_000
	budget := resp.NewBudget(1 << 30)
	table := tracking.NewTable(tracking.Limits{Keys: 1 << 30, Bytes: 1 << 30}, budget)
	before := heap()
	list := make([]*tracking.Client, clients)
	for i := range list {
		list[i] = table.Client(int64(i), func([]byte) {})
		if err := list[i].On(tracking.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	grown := func() int64 { return heap() - before }
	charged := func() int64 { return 1<<30 - int64(budget.Left()) }
	const slack = 512 << 10
	check := func(what string) {
		t.Helper()
		if g, c := grown(), charged(); g > c+slack {
			t.Errorf("%s: %d kB are used and %d kB charged", what, g>>10, c>>10)
		} else {
			t.Logf("%s: %d kB are used and %d kB charged", what, g>>10, c>>10)
		}
	}

	for i := range keys {
		list[i%clients].Remember(fmt.Appendf(nil, "key-%030d", i))
	}
	check("many keys")
	for i := range clients * 1000 {
		list[i%clients].Remember(fmt.Appendf(nil, "shared-%0500d", i/clients))
	}
	check("and shared ones")
	for _, c := range list[1:] {
		c.Off()
	}
	check("one client stays")
	for i := range keys {
		table.Changed(0, fmt.Appendf(nil, "key-%030d", i))
	}
	for i := range 1000 {
		table.Changed(0, fmt.Appendf(nil, "shared-%0500d", i))
	}
	check("all has changed")
	if charged() != 0 {
		t.Errorf("%d bytes were not given back", charged())
	}
	runtime.KeepAlive(table)
	runtime.KeepAlive(list)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A client that reads what it holds already allocates nothing.
func TestRememberAgain(t *testing.T) {
	g := newHouse(t, testLimits).guest("on")
	key := []byte("k")
	g.Remember(key)
	if n := testing.AllocsPerRun(100, func() { g.Remember(key) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A short prefix is charged with what is around it: 40 bytes in a list with room for as
// many again, a list of who has it, and a word of 16 among theirs, with room, too.
func TestChargeOfPrefixes(t *testing.T) {
	const prefixes = 500
	h := newHouse(t, tracking.DefaultLimits(testBudget))
	options := "on bcast"
	for i := range prefixes {
		options += fmt.Sprintf(" prefix %03d", i)
	}
	before := h.budget.Left()
	h.guest(options)
	if taken := before - h.budget.Left(); taken < prefixes*(2*40+8+2*16) {
		t.Errorf("%d bytes are charged for %d prefixes", taken, prefixes)
	}
	h.empty()
}
