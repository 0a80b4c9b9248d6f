package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
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
