package kvdb

import (
	"bytes"
	"hash/maphash"
)

// A node is the root of an ordered, immutable tree: a treap, whose changes
// copy the path to what they change and share the rest. The nil node is the
// empty tree.
//
// Keys are in order from left to right, priorities fall from top to bottom.
// The priority is a hash of the key, so the shape depends on the set of keys
// alone, and under a random seed no choice of keys makes the tree deep.
type node struct {
	entry       *Entry // immutable; its address tells one write from another
	priority    uint64
	left, right *node
}

var treeSeed = maphash.MakeSeed()

func priorityOf(key []byte) uint64 { return maphash.Bytes(treeSeed, key) }

// find returns the entry under key, or nil.
func (n *node) find(key []byte) *Entry {
	for n != nil {
		switch c := bytes.Compare(key, n.entry.Key); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			return n.entry
		}
	}
	return nil
}

// put returns the tree with e in place of what stands under its key.
func (n *node) put(e *Entry) *node { return n.insert(e, priorityOf(e.Key)) }

func (n *node) insert(e *Entry, priority uint64) *node {
	if n == nil || priority > n.priority {
		left, right := n.split(e.Key)
		return &node{e, priority, left, right}
	}
	switch c := bytes.Compare(e.Key, n.entry.Key); {
	case c < 0:
		return &node{n.entry, n.priority, n.left.insert(e, priority), n.right}
	case c > 0:
		return &node{n.entry, n.priority, n.left, n.right.insert(e, priority)}
	default:
		return &node{e, priority, n.left, n.right}
	}
}

// split returns the tree's keys below key and those above it. The tree does
// not hold key itself.
func (n *node) split(key []byte) (below, above *node) {
	if n == nil {
		return nil, nil
	}
	if bytes.Compare(n.entry.Key, key) < 0 {
		below, above = n.right.split(key)
		return &node{n.entry, n.priority, n.left, below}, above
	}
	below, above = n.left.split(key)
	return below, &node{n.entry, n.priority, above, n.right}
}

// remove returns the tree without key: n itself when key is absent.
func (n *node) remove(key []byte) *node {
	if n == nil {
		return nil
	}
	switch c := bytes.Compare(key, n.entry.Key); {
	case c < 0:
		if left := n.left.remove(key); left != n.left {
			return &node{n.entry, n.priority, left, n.right}
		}
		return n
	case c > 0:
		if right := n.right.remove(key); right != n.right {
			return &node{n.entry, n.priority, n.left, right}
		}
		return n
	default:
		return join(n.left, n.right)
	}
}

// join returns one tree of two, of which all keys of left are below those of
// right.
func join(left, right *node) *node {
	switch {
	case left == nil:
		return right
	case right == nil:
		return left
	case left.priority > right.priority:
		return &node{left.entry, left.priority, left.left, join(left.right, right)}
	default:
		return &node{right.entry, right.priority, join(left, right.left), right.right}
	}
}

// walk calls visit for the entries within the bounds and in the direction of
// r, until visit returns false, and then returns false.
func (n *node) walk(r *Range, visit func(*Entry) bool) bool {
	if n == nil {
		return true
	}
	atStart := len(r.Start) == 0 || bytes.Compare(n.entry.Key, r.Start) >= 0
	atEnd := len(r.End) == 0 || bytes.Compare(n.entry.Key, r.End) < 0
	near, far, nearIn, farIn := n.left, n.right, atStart, atEnd
	if r.Reverse {
		near, far, nearIn, farIn = far, near, farIn, nearIn
	}
	return (!nearIn || near.walk(r, visit)) &&
		(!atStart || !atEnd || visit(n.entry)) &&
		(!farIn || far.walk(r, visit))
}
