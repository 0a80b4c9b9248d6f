package kvbadger

import (
	"strings"
	"time"
)

// leastStall is the shortest wait that counts: the writing of a large batch itself can take
// as long as a shorter one.
const leastStall = 100 * time.Millisecond

// A stall is for how long writes waited for room in the memory tables. Badger writes one
// batch after the other. It logs when it begins to write one to a memory table, and when
// the batch is written or has failed.
type stall struct {
	since time.Time // of what is written now; zero is nothing
	total time.Duration
}

// What the lines of a batch begin with.
const (
	saysWriting     = "Writing to memtable"
	saysWritten     = "Sending updates to subscribers"
	saysWriteFailed = "writeRequests: "
)

// stepOf returns what a line is for a stall, nil for lines about something else.
func stepOf(format string) func(*stall, time.Time) {
	switch {
	case strings.HasPrefix(format, saysWriting):
		return (*stall).begin
	case strings.HasPrefix(format, saysWritten), strings.HasPrefix(format, saysWriteFailed):
		return (*stall).end
	}
	return nil
}

func (s *stall) begin(now time.Time) { s.since = now }

func (s *stall) end(now time.Time) { s.total, s.since = s.upTo(now), time.Time{} }

// upTo is the time of all stalls, with one that lasts.
func (s *stall) upTo(now time.Time) time.Duration {
	if s.since.IsZero() {
		return s.total
	}
	if lasts := now.Sub(s.since); lasts > leastStall {
		return s.total + lasts
	}
	return s.total
}
