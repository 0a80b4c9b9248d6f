// Package kvpebble adapts [Pebble], the embedded LSM-tree engine of CockroachDB,
// to package kvdb. [Open] opens a directory and owns it; [New] borrows a handle
// that the program already has, and leaves it open.
//
// # Durability
//
// A write is acknowledged when it is on the disk (pebble.Sync), so each one costs
// an fsync, which concurrent writes share. [OpenOptions.NoSync] turns that off;
// its documentation says what can be lost then.
//
// When the disk is full, writes are refused with kvdb.ErrNoSpace as soon as Pebble
// fails to flush a memtable, and accepted again once it succeeds. Writes that
// already wait in Pebble go on waiting for space; so do all writes through a
// borrowed handle without [Options.Events]. When the process has no descriptor for
// a table, the same holds with kvdb.ErrUnavailable.
//
// When the write-ahead log of a store from Open cannot be written or opened,
// the write returns kvdb.ErrEngineFailed, and so do all later ones, Ping and Close;
// reads go on, and may see the write. Only opening the store again ends that state. Whether a write
// that failed so is there then is not known; all that were acknowledged are, but
// for those of NoSync. With Pebble alone, and so with New, the process would end.
// It still does, with a panic in one of Pebble's goroutines, when the manifest
// cannot be written in the background or the directory cannot be synced: Pebble
// leaves no other way.
//
// # Damage
//
// Pebble opens a database whose log is damaged in the middle, or whose manifest
// lacks its end, as if that was all: writes that were acknowledged are missing
// without an error. [Open] looks at the files first, which takes about as long as
// replaying the log, and gives notice of what is found there: whole writes after a
// damage, a record that is cut off, tables that nothing refers to. What was cut
// off at the end of a log cannot be known. [Store.Verify] reads everything.
//
// # Capabilities
//
// Appender, Exister, SizedGetter, Batcher (one pebble.Batch, atomic), Scanner, PrefixScanner (in
// bytewise order), Viewer (a pebble.Snapshot), Pinger (a point read), Describer,
// Notifier and StatsReader. Pebble has no transactions, no compare-and-swap, no
// time to live, no read of several keys and no replication, so there is no
// Updater, Swapper, TTLPutter, MultiGetter or Lagger.
//
// Pebble accepts values that it cannot write to a table later, which ends the
// process; hence [MaxValue] and [MaxKey].
//
// # Statistics
//
// The package emits no telemetry of its own; [StatInfos] declares what AppendStats
// reads of the engine. A borrowed handle without [Options.Events] tells nothing of
// flushes, and of stalls only what writes through the store met; a notice says so.
//
// [Pebble]: https://github.com/cockroachdb/pebble
package kvpebble
