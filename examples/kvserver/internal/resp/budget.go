package resp

import "sync/atomic"

// A Budget is the memory that all clients of a server share, so that they cannot
// exhaust the machine. Whoever does not get what he needs is refused and does not
// wait, so that two who have half of it each do not wait for each other. It is safe
// for concurrent use.
type Budget struct {
	size    int64
	reserve int64
	left    atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(size int) *Budget {
	b := &Budget{size: int64(size)}
	b.left.Store(int64(size))
	return b
}

// Reserve keeps n bytes for [Budget.TakeReserved]. It must come before all else.
func (b *Budget) Reserve(n int) { b.reserve = int64(n) }

// Take takes n bytes if there are as many besides the reserve, and reports whether it
// did.
func (b *Budget) Take(n int) bool { return n == 0 || b.take(int64(n), b.reserve) }

// TakeReserved takes n bytes, of the reserve if need be.
func (b *Budget) TakeReserved(n int) bool { return b.take(int64(n), 0) }

func (b *Budget) take(n, least int64) bool {
	for {
		left := b.left.Load()
		if left-n < least {
			return false
		}
		if b.left.CompareAndSwap(left, left-n) {
			return true
		}
	}
}

// Give gives back n bytes that were taken.
func (b *Budget) Give(n int) { b.left.Add(int64(n)) }

// Left returns how many bytes nobody has taken.
func (b *Budget) Left() int { return int(b.left.Load()) }

// Free returns how many bytes Take could take, which is negative when the reserve is
// in use.
func (b *Budget) Free() int { return int(b.left.Load() - b.reserve) }

// Size returns how many bytes there are in all.
func (b *Budget) Size() int { return int(b.size) }
