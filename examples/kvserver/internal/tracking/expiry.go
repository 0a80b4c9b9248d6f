package tracking

import (
	"container/heap"
	"time"
)

// A due is when a key expires that clients may hold.
type due struct {
	key   string // that of its entry
	at    time.Time
	index int // in dues
}

// dueCost is the memory of a due: itself, and a pointer in a list with room for as many
// again.
const dueCost = 80

// Expires tells that a key which a client is about to read is absent after a time. It is
// called behind [Client.Remember] and before the engine is asked for the value, so that a
// writer who comes in between is heard. When that time has come, those who may hold the key
// are told as if it had been removed. Without room for it they are told at once.
func (t *Table) Expires(key []byte, after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, known := t.keys.get(key)
	if !known && !t.prefixes.match(key) {
		return // those who read it have been told meanwhile
	}
	at := time.Now().Add(after)
	if e.due != nil {
		// The later time can be that of a value which has been overwritten since.
		if at.Before(e.due.at) {
			e.due.at = at
			heap.Fix(&t.dues, e.due.index)
			t.wait()
		}
		return
	}
	cost := dueCost
	if !known {
		cost += keyCost(len(key))
	}
	if after <= 0 || !known && t.keys.len() >= t.limits.Keys || !t.take(cost) {
		t.changedLocked(nobody, [][]byte{key})
		return
	}
	if !known {
		e.key = string(key)
	}
	e.due = &due{key: e.key, at: at}
	t.keys.set(e.key, e)
	heap.Push(&t.dues, e.due)
	t.wait()
}

// Broadcasting reports whether some clients track by prefixes. It costs one atomic load.
func (t *Table) Broadcasting() bool { return t != nil && t.broadcasting.Load() > 0 }

// Broadcasts reports whether a client is told of a key that it need not have read on its
// connection.
func (t *Table) Broadcasts(key []byte) bool {
	if !t.Broadcasting() {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.prefixes.match(key)
}

// wait makes the timer wait for the next key that expires. The lock is held.
func (t *Table) wait() {
	switch {
	case len(t.dues) == 0:
		if t.timer != nil {
			t.timer.Stop()
		}
	case t.timer == nil:
		t.timer = time.AfterFunc(time.Until(t.dues[0].at), t.expire)
	default:
		t.timer.Reset(time.Until(t.dues[0].at))
	}
}

// expire tells of keys that have expired, of some at a time: others wait for the lock.
func (t *Table) expire() {
	const most = 1024
	t.mu.Lock()
	defer t.mu.Unlock()
	for now, n := time.Now(), 0; n < most && len(t.dues) > 0 && !t.dues[0].at.After(now); n++ {
		t.changedLocked(nobody, [][]byte{[]byte(t.dues[0].key)})
	}
	t.wait()
}

// settle takes a due out of the list.
func (t *Table) settle(d *due) {
	if d == nil {
		return
	}
	heap.Remove(&t.dues, d.index)
	t.free(dueCost)
	if len(t.dues) == 0 {
		t.wait()
	}
}

// abandon takes keys out that nobody holds, since nobody is told by prefixes any more.
func (t *Table) abandon() {
	held := t.dues[:0]
	for _, d := range t.dues {
		if e := t.keys.m[d.key]; len(e.holders) == 0 {
			t.keys.remove(d.key)
			t.free(keyCost(len(d.key)) + dueCost)
			continue
		}
		d.index = len(held)
		held = append(held, d)
	}
	clear(t.dues[len(held):])
	t.dues = held
	heap.Init(&t.dues)
	t.wait()
}

// dues are a heap: the next one is the first.
type dues []*due

// Len implements heap.Interface.
func (d dues) Len() int { return len(d) }

// Less implements heap.Interface.
func (d dues) Less(i, j int) bool { return d[i].at.Before(d[j].at) }

// Swap implements heap.Interface.
func (d dues) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].index, d[j].index = i, j
}

// Push implements heap.Interface.
func (d *dues) Push(x any) {
	next := x.(*due)
	next.index = len(*d)
	*d = append(*d, next)
}

// Pop implements heap.Interface. The list is as long in memory as it was once, up to a
// quarter of its room.
func (d *dues) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	(*d)[last] = nil
	*d = (*d)[:last]
	if cap(*d) > small && cap(*d) > 4*last {
		*d = append(make(dues, 0, 2*last), *d...)
	}
	return x
}
