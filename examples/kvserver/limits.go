package main

import (
	"fmt"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

// limits bound what clients can make the server spend. The memory that they make it
// hold is from one budget, but for the data of an engine that keeps it in memory.
type limits struct {
	clients int         // at a time
	size    resp.Limits // of a command; a value is one argument
	key     int         // the longest key that is written, in bytes
	memory  int         // of that budget, in bytes
	table   int         // of the engine in memory, in bytes; besides that budget

	idleTime    time.Duration // a client may be silent between commands
	bufferTime  time.Duration // of that, it keeps its buffer
	requestTime time.Duration // a command may take to come, once it has begun, besides what its size allows
	replyTime   time.Duration // a client may take to read what is flushed at once, besides that
	slowest     int           // bytes a second that a client moves at least, on the whole
	lingerTime  time.Duration // a client may take to notice that it is not served any more
	graceTime   time.Duration // what has been sent may take to come, when the server stops
	drainTime   time.Duration // commands may take to end, when the server stops
}

// longestKey is longer than those that people use. Scans keep keys in memory.
const longestKey = 64 << 10

var defaultLimits = limits{
	clients: 4096,
	size:    resp.Limits{Args: 1 << 20, Bulk: 512 << 20, Command: 1 << 30, Inline: 64 << 10}, // as Redis has them
	key:     longestKey,
	memory:  defaultMemory,
	table:   mostPebbleTable,

	idleTime:    10 * time.Minute,
	bufferTime:  time.Second,
	requestTime: 30 * time.Second,
	replyTime:   30 * time.Second,
	slowest:     64 << 10,
	lingerTime:  250 * time.Millisecond,
	graceTime:   100 * time.Millisecond,
	drainTime:   4 * time.Second,
}

// protocol says what a command may be, however much memory there is.
func (l *limits) protocol() string {
	return fmt.Sprintf("a command has at most %d arguments of %v each, %v in all, a line without lengths %v, and a key that it writes %v",
		l.size.Args, size(l.size.Bulk), size(l.size.Command), size(l.size.Inline), size(l.key))
}

// allowed is how long a command or a reply may take of which so many bytes have
// moved: one that stands still, or trickles, ends soon, and a large one over a slow
// line does not.
func (l *limits) allowed(least time.Duration, moved int) time.Duration {
	return least + time.Duration(moved/l.slowest)*time.Second
}
