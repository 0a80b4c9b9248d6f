// Package cursor remembers where the scans of a Redis server are. A cursor is a
// number in the protocol, and the place to go on from is a key, so a server has to
// keep that.
//
// A scan holds one place, however many steps it takes, with the last few positions
// of it: a client that has lost a reply sends the cursor before, and gets what it
// missed; several clients may go on from the same cursor. Places are bounded in
// number and bytes. When there are too many, those of scans that have ended go
// first, and then the one that was left alone for longest of the client that has
// most, so that nobody who begins scans without end takes away those of others. The
// cursor of a place that is gone is an error, never another place.
package cursor

import (
	"bytes"
	"container/list"
	"errors"
	"math/rand/v2"
	"sync"
)

// Errors of a Table.
var (
	ErrUnknown  = errors.New("the cursor is unknown or too old: begin again with 0")
	ErrDatabase = errors.New("the cursor is that of another database: begin again with 0")
	ErrFull     = errors.New("too little memory for a cursor, try again later")
)

const (
	// beyond is above every cursor: clients that read numbers as JavaScript does
	// keep those below 2^53 alone.
	beyond = 1 << 53

	// kept is how many positions of a scan are kept.
	kept = 4

	// What a position and a scan take beside the bytes of keys.
	positionSize = 128
	scanSize     = 320
)

// Limits bound a Table.
type Limits struct {
	Scans int // that have a place at a time
	Bytes int // of all places together
}

// A Budget is the memory that places are charged to.
type Budget interface {
	Take(n int) bool // reports whether there was as much
	Give(n int)
}

// A Table has the places of all scans. It is safe for concurrent use, and holds
// its lock over calls of the budget.
type Table struct {
	limits Limits
	budget Budget

	mu     sync.Mutex
	bytes  int
	recent *list.List // of *scan, the latest first, those that have ended last
	scans  map[int64]*list.Element
	held   map[int64]int // places by client
}

// A scan has its positions in the order in which they were reached.
type scan struct {
	database  int
	client    int64
	positions []position
	ended     bool
}

type position struct {
	cursor int64
	after  []byte
}

// NewTable returns an empty table.
func NewTable(limits Limits, budget Budget) *Table {
	return &Table{
		limits: limits,
		budget: budget,
		recent: list.New(),
		scans:  make(map[int64]*list.Element),
		held:   make(map[int64]int),
	}
}

// A Step is one step of a scan: the cursor that it begins with, 0 for the first,
// the database, and the client that makes it.
type Step struct {
	From     int64
	Database int
	Client   int64
}

// Find returns the key after which a step begins, nil for the first. The caller
// must not change it.
func (t *Table) Find(s Step) (after []byte, err error) {
	if s.From == 0 {
		return nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.scans[s.From]
	if !ok {
		return nil, ErrUnknown
	}
	sc := e.Value.(*scan)
	if sc.database != s.Database {
		return nil, ErrDatabase
	}
	t.touch(e, s.Client)
	for _, p := range sc.positions {
		if p.cursor == s.From {
			after = p.after
		}
	}
	return after, nil
}

// Advance returns the cursor to go on after a key, which it copies, when a step has
// come so far. A step that is made again and comes as far gets the same cursor.
func (t *Table) Advance(s Step, after []byte) (next int64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, ok := t.scans[s.From]
	if !ok || e.Value.(*scan).database != s.Database { // the first, or dropped meanwhile
		return t.begin(s, after)
	}
	t.touch(e, s.Client)
	sc := e.Value.(*scan)
	for _, p := range sc.positions {
		if bytes.Equal(p.after, after) {
			return p.cursor, nil
		}
	}
	if len(sc.positions) == kept {
		t.forget(sc)
	}
	if !t.take(positionSize+len(after), e) {
		return 0, ErrFull
	}
	return t.add(e, after), nil
}

// End tells that a step has come to the end. The place is kept for a client that
// has lost the reply, until another needs it.
func (t *Table) End(s Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.scans[s.From]; ok {
		e.Value.(*scan).ended = true
		t.recent.MoveToBack(e)
	}
}

// Len returns how many scans have a place, and Bytes what they take.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.recent.Len()
}

// Bytes returns what the places take.
func (t *Table) Bytes() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes
}

func (t *Table) begin(s Step, after []byte) (int64, error) {
	for t.recent.Len() >= max(t.limits.Scans, 1) {
		t.evict(nil)
	}
	if !t.take(scanSize+positionSize+len(after), nil) {
		return 0, ErrFull
	}
	t.held[s.Client]++
	return t.add(t.recent.PushFront(&scan{database: s.Database, client: s.Client}), after), nil
}

// add adds a position that is paid for.
func (t *Table) add(e *list.Element, after []byte) int64 {
	cursor := int64(0)
	for cursor == 0 || t.scans[cursor] != nil {
		// By chance, so that one from before a restart is unknown.
		cursor = rand.Int64N(beyond) // #nosec: it need not be a secret
	}
	sc := e.Value.(*scan)
	sc.positions = append(sc.positions, position{cursor, bytes.Clone(after)})
	t.scans[cursor] = e
	return cursor
}

// touch makes a scan the latest one, and its client the one who goes on with it.
func (t *Table) touch(e *list.Element, client int64) {
	sc := e.Value.(*scan)
	sc.ended = false
	t.recent.MoveToFront(e)
	t.release(sc.client)
	sc.client = client
	t.held[client]++
}
