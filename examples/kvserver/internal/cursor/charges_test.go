package cursor

import (
	"bytes"
	"testing"
)

// A budget counts what is taken of it.
type counted struct{ taken int }

func (c *counted) Take(n int) bool { c.taken += n; return true }
func (c *counted) Give(n int)      { c.taken -= n }

// A place is charged with what it and its positions take: the keys, which are copies, and
// what is around them.
func TestCharges(t *testing.T) {
	const length = 1000
	budget := new(counted)
	table := NewTable(Limits{Scans: 100, Bytes: 1 << 20}, budget)
	key := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, length) }
	next, err := table.Advance(Step{Client: 1}, key(0))
	if err != nil {
		t.Fatal(err)
	}
	if want := scanSize + positionSize + length; budget.taken != want {
		t.Errorf("%d bytes are charged for a scan, want %d", budget.taken, want)
	}
	if _, err := table.Advance(Step{Client: 1, From: next}, key(1)); err != nil {
		t.Fatal(err)
	}
	if want := scanSize + 2*(positionSize+length); budget.taken != want || table.Bytes() != want {
		t.Errorf("%d bytes are charged for two positions, and it says %d, want %d", budget.taken, table.Bytes(), want)
	}
}
