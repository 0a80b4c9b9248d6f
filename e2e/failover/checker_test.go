package failover

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

var (
	errCorrupt  = errors.New("a value is of no write of its key")
	errInvented = errors.New("a value was read that nobody had written yet")
	errStale    = errors.New("an old value was read, and a newer one afterwards")
	errLost     = errors.New("a write is lost that was acknowledged outside of a window")
)

// A verdict is how much of a history there was, and what its fail-overs cost.
type verdict struct {
	writes, reads, failed int
	lost                  int // writes that were acknowledged in a window
}

// check holds a history to what the package says.
func check(history []operation, windows []window) (v verdict, err error) {
	keys := make(map[string][]operation)
	for _, o := range history {
		keys[o.key] = append(keys[o.key], o)
		switch {
		case o.failed:
			v.failed++
		case o.write:
			v.writes++
		default:
			v.reads++
		}
	}
	for key, of := range keys {
		lost, err := checkKey(key, of, windows)
		if err != nil {
			return v, fmt.Errorf("%s: %w", key, err)
		}
		v.lost += lost
	}
	return v, nil
}

// A sighting is an operation that tells that there was the nth value when it ended.
type sighting struct {
	operation
	n int
}

func checkKey(key string, history []operation, windows []window) (lost int, err error) {
	written := make(map[int]operation)
	var known, reads []sighting
	for _, o := range history {
		n, ok := decode(key, o.value)
		switch {
		case !ok:
			return 0, fmt.Errorf("%w: %q", errCorrupt, o.value)
		case o.write:
			written[n] = o
		case !o.failed:
			reads = append(reads, sighting{o, n})
		}
		if !o.failed {
			known = append(known, sighting{o, n})
		}
	}
	slices.SortFunc(known, func(a, b sighting) int { return cmp.Compare(a.ends, b.ends) })
	slices.SortFunc(reads, func(a, b sighting) int { return cmp.Compare(a.called, b.called) })
	floor, next, left := 0, 0, 0
	for i, r := range reads {
		if w, is := written[r.n]; r.n > 0 && (!is || w.called > r.ends) {
			return 0, fmt.Errorf("%w: write %d, at %v", errInvented, r.n, r.ends)
		}
		for ; next < len(known) && known[next].ends < r.called; next++ {
			if !slices.ContainsFunc(windows, known[next].overlaps) {
				floor = max(floor, known[next].n)
			}
		}
		if r.n >= floor {
			continue
		}
		why := errLost
		if slices.ContainsFunc(reads[i:], func(later sighting) bool { return later.n >= floor }) {
			why = errStale
		}
		return 0, fmt.Errorf("%w: write %d was there, and write %d was read at %v", why, floor, r.n, r.called)
	}
	if len(reads) > 0 {
		left = reads[len(reads)-1].n
	}
	for n, w := range written {
		if !w.failed && n > left {
			lost++
		}
	}
	return lost, nil
}

