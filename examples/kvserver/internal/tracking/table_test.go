package tracking_test

import (
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/tracking"
)

var testLimits = tracking.DefaultLimits(testBudget)

// What Redis 7.0.15 sends in the same cases. A client reads, another one writes.
func TestInvalidations(t *testing.T) {
	for _, tt := range []struct {
		name, options string
		do            func(a, b *guest)
		want          string
	}{
		{"once", "on", func(a, b *guest) { a.read("k"); b.write("k"); b.write("k") }, "[k]"},
		{"not read", "on", func(a, b *guest) { a.read("l"); b.write("k") }, ""},
		{"read twice", "on", func(a, b *guest) { a.read("k", "k"); b.write("k") }, "[k]"},
		{"read again", "on", func(a, b *guest) { a.read("k"); b.write("k"); a.read("k"); b.write("k") }, "[k] [k]"},
		{"several", "on", func(a, b *guest) { a.read("x", "y", "z"); b.write("z", "x", "w", "x") }, "[z] [x]"},
		{"its own write", "on", func(a, _ *guest) { a.read("k"); a.write("k") }, "[k]"},
		{"noloop", "on noloop", func(a, b *guest) { a.read("k"); a.write("k"); b.write("k") }, ""},
		{"noloop, by another", "on noloop", func(a, b *guest) { a.read("k"); b.write("k"); a.write("k") }, "[k]"},
		{"flush", "on", func(a, b *guest) { a.read("k"); b.house.Flushed(); b.write("k") }, "*"},
		{"flush of nothing", "on", func(_, b *guest) { b.house.Flushed(); b.house.Flushed() }, "* *"},
		{"off", "on", func(a, b *guest) { a.read("k"); a.Off(); b.write("k"); b.house.Flushed() }, ""},
		{"on again without its keys", "on", func(a, b *guest) { a.read("k"); a.Off(); _ = a.track("on"); b.write("k") }, ""},

		{"optin without caching", "on optin", func(a, b *guest) { a.read("k"); b.write("k") }, ""},
		{"optin", "on optin", func(a, b *guest) {
			_ = a.Caching([]byte("yes"))
			a.read("k")
			a.Ran()
			a.read("l")
			b.write("k", "l")
		}, "[k]"},
		{"optout", "on optout", func(a, b *guest) {
			_ = a.Caching([]byte("no"))
			a.read("k")
			a.Ran()
			a.read("l")
			b.write("k", "l")
		}, "[l]"},

		{"bcast", "on bcast", func(_, b *guest) { b.write("k"); b.write("b", "a", "b") }, "[k] [a b]"},
		{"bcast after a read", "on bcast", func(a, b *guest) { a.read("k"); b.write("k") }, "[k]"},
		{"prefixes", "on bcast prefix v: prefix u:", func(_, b *guest) {
			b.write("u:1", "w:1", "u:", "v:1", "u:1", "u")
		}, "[u: u:1] [v:1]"},
		{"bcast and a flush", "on bcast prefix u:", func(_, b *guest) { b.house.Flushed() }, "*"},
		{"bcast noloop", "on bcast noloop", func(a, b *guest) { a.write("k"); b.write("l"); a.house.Flushed() }, "[l] *"},
		{"bcast off", "on bcast", func(a, b *guest) { a.Off(); b.write("k") }, ""},
		{"prefixes one after the other", "on bcast prefix u:", func(a, b *guest) {
			_ = a.track("on bcast prefix v:")
			b.write("u:1")
			b.write("v:1")
		}, "[u:1] [v:1]"},
		{"keys of any bytes", "on", func(a, b *guest) { a.read("\x00\xff"); b.write("\x00\xff") }, "[\x00\xff]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, testLimits)
			a, b := h.guest(tt.options), h.guest()
			tt.do(a, b)
			if got := a.told(); got != tt.want {
				t.Errorf("told %q, want %q", got, tt.want)
			}
			if got := b.told(); got != "" {
				t.Errorf("a client that does not track was told %q", got)
			}
			h.empty()
		})
	}
}

// Each client that holds a key is told, and one that leaves is forgotten.
func TestSeveralClients(t *testing.T) {
	h := newHouse(t, testLimits)
	a, b, c, d := h.guest("on"), h.guest("on"), h.guest("on bcast"), h.guest("on bcast prefix x")
	for _, g := range h.clients {
		g.read("k", "x")
	}
	if got, want := h.Totals(), (tracking.Totals{Clients: 4, Keys: 2, Items: 4, Prefixes: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	a.write("k")
	a.Off()
	c.Off()
	a.write("x")
	for _, tt := range []struct {
		of   *guest
		want string
	}{{a, "[k]"}, {b, "[k] [x]"}, {c, "[k]"}, {d, "[x]"}} {
		if got := tt.of.told(); got != tt.want {
			t.Errorf("client %d was told %q, want %q", tt.of.id, got, tt.want)
		}
	}
	h.empty()
}

// A command can have a million keys: they come in several messages.
func TestManyKeysAtOnce(t *testing.T) {
	h := newHouse(t, testLimits)
	a, b := h.guest("on bcast"), h.guest()
	keys := make([]string, 3000)
	for i := range keys {
		keys[i] = "k"
	}
	b.write(keys...)
	if got, want := a.told(), "[k] [k] [k]"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestNilDoesNothing(t *testing.T) {
	var c *tracking.Client
	c.Remember([]byte("k"))
	c.Off()
	c.Ran()
	if c.Tracking() || c.Broadcasts() || c.Caching([]byte("yes")) == nil || c.On(tracking.Options{}) == nil {
		t.Error("a client that is nil tracks")
	}
	if got := c.Info(); got.Redirect != -1 || len(got.Flags) != 1 || got.Flags[0] != "off" {
		t.Errorf("%+v", got)
	}
	var table *tracking.Table
	table.Changed(1, []byte("k"))
	table.Flushed()
	if got := table.Totals(); got != (tracking.Totals{}) {
		t.Errorf("%+v", got)
	}
}

func BenchmarkChangedWithoutClients(b *testing.B) {
	table := tracking.NewTable(testLimits, nil)
	key := []byte("key")
	b.ReportAllocs()
	for b.Loop() {
		table.Changed(1, key)
	}
}
