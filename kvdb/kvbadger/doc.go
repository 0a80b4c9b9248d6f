// Package kvbadger adapts [Badger], the embedded LSM tree of Dgraph that keeps large
// values in a log of their own, to package kvdb. [Open] opens a directory and owns it;
// [New] borrows a handle that the program already has, and leaves it open.
//
// # Durability
//
// A write is acknowledged when it is on the disk (SyncWrites), unless
// [OpenOptions.NoSync] says otherwise. Writes that wait for each other share a sync.
// Badger goes on when its value log cannot be made durable, and only logs that: a store
// of Open then takes no more writes, which return kvdb.ErrEngineFailed, and neither does one
// of New with [Options.Events].
//
// Badger writes to memory that is mapped from files, which have holes. Where the disk is
// full, the operating system ends the process, and no error can be returned. So leave
// room, and watch the utilization of the disk.
//
// # Blocking
//
// A read begins with the state after all commits before it, and so waits for those that are
// under way, without regard to its context. When flushes fail, or compactions fall
// behind, writes wait, and with them reads; for how long is one of the statistics. Once
// Badger has told of a flush that failed, writes are refused, with the kind of that error,
// until one has succeeded.
//
// # Transactions
//
// Every write is a transaction of Badger. A batch is one, too, and therefore atomic and
// limited: to 15 % of MemTableSize, 9.6 MB by default, where a value in the value log
// counts a few bytes, and to some 100,000 mutations. Above that it is
// kvdb.ErrTooLarge; it is never split.
//
// Update and CompareAndSwap are optimistic: they run again, up to a hundred times in
// all, if a key that they have read has been written meanwhile, and then return
// kvdb.ErrConflict. A scan within an update counts as a read of the keys that it
// yields. A key that another transaction adds to its range is no conflict: Badger keeps
// no ranges.
//
// # Damage
//
// Where a value cannot be read from the value log, Badger logs that and delivers an
// empty value; the store returns kvdb.ErrCorruption. A panic or a fault over what is in
// a file becomes kvdb.ErrCorruption, too, and the store takes no more writes. By
// default, Badger does not look at the checksums of its tables, and treats a key in a
// block that it cannot read as absent: [Store.Verify] reads everything. The process
// still ends when Badger meets damage in a goroutine of its own. The collector of garbage
// ([OpenOptions.GarbageInterval]) stays away from a value log that is damaged.
//
// # Capabilities
//
// Appender, Exister, Batcher, MultiGetter and SizedMultiGetter (one transaction),
// SizedGetter, Scanner, PrefixScanner (in bytewise order), Viewer, Updater, Swapper,
// TTLPutter (to the second, never early), TTLGetter, Pinger, Describer, Notifier and
// StatsReader.
// Badger has no replication, so there is no Lagger. Keys that begin with !badger! are
// its own.
//
// # Telemetry
//
// The package emits none; [StatInfos] declares what AppendStats reads of the engine.
// Badger itself makes spans of its compactions with OpenTelemetry's global
// TracerProvider, which hold bounds of keys: a program that sets one should not sample
// roots named Badger.Compaction and Badger.GC. Its counters in expvar, which all databases of a process
// share, are off unless OpenOptions.Badger has them on.
//
// [Badger]: https://github.com/dgraph-io/badger
package kvbadger