// The checker refuses what Redis must not do, and takes what it may.
func TestChecker(t *testing.T) {
	put := func(called, ends time.Duration, n int) operation {
		return operation{"k", true, encode("k", n), false, called, ends}
	}
	failed := func(called, ends time.Duration, n int) operation {
		return operation{"k", true, encode("k", n), true, called, ends}
	}
	get := func(called, ends time.Duration, n int) operation {
		value := ""
		if n > 0 {
			value = encode("k", n)
		}
		return operation{"k", false, value, false, called, ends}
	}
	failover := []window{{from: 10, to: 20}}
	for name, tt := range map[string]struct {
		history []operation
		windows []window
		want    error
		lost    int
	}{
		"in order": {history: []operation{get(0, 1, 0), put(2, 3, 1), get(4, 5, 1), put(6, 7, 2), get(8, 9, 2)}},
		"at once":  {history: []operation{put(0, 1, 1), put(2, 9, 2), get(3, 4, 1), get(5, 6, 2)}},
		"a write that failed, and was carried out":  {history: []operation{put(0, 1, 1), failed(2, 3, 2), get(4, 5, 2)}},
		"one that was not":                          {history: []operation{put(0, 1, 1), failed(2, 3, 2), get(4, 5, 1)}},
		"one that was carried out later":            {history: []operation{put(0, 1, 1), failed(2, 3, 2), get(4, 5, 1), get(6, 7, 2)}},
		"a lost write":                              {history: []operation{put(0, 1, 1), put(2, 3, 2), get(4, 5, 1)}, want: errLost},
		"a lost key":                                {history: []operation{put(0, 1, 1), get(4, 5, 0)}, want: errLost},
		"a stale read":                              {history: []operation{put(0, 1, 1), put(2, 3, 2), get(4, 5, 1), get(6, 7, 2)}, want: errStale},
		"back and forth":                            {history: []operation{put(0, 1, 1), put(2, 19, 2), get(3, 4, 2), get(5, 6, 1), get(20, 21, 2)}, want: errStale},
		"from the future":                           {history: []operation{get(0, 1, 1), put(2, 3, 1)}, want: errInvented},
		"from nowhere":                              {history: []operation{put(2, 3, 1), get(4, 5, 2)}, want: errInvented},
		"of another key":                            {history: []operation{{key: "k", value: encode("l", 1), ends: 1}}, want: errCorrupt},
		"half a value":                              {history: []operation{put(0, 1, 1), {key: "k", value: encode("k", 1)[:3], called: 2, ends: 3}}, want: errCorrupt},
		"lost in a fail-over":                       {history: []operation{put(0, 1, 1), put(12, 13, 2), get(14, 15, 2), get(22, 23, 1)}, windows: failover, lost: 1},
		"under way when it began":                   {history: []operation{put(0, 1, 1), put(9, 13, 2), get(22, 23, 1)}, windows: failover, lost: 1},
		"under way when it was over":                {history: []operation{put(0, 1, 1), put(19, 25, 2), get(26, 27, 1)}, windows: failover, lost: 1},
		"acknowledged before a fail-over, and lost": {history: []operation{put(0, 1, 1), put(2, 3, 2), put(12, 13, 3), get(22, 23, 1)}, windows: failover, want: errLost},
		"acknowledged after it, and lost":           {history: []operation{put(0, 1, 1), put(21, 22, 2), get(23, 24, 1)}, windows: failover, want: errLost},
		"stale in a fail-over":                      {history: []operation{put(0, 1, 1), put(12, 13, 2), put(14, 15, 3), get(16, 17, 2), get(22, 23, 3)}, windows: failover},
		"lost, and back":                            {history: []operation{put(0, 1, 1), put(12, 13, 2), get(22, 23, 1), get(24, 25, 2), get(26, 27, 1)}, windows: failover, want: errLost},
		"read before a fail-over, and lost":         {history: []operation{put(0, 1, 1), put(2, 25, 2), get(3, 4, 2), get(26, 27, 1)}, windows: failover, want: errLost},
	} {
		v, err := check(tt.history, tt.windows)
		if !errors.Is(err, tt.want) || v.lost != tt.lost {
			t.Errorf("%s: %v, %d lost, want %v, %d", name, err, v.lost, tt.want, tt.lost)
		}
	}
}

// spoil returns a history with one lost write, and one with a stale read. It has to end with three
// reads of each key, one after another.
func spoil(history []operation) (lost, stale []operation, ok bool) {
	reads := make(map[string][]int)
	for i, o := range history {
		if !o.write && !o.failed {
			reads[o.key] = append(reads[o.key], i)
		}
	}
	for key, of := range reads {
		if n, _ := decode(key, history[of[len(of)-1]].value); n < 2 {
			continue
		}
		old := func(i int) []operation {
			spoiled := slices.Clone(history)
			spoiled[i].value = encode(key, 1)
			return spoiled
		}
		return old(of[len(of)-1]), old(of[len(of)-2]), true
	}
	return nil, nil, false
}
