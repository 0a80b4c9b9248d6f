package kvredis

import "time"

// A topology counts the changes of primaries, and the time without one.
type topology struct {
	primaries map[string]string // where each is, by its shard; of one server there is one
	failovers int
	without   time.Duration // in gaps that are over
	since     time.Time     // of the gap that is not; zero is none
}

// note takes what a look that began and ended then has seen. It returns whether a primary
// has changed, and how long there was none before.
func (t *topology) note(began, ended time.Time, seen *sight, err error) (gap time.Duration, changed bool) {
	if err != nil || seen.down {
		if t.since.IsZero() && t.primaries != nil {
			t.since = began
		}
		if seen == nil {
			return 0, false
		}
	} else if !t.since.IsZero() {
		gap = ended.Sub(t.since)
		t.without += gap
		t.since = time.Time{}
	}
	n := 0
	for shard, at := range seen.primaries {
		if before, known := t.primaries[shard]; known && before != at {
			n++
		}
	}
	t.failovers += n
	t.primaries = seen.primaries
	return gap, n > 0
}

// until returns the time without a primary, up to now.
func (t *topology) until(now time.Time) time.Duration {
	if t.since.IsZero() {
		return t.without
	}
	return t.without + now.Sub(t.since)
}
