// Package failover takes servers away from a program that is on Redis with sentinels, under
// load, and holds what the program tells to what its load saw: metrics, lines, probes and alerts.
//
// What it wrote is held to what Redis promises. Replication is asynchronous, so a primary that
// is replaced takes writes with it that it had acknowledged and not passed on yet. WAIT says which
// those can be: what was acknowledged before a WAIT that all replicas answered is on each of them. So
//
//   - nothing is read that was not written, nor before it was
//   - outside of the window from the last such WAIT until the primary before is gone, each key is a
//     register: a read has the last value that was acknowledged or read before, or a newer one
//   - a fail-over loses acknowledged writes of its window only, and what it has lost does not come back
//
// A write that failed may have been carried out or not, and a later one does not undo that: so
// its key gets no other.
package failover
