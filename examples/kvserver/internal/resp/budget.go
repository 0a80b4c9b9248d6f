package resp

import "sync/atomic"

// A Budget is the memory that all clients of a server share, so that they cannot
// exhaust the machine. Whoever does not get what he needs is refused and does not
// wait, so that two who have half of it each do not wait for each other. It is safe
// for concurrent use.
type Budget struct {
	size int64
	left atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(size int) *Budget {
	b := &Budget{size: int64(size)}
	b.left.Store(int64(size))
	return b
}

// Take takes n bytes if there are as many, and reports whether it did.
func (b *Budget) Take(n int) bool {
	for {
		left := b.left.Load()
		if left < int64(n) {
			return false
		}
		if b.left.CompareAndSwap(left, left-int64(n)) {
			return true
		}
	}
}

// Give gives back n bytes that were taken.
func (b *Budget) Give(n int) { b.left.Add(int64(n)) }

// Left returns how many bytes nobody has taken.
func (b *Budget) Left() int { return int(b.left.Load()) }

// Size returns how many bytes there are in all.
func (b *Budget) Size() int { return int(b.size) }
