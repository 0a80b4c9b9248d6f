// Package tracking knows which client may hold which key in a cache of its own, and
// tells it when the key changes: CLIENT TRACKING of the Redis protocol.
//
// A [Client] that tracks is entered with each key that it reads, or with prefixes
// (BCAST). Whoever changes keys says so, and those concerned are sent a message. Keys
// have no database, as in Redis: a change of a key in one invalidates the keys of its
// name in all.
//
// # Why no stale value stays
//
// Three rules, of which each caller keeps one:
//
//   - A reader is entered before the engine is asked: [Client.Remember], then read.
//   - A writer tells of a key after the engine has returned, whatever it returned, and
//     before its client has the reply: write, then [Table.Changed].
//   - What a client is sent goes out behind the reply to the command that it is
//     running, neither before nor within it.
//
// Take a write of a key and a read of it by a client that tracks. If the read is
// entered before Changed looks, Changed finds it and sends a message. By the third
// rule that comes behind the reply with the value, old or new, so the client drops
// what it has just cached. If the read is entered after Changed has looked, the engine
// is asked after the write has returned, and gives the new value. Either way the old
// value is gone once the client has read all that was there for it when the writer had
// its reply.
//
// The third rule is the one that is easily forgotten: a message that overtakes the
// value that it is about is lost on the client, which keeps the value for ever.
//
// With nobody tracking, Changed is one atomic load. The same reasoning holds: a client
// is counted before it is entered anywhere, so a writer that sees none has written
// before any tracked read asks the engine.
//
// A key that expires inside an engine does so without a word. So a reader asks, once it is
// entered and before it reads, how long the key stays, and [Table.Expires] tells those who
// hold it at that time, by the clock of this process. A write in between is one that Changed
// tells of. In broadcasting mode clients can read on another connection, and so all reads
// of keys with such a prefix are asked about.
//
// # What it costs
//
// Memory is bounded by [Limits] and taken from the budget of the server. When a key
// finds no room, any others are taken out, and their clients are told as if they had
// changed; a key too large for the table is invalidated at once. A client that leaves
// is forgotten.
//
// The lock of a table is held over nothing that can block: messages are put in memory.
// They have to be there before it is released. Otherwise two writers of a key could
// come at the same time, the second find nobody left to tell, and give its reply
// before the message of the first was sent.
package tracking
