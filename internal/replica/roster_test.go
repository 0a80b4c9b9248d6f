package replica_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/replica"
)

func TestRoster(t *testing.T) {
	type note struct {
		after  time.Duration
		lists  string // a letter for each
		missed string
	}
	for name, notes := range map[string][]note{
		"none":                      {{0, "", ""}, {time.Hour, "", ""}},
		"all are there":             {{0, "ab", ""}, {time.Second, "ab", ""}},
		"one is missed":             {{0, "ab", ""}, {time.Second, "b", "a"}, {replica.Memory - 2*time.Second, "b", "a"}},
		"and comes back":            {{0, "ab", ""}, {time.Second, "b", "a"}, {time.Second, "ab", ""}, {time.Second, "b", "a"}},
		"and is forgotten":          {{0, "ab", ""}, {time.Second, "b", "a"}, {replica.Memory, "b", ""}},
		"all of them":               {{0, "ab", ""}, {time.Second, "", "ab"}, {replica.Memory, "", ""}},
		"further ones":              {{0, "a", ""}, {time.Second, "abc", ""}},
		"another in its place":      {{0, "ab", ""}, {time.Second, "bc", ""}},
		"another, later":            {{0, "ab", ""}, {time.Second, "b", "a"}, {time.Second, "bc", ""}},
		"one of two replaced":       {{0, "abc", ""}, {time.Second, "c", "ab"}, {time.Second, "cd", "b"}},
		"the first one gone":        {{0, "abc", ""}, {time.Second, "ac", "b"}, {time.Second, "c", "ab"}, {time.Second, "cd", "a"}},
		"who was there is no other": {{0, "abc", ""}, {time.Second, "c", "ab"}, {time.Second, "ac", "b"}},
	} {
		var r replica.Roster
		now := time.Now()
		for i, n := range notes {
			now = now.Add(n.after)
			lags := make(map[string]time.Duration)
			for _, l := range n.lists {
				lags[string(l)] = 0
			}
			got := ""
			for _, m := range r.Note(now, lags) {
				got += m
			}
			if got != n.missed {
				t.Errorf("%s: note %d misses %q, want %q", name, i, got, n.missed)
			}
		}
	}
}

// A store whose replicas have another name each time misses none, and the roster does
// not grow.
func TestRosterIsBounded(t *testing.T) {
	var r replica.Roster
	now := time.Now()
	for i := range 10_000 {
		now = now.Add(time.Second)
		if missed := r.Note(now, map[string]time.Duration{fmt.Sprint("a", i): 0, fmt.Sprint("b", i): 0}); len(missed) > 0 {
			t.Fatalf("%v are missed", missed)
		}
	}
	if missed := r.Note(now, nil); !slices.Equal(missed, []string{"a9999", "b9999"}) {
		t.Errorf("in the end %v are missed", missed)
	}
}
