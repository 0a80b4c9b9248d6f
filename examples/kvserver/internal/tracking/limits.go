package tracking

// Limits bound a [Table].
type Limits struct {
	Keys     int // the most keys, tracking-table-max-keys in Redis
	Bytes    int // the most memory for keys, clients that hold them, and prefixes
	Prefixes int // the most prefixes of all clients
}

// DefaultLimits are for a server with a budget of so many bytes. Redis has as many
// keys, and bounds neither their memory nor prefixes. Every change is compared with
// all prefixes; 1024 of them take some microseconds.
func DefaultLimits(budget int) Limits {
	return Limits{Keys: 1_000_000, Bytes: budget / 4, Prefixes: 1024}
}

// itemCost is the memory of one client that holds one key: a slot in a map that is half
// full, and a pointer among the holders, which have room for as many again.
const itemCost = 64

// keyCost is the memory of a key: a slot in a map that is half full, and its bytes in
// a size class of the allocator, and whether it is known to expire.
func keyCost(length int) int { return 160 + length + length/4 }

// take takes memory if the limits and the budget have it.
func (t *Table) take(n int) bool {
	if t.used+n > t.limits.Bytes || !t.budget.Take(n) {
		return false
	}
	t.used += n
	return true
}

func (t *Table) free(n int) {
	t.used -= n
	t.budget.Give(n)
}

// takeEvicting takes memory, if need be that of keys, which it takes out, and
// reports whether that was enough.
func (t *Table) takeEvicting(n int) bool {
	for !t.take(n) {
		if !t.evictFor(n) {
			return false
		}
	}
	return true
}

// evictFor takes out any key to make room for n bytes. It returns false when there is
// none, or all of them would not be enough.
func (t *Table) evictFor(n int) bool {
	keys := t.used - t.prefixes.used
	if n > min(t.limits.Bytes-t.prefixes.used, t.budget.Free()+keys) {
		return false
	}
	_, e, ok := t.keys.any()
	switch {
	case ok && e.due != nil: // those of prefixes are told as well
		t.changedLocked(nobody, [][]byte{[]byte(e.key)})
	case ok:
		tell(e.holders, encode(e.key), nobody)
		t.remove(e)
	}
	return ok
}
