package kvredis

import (
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	// staleSight is how old a look at the primary may be that lags are told from.
	staleSight = 5 * watchInterval

	// silent is after how many seconds without a word a replica is not connected. It
	// acknowledges each second, and a primary notices after repl-timeout, a minute.
	silent = 5

	// mostMarks bounds what is remembered: lags beyond are told as that long.
	mostMarks = 1000
)

// A mark is a point in what a primary has written: an offset, or a beat.
type mark struct {
	n  float64
	at time.Time
}

// marks are of one primary, in order.
type marks []mark

// add appends a mark. One that is below those before it, as after a fail-over, replaces
// them.
func (m marks) add(n float64, at time.Time) marks {
	if m = m.below(n, false); len(m) > 0 && m[len(m)-1].n == n {
		return m
	}
	if len(m) == mostMarks {
		m = append(m[:0], m[1:]...)
	}
	return append(m, mark{n, at})
}

// below returns the marks below n, and those at n, too, unless they are to go.
func (m marks) below(n float64, at bool) marks {
	for len(m) > 0 && (m[len(m)-1].n > n || at && m[len(m)-1].n == n) {
		m = m[:len(m)-1]
	}
	return m
}

// missed returns since when there has been something above n; zero if nothing is.
func (m marks) missed(n float64) time.Time {
	for _, mark := range m {
		if mark.n > n {
			return mark.at
		}
	}
	return time.Time{}
}

// A history is what lags are told from.
type history struct {
	seen    time.Time
	run     string
	known   bool
	offsets map[string]marks
	beats   marks
	missed  map[string]time.Time // of each replica that is connected: since when it lacks something
	away    []string             // those that are not
}

// note takes a sight.
func (h *history) note(now time.Time, seen *sight, err error) {
	if err != nil {
		return
	}
	h.seen, h.missed, h.away = now, make(map[string]time.Time), nil
	beating := seen.arrived != nil
	h.known = !beating || seen.beat != 0
	// A new primary may not have what the one before had written last, and writes it anew.
	another := seen.run != h.run
	h.run = seen.run
	if seen.beat != 0 {
		h.beats = h.beats.below(float64(seen.beat), true)
	}
	offsets := make(map[string]marks)
	for primary, n := range seen.offsets {
		offsets[primary] = h.offsets[primary].below(n, another)
	}
	for _, f := range seen.followers {
		n, answers := seen.arrived[f.address]
		switch {
		case !f.online, beating && !answers, !beating && f.silence >= silent:
			h.away = append(h.away, f.address)
		case beating:
			h.missed[f.address] = h.beats.missed(float64(n))
		default:
			h.missed[f.address] = offsets[f.primary].missed(f.offset)
		}
	}
	if seen.beat != 0 {
		h.beats = h.beats.add(float64(seen.beat), now)
	}
	for primary, n := range seen.offsets {
		offsets[primary] = offsets[primary].add(n, now)
	}
	h.offsets = offsets
}

// lags returns the lag of each replica, or false if they are not known.
func (h *history) lags(now time.Time) (map[string]time.Duration, bool) {
	if !h.known || now.Sub(h.seen) > staleSight {
		return nil, false
	}
	lags := make(map[string]time.Duration)
	for address, since := range h.missed {
		lags[address] = 0
		if !since.IsZero() {
			lags[address] = max(now.Sub(since), 0)
		}
	}
	for _, address := range h.away {
		lags[address] = kvdb.NotConnected
	}
	return lags, true
}
