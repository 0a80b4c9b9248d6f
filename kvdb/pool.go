package kvdb

import (
	"context"
	"time"
)

// PoolStats are the counts of a pool of connections. A negative number is not
// known.
type PoolStats struct {
	Idle    int64 // connections that nobody uses
	Used    int64 // connections in use
	Max     int64 // the most connections that may be open; 0 is no limit
	IdleMin int64 // connections that are kept in reserve; 0 is none
	IdleMax int64 // the most connections that may be idle; 0 is no limit
	Pending int64 // requests that wait for a connection

	// Since the pool was made:
	Timeouts int64         // requests that gave up waiting
	Waits    int64         // requests that got a connection after they waited
	WaitTime time.Duration // the time that those waited, added up
	Dials    FailedDials   // attempts to open a connection that failed
	Times    PoolTimes     // of a pool that measures each
}

// PoolTimes are how long a pool's connections took, since the pool was made. Those of a pool that does
// not measure them are the zero value. Of one that does, each request that got a connection is in Wait, also if it
// did not have to wait, and Waits and WaitTime of [PoolStats] are not looked at.
type PoolTimes struct {
	Measured bool
	Create   PoolDurations // to open a connection until it could be used; those that failed are not in it
	Wait     PoolDurations // to get a connection
}

// PoolDurations are durations by the bounds of [PoolTimeBounds]: as many counts, and one of those above
// all bounds. They do not fall.
type PoolDurations struct {
	Counts [poolTimeBounds + 1]int64
	Sum    time.Duration
}

const poolTimeBounds = 11

// PoolTimeBounds returns the upper edges, inclusive, of the counts of [PoolDurations].
func PoolTimeBounds() [poolTimeBounds]time.Duration {
	return [...]time.Duration{
		100 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond,
		100 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second,
	}
}

// FailedDials counts attempts to open a connection that failed, by the kind of their
// errors, without those whose caller went away.
type FailedDials struct {
	Timeout     int64 // ErrTimeout
	Unavailable int64 // ErrUnavailable
	Other       int64
}

// A PoolReader reads the state of the store's connections to a server.
type PoolReader interface {
	// PoolStats returns the counts of all connections of the store together. The
	// counts since the pool was made do not fall. Like AppendStats it is polled
	// in the background.
	PoolStats(ctx context.Context) (PoolStats, error)
}
