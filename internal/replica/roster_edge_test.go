package replica_test

import (
	"slices"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/replica"
)

func lags(names ...string) map[string]time.Duration {
	all := make(map[string]time.Duration)
	for _, name := range names {
		all[name] = 0
	}
	return all
}

// The help of kvdb.replication.connected says five minutes.
func TestEdgeOfMemory(t *testing.T) {
	if replica.Memory != 5*time.Minute {
		t.Errorf("replicas are remembered for %v", replica.Memory)
	}
	for name, tc := range map[string]struct {
		after  time.Duration
		missed []string
	}{
		"at once":       {0, []string{"a"}},
		"just before":   {replica.Memory - 1, []string{"a"}},
		"at the end":    {replica.Memory, nil},
		"after it":      {replica.Memory + 1, nil},
		"a clock back":  {-time.Hour, []string{"a"}},
		"a year later":  {365 * 24 * time.Hour, nil},
		"a moment more": {1, []string{"a"}},
	} {
		var r replica.Roster
		now := time.Now()
		r.Note(now, lags("a", "b"))
		if missed := r.Note(now.Add(tc.after), lags("b")); !slices.Equal(missed, tc.missed) {
			t.Errorf("%s: %q, want %q", name, missed, tc.missed)
		}
	}
}

// A newcomer takes the place of the one that has been away for longest, however the map
// has them.
func TestLongestAwayIsReplaced(t *testing.T) {
	all := []string{"d", "a", "c", "e", "b", "f"}
	for range 20 {
		var r replica.Roster
		now := time.Now()
		for i := range all {
			now = now.Add(time.Second)
			r.Note(now, lags(all[i:]...))
		}
		for i := range all { // who is new stays
			now = now.Add(time.Second)
			var come []string
			for j := range i + 1 {
				come = append(come, string(rune('u'+j)))
			}
			want := slices.Sorted(slices.Values(all[i+1:]))
			if missed := r.Note(now, lags(come...)); !slices.Equal(missed, want) {
				t.Fatalf("after %q %q are missed, want %q", come, missed, want)
			}
		}
	}
}

// Of those that went at one moment the first by name is replaced, so that all who ask
// say the same.
func TestReplacedByName(t *testing.T) {
	for range 20 {
		var r replica.Roster
		now := time.Now()
		r.Note(now, lags("c", "a", "b", "d"))
		if missed := r.Note(now.Add(time.Second), lags("x", "y")); !slices.Equal(missed, []string{"c", "d"}) {
			t.Fatalf("%q are missed", missed)
		}
	}
}

// A replica that is replaced is forgotten for good: it is a newcomer when it is back.
func TestReplacedIsForgotten(t *testing.T) {
	var r replica.Roster
	now := time.Now()
	for i, n := range []struct {
		lists, missed []string
	}{
		{[]string{"a"}, nil},
		{[]string{"b"}, nil},      // in place of a
		{[]string{"a", "b"}, nil}, // one more
		{[]string{}, []string{"a", "b"}},
		{[]string{"c", "d", "e"}, nil}, // more than are away
		{nil, []string{"c", "d", "e"}},
	} {
		now = now.Add(time.Second)
		if missed := r.Note(now, lags(n.lists...)); !slices.Equal(missed, n.missed) {
			t.Errorf("note %d: %q, want %q", i, missed, n.missed)
		}
	}
}
