package resp

import "sync/atomic"

// A Budget is the memory that all clients of a server share for what is
// larger than usual, so that many large requests at once cannot exhaust the
// machine. It is safe for concurrent use.
type Budget struct{ left atomic.Int64 }

// NewBudget returns a budget of so many bytes.
func NewBudget(size int) *Budget {
	b := new(Budget)
	b.left.Store(int64(size))
	return b
}

// Take takes n bytes if there are as many, and reports whether it did.
func (b *Budget) Take(n int) bool {
	if b.left.Add(-int64(n)) >= 0 {
		return true
	}
	b.left.Add(int64(n))
	return false
}

// Give gives back n bytes that were taken.
func (b *Budget) Give(n int) { b.left.Add(int64(n)) }

// Left returns how many bytes nobody has taken.
func (b *Budget) Left() int { return int(b.left.Load()) }
