package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvtest"
)

// collect follows a scan to its end.
func collect(t *testing.T, c *testClient, between func(), options ...string) []string {
	t.Helper()
	var keys []string
	for cursor := "0"; ; {
		reply := c.do(append([]string{"scan", cursor}, options...)...)
		var rest string
		if _, err := fmt.Sscanf(reply, "[%q", &cursor); err != nil {
			t.Fatalf("%s: %v", reply, err)
		}
		_, rest, _ = strings.Cut(reply, " [")
		for _, quoted := range strings.Fields(strings.TrimSuffix(rest, "]]")) {
			key, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("%s: %v", reply, err)
			}
			keys = append(keys, key)
		}
		if cursor == "0" {
			return keys
		}
		if between != nil {
			between()
		}
	}
}

func TestScanToTheEnd(t *testing.T) {
	store := memory(t)
	var all, users []string
	for i := range 250 {
		for _, prefix := range []string{"a", "user:", "z"} {
			key := fmt.Sprintf("%s%03d", prefix, i)
			all = append(all, key)
			if prefix == "user:" {
				users = append(users, key)
			}
			if err := store.Put(t.Context(), []byte(key), []byte("v")); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.Sort(all)
	c := start(t, store).dial()
	for _, count := range []string{"1", "7", "250", "749", "750", "751", "100000000"} {
		if got := collect(t, c, nil, "count", count); !slices.Equal(got, all) {
			t.Errorf("count %s: %d keys, want %d", count, len(got), len(all))
		}
	}
	for _, pattern := range []string{"user:*", "us[e]r:*", "*s*r*"} {
		if got := collect(t, c, nil, "match", pattern, "count", "20"); !slices.Equal(got, users) {
			t.Errorf("match %s: %d keys, want %d", pattern, len(got), len(users))
		}
	}
	// Keys that come and go do not disturb those that stay.
	n := 0
	got := collect(t, c, func() {
		n++
		c.do("set", fmt.Sprintf("new%03d", n), "v")
		c.do("del", fmt.Sprintf("new%03d", n-5))
	}, "count", "10")
	got = slices.DeleteFunc(got, func(key string) bool { return strings.HasPrefix(key, "new") })
	if !slices.Equal(got, all) {
		t.Errorf("while keys come and go: %d keys, want %d", len(got), len(all))
	}
}

func TestScanStopsAtLargeReplies(t *testing.T) {
	store := memory(t)
	const keys = 100
	for i := range keys {
		key := fmt.Sprintf("%060000d", i)
		if err := store.Put(t.Context(), []byte(key), nil); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, store).dial()
	reply := c.do("scan", "0", "count", "1000")
	if len(reply) < maxScanReply || len(reply) > maxScanReply+200_000 {
		t.Errorf("a reply of %d bytes", len(reply))
	}
	if got := collect(t, c, nil, "count", "1000"); len(got) != keys {
		t.Errorf("%d keys, want %d", len(got), keys)
	}
}

// next takes one step of a scan and returns the cursor to go on with, and how many
// keys it found.
func next(t *testing.T, c *testClient, cursor string, options ...string) (string, int) {
	t.Helper()
	reply := c.do(append([]string{"scan", cursor}, options...)...)
	var to string
	if _, err := fmt.Sscanf(reply, "[%q", &to); err != nil {
		t.Fatalf("%s: %v", reply, err)
	}
	return to, len(strings.Fields(reply)) - 1
}

// fill puts keys that are numbers.
func fill(t *testing.T, store kvdb.Store, keys int) {
	t.Helper()
	for i := range keys {
		if err := store.Put(t.Context(), fmt.Appendf(nil, "%06d", i), nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Scans do not take each other's places, whatever their COUNT, and their cursors
// are numbers that JavaScript can tell apart.
func TestScansSideBySide(t *testing.T) {
	store := memory(t)
	const keys = 20_000
	fill(t, store, keys)
	s := start(t, store)
	slow, fast := s.dial(), s.dial()
	cursor, found := next(t, slow, "0", "count", "100")
	for cursor != "0" {
		if n, err := strconv.ParseInt(cursor, 10, 64); err != nil || n >= 1<<53 {
			t.Fatalf("the cursor %s: %v", cursor, err)
		}
		if found == 200 {
			if got := collect(t, fast, nil); len(got) != keys {
				t.Errorf("%d keys, want %d", len(got), keys)
			}
		}
		var n int
		cursor, n = next(t, slow, cursor, "count", "100")
		found += n
	}
	if found != keys {
		t.Errorf("beside another scan: %d keys, want %d", found, keys)
	}
}

// A client that has lost a reply sends the cursor again, on another connection.
func TestScanAgain(t *testing.T) {
	store := memory(t)
	fill(t, store, 100)
	s := start(t, store)
	first, _ := next(t, s.dial(), "0", "count", "40")
	second, n := next(t, s.dial(), first, "count", "40")
	if again, m := next(t, s.dial(), first, "count", "40"); again != second || m != n {
		t.Errorf("again: %s with %d keys, want %s with %d", again, m, second, n)
	}
	for range 2 {
		if end, n := next(t, s.dial(), second, "count", "40"); end != "0" || n != 20 {
			t.Errorf("the end: %s with %d keys", end, n)
		}
	}
}

func TestScanOfAnotherDatabase(t *testing.T) {
	store := memory(t)
	fill(t, store, 100)
	c := start(t, store).dial()
	cursor, _ := next(t, c, "0")
	c.do("select", "1")
	if got := c.do("scan", cursor); got != "-ERR the cursor is that of another database: begin again with 0" {
		t.Errorf("in another database: %s", got)
	}
	c.do("select", "0")
	if _, n := next(t, c, cursor); n != 10 {
		t.Errorf("%d keys, want 10", n)
	}
}

// A pattern that is slow to match makes steps short, and loses no key.
func TestScanStopsAtSlowPatterns(t *testing.T) {
	store := memory(t)
	for i := range 30 {
		key := strings.Repeat("a", 8000) + fmt.Sprintf("%02db", i)
		if err := store.Put(t.Context(), []byte(key), nil); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, store).dial()
	pattern := "*" + strings.Repeat("a*", 20) + strings.Repeat("?", 100) + "b"
	if cursor, n := next(t, c, "0", "count", "1000", "match", pattern); cursor == "0" || n == 0 {
		t.Errorf("one step visits all keys: %d", n)
	}
	if got := collect(t, c, nil, "count", "1000", "match", pattern); len(got) != 30 {
		t.Errorf("%d keys, want 30", len(got))
	}
	if got := c.do("keys", pattern); strings.Count(got, " ") != 29 {
		t.Errorf("%d keys, want 30", strings.Count(got, " ")+1)
	}
}

// Places and lists of keys are charged to the budget, which has all again at the end.
func TestScansAreCharged(t *testing.T) {
	store := memory(t)
	fill(t, store, 50_000)
	s := start(t, store, func(l *limits) { l.memory = 4 << 20 })
	c := s.dial()
	c.do("ping") // or it may not have been let in
	before := s.budget.Left()
	if got := c.do("keys", "*"); strings.Count(got, " ") != 49_999 {
		t.Errorf("%.100s", got)
	}
	c.do("ping") // or the command may not have ended, whose reply is here
	if got := s.budget.Left(); got != before {
		t.Errorf("KEYS keeps %d bytes", before-got)
	}
	for range 100 {
		next(t, c, "0")
	}
	if got := before - s.budget.Left(); got < 100*100 || got != s.cursors.Bytes() {
		t.Errorf("100 places take %d bytes of the budget, and are %d", got, s.cursors.Bytes())
	}
	s = start(t, store, func(l *limits) { l.memory = 512 << 10 })
	if got := s.dial().do("keys", "*"); !strings.HasPrefix(got, "-") {
		t.Errorf("without memory: %.100s", got)
	}
}

// EXISTS reads no value where the engine can tell without.
func TestExistsReadsNoValue(t *testing.T) {
	m := memory(t)
	tally := kvtest.NewTally(m)
	c := start(t, struct {
		kvdb.Store
		kvdb.Exister
	}{failingStore{}, m}).dial()
	if err := m.Put(t.Context(), []byte("k"), nil); err != nil {
		t.Fatal(err)
	}
	if got := c.do("exists", "k", "x", "k"); got != ":2" {
		t.Errorf("exists: %s", got)
	}
	c = start(t, tally).dial()
	c.do("exists", "k", "x", "k")
	if tally.Count("get", "ok") != 2 || tally.Count("get", "miss") != 1 {
		t.Errorf("counted %v", tally.Counts())
	}
}
