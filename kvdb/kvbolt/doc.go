// Package kvbolt adapts [bbolt], the embedded B+ tree of etcd, to package kvdb.
// [Open] opens a file and owns it; [New] borrows a handle that the program already
// has, and leaves it open. A store is one bucket of the file; nested buckets are
// skipped.
//
// # Durability
//
// A write is acknowledged when it is on the disk, unless [OpenOptions.NoSync] says
// otherwise. A write that failed in the middle of its commit may be there
// afterwards or not, but never in part. Writes that change nothing, such as the
// deletion of an absent key, sync nothing.
//
// bbolt has one writer at a time and syncs twice for each transaction. So Put,
// Delete, Apply and CompareAndSwap calls that wait for their turn are carried out
// together: the next one commits for all that wait. This is not DB.Batch, where a
// lone write takes 10 ms longer because it waits for company; here it takes as
// long as with DB.Update. Measured with Puts of 100 bytes from 4, 16 and 64
// goroutines, it makes 2, 6 and 14 times as many a second as DB.Update, and 2 to 4
// times as many as DB.Batch. A write that cannot work does not make the others of
// its group fail, and no function of the caller runs twice.
//
// # Blocking
//
// A write that waits for its turn gives up when its context is done. That is the
// turn among the writes of this store: a transaction that somebody else has open
// on a borrowed handle is waited for without regard to the context.
//
// bbolt maps the file into memory, and a write that has to enlarge the mapping
// waits for the read transactions that are open; reads that begin meanwhile wait
// for that write, without regard to the context. Reads hold a transaction for as
// long as they copy; a scan reads a page of entries at a time and holds none while
// its loop runs. A view holds one throughout, so its function should be short, and
// should use the store only through its reader: a write to the store, or a read
// past the reader, from within the function can wait for the function itself. The
// mapping doubles up to 1 GiB, and then grows by 1 GiB. On systems other than
// Windows, where it would enlarge the file, InitialMmapSize in [OpenOptions.Bolt]
// can be generous and spares the waiting.
//
// # Capabilities
//
// Appender, Exister, Batcher (one transaction), MultiGetter (one read transaction),
// SizedGetter, SizedMultiGetter, Scanner, PrefixScanner (in bytewise order), Viewer (one read transaction),
// Updater (no conflicts, so no reruns), Swapper (within a write transaction),
// Pinger, Describer, Notifier and StatsReader. bbolt has no time to live and no
// replication, so there is no TTLPutter or Lagger.
//
// # Damage
//
// bbolt panics, or the process faults, where the file is not what was written.
// Calls of the store return kvdb.ErrCorruption then. After a commit that ended
// like this the store takes no more writes, which return kvdb.ErrEngineFailed. When
// the first two pages of an open file are overwritten it takes no calls at all, as
// bbolt keeps its locks; calls that were waiting for one of them do not return. Nor
// does it take any after a file could not be mapped into memory as it grew.
//
// When one of the first two pages is damaged at the start, bbolt opens the file as
// it was before its last transaction, and a notice says so. [Store.Verify] reads
// everything.
//
// The process still ends when bbolt meets the damage in a goroutine of its own,
// which is its search for free pages with NoFreelistSync in [OpenOptions.Bolt].
//
// # Statistics
//
// The package emits no telemetry of its own; [StatInfos] declares what AppendStats
// reads of the engine.
//
// [bbolt]: https://github.com/etcd-io/bbolt
package kvbolt
