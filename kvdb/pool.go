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
