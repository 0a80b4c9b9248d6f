// Package kvredis adapts [Redis] and what speaks its protocol, such as Valkey, to package
// kvdb, through go-redis. [Open] connects to a server, to the primary that sentinels know,
// or to a cluster, and owns the client; [New] borrows a client that the program already
// has, and leaves it open.
//
// The store's keys are the strings of one database of the server. Keys of other types
// are errors where they are read, kvdb.ErrInvalidArgument, absent to GetMany and to scans,
// and present to Exists; a Put replaces them.
//
// # Durability
//
// A write is acknowledged when the primary has it in memory. When it is on a disk is for
// the server's own configuration; a replica gets it later. So a fail-over loses the
// writes that were acknowledged last, as a server that ends does, as far as its
// configuration allows.
//
// go-redis tries a command again when its connection broke, up to MaxRetries times, as it
// cannot know whether the server had carried it out. A Put that was carried out twice may
// undo a write of somebody else that came between. MaxRetries of -1 in the client's options ends
// that. CompareAndSwap is never tried again: with an error, it may have swapped or not.
//
// # Time
//
// A call ends when the deadline of its context has passed, or before: go-redis waits
// ReadTimeout for each reply. A context that is cancelled ends the wait for a
// connection and for the next attempt, but not that for a reply, which go-redis has no way to end.
// Of a cluster's client that New borrows, ContextTimeoutEnabled has to be set, or replies
// are waited for without regard to deadlines; a notice says so.
//
// # Capabilities
//
// Batcher (MULTI; in a cluster all keys must be of one slot), Exister, MultiGetter (MGET; in
// a cluster one for each slot), PrefixScanner (SCAN, in no order), Swapper (a script),
// TTLPutter (in milliseconds), TTLGetter, Pinger, PoolReader, StatsReader, Lagger, Describer and Notifier.
// Redis has no order of keys, no snapshots, and no transactions that read before they write but with WATCH,
// which does not cover a scan: so there is no Scanner, Viewer or Updater. Between a call that reads
// and one that writes, others may write; CompareAndSwap does both at once.
//
// # Errors
//
// Errors have the kinds of package kvdb. What the server says can quote keys and values, so
// its texts are replaced by those of this package; the server's own error is below, for
// errors.As.
//
// go-redis also writes of some of them to standard error, such as of a pool whose dials fail, by a logger
// of the process, which is the program's to set: redis.SetLogger. This package leaves it alone.
//
// # Statistics and replication
//
// The package emits no telemetry of its own; [StatInfos] declares what AppendStats reads of
// INFO. From the first question for statistics or lags until Close the store also looks at the
// primary once a second, with a connection of its own: so it counts the changes of the
// primary, and the time during which none answered, exact to a second. A primary that starts again at
// its address is no change. A notice tells of each. [Store.ReplicationLag] says what lags are measured by.
//
// Of a cluster it counts the changes of each shard, and asks through the program's own client: one
// node for its opinion of the cluster, which the others may not share yet or any more, and each primary.
// A pool that has no connection left within a second looks as if none answered.
//
// # Fail-over
//
// When a primary of sentinels dies, operations fail with kvdb.ErrUnavailable for as long as the sentinels wait
// (down-after-milliseconds), one or two seconds more for their vote, and up to a second until the pool
// connects again. With a second of the watch, that is what the time without a primary counts. The next look at the new primary counts
// one fail-over and posts the notice "failover". Its own name is then missed among the replicas, until the one that died is back
// as a replica, or for the time that telemetry remembers one.
//
// Writes may be lost that were acknowledged, and not passed on: those of the last moment before the end of a primary that dies. When sentinels
// are told to change it (SENTINEL FAILOVER), there is hardly a time without a primary, but for some seconds
// the one before goes on to take writes, of clients that do not know yet, and loses them. What WAIT has seen on all replicas is not lost;
// min-replicas-to-write and min-replicas-max-lag bound the rest where a primary is cut off.
//
// The package is tested with the Redis 7.0 of Debian 12, which has no Valkey.
//
// [Redis]: https://redis.io
package kvredis
