package cursor_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/otelkv/otelkv/examples/kvserver/internal/cursor"
)

// A purse is a budget.
type purse struct{ left atomic.Int64 }

func newPurse(n int) *purse {
	p := new(purse)
	p.left.Store(int64(n))
	return p
}

func (p *purse) Take(n int) bool {
	if p.left.Add(-int64(n)) >= 0 {
		return true
	}
	p.left.Add(int64(n))
	return false
}

func (p *purse) Give(n int) { p.left.Add(int64(n)) }

const rich = 1 << 30

func newTable(scans int) *cursor.Table {
	return cursor.NewTable(cursor.Limits{Scans: scans, Bytes: rich}, newPurse(rich))
}

// advance takes a step and returns the cursor to go on with.
func advance(t *testing.T, table *cursor.Table, s cursor.Step, after string) cursor.Step {
	t.Helper()
	next, err := table.Advance(s, []byte(after))
	if err != nil || next <= 0 || next >= 1<<53 {
		t.Fatalf("Advance(%+v, %q) = %d, %v", s, after, next, err)
	}
	s.From = next
	return s
}

func wantAfter(t *testing.T, table *cursor.Table, s cursor.Step, want string) {
	t.Helper()
	if got, err := table.Find(s); err != nil || string(got) != want {
		t.Errorf("Find(%+v) = %q, %v, want %q", s, got, err, want)
	}
}

func wantError(t *testing.T, table *cursor.Table, s cursor.Step, want error) {
	t.Helper()
	if got, err := table.Find(s); err != want || got != nil {
		t.Errorf("Find(%+v) = %q, %v, want %v", s, got, err, want)
	}
}

func TestSteps(t *testing.T) {
	table := newTable(2)
	s := cursor.Step{Client: 1}
	if after, err := table.Find(s); after != nil || err != nil {
		t.Errorf("the first step begins after %q, %v", after, err)
	}
	s = advance(t, table, s, "a")
	wantAfter(t, table, s, "a")
	s = advance(t, table, s, "b")
	wantAfter(t, table, s, "b")
	wantError(t, table, cursor.Step{From: s.From + 1}, cursor.ErrUnknown)
	wantError(t, table, cursor.Step{From: s.From, Database: 1}, cursor.ErrDatabase)
	wantError(t, table, cursor.Step{From: 1 << 60}, cursor.ErrUnknown)
}

// One scan of thousands of steps takes away nobody's place.
func TestLongScan(t *testing.T) {
	table := newTable(3)
	other, third := cursor.Step{Client: 2}, cursor.Step{Client: 2}
	other, third = advance(t, table, other, "other"), advance(t, table, third, "third")
	long := cursor.Step{Client: 1}
	for i := range 5000 {
		long = advance(t, table, long, fmt.Sprintf("%06d", i))
	}
	wantAfter(t, table, other, "other")
	wantAfter(t, table, third, "third")
	if n := table.Len(); n != 3 {
		t.Errorf("%d places, want 3", n)
	}
}

// A client that has lost a reply makes the step again, and gets the same cursor.
func TestRetry(t *testing.T) {
	table := newTable(3)
	first := advance(t, table, cursor.Step{Client: 1}, "a")
	second := advance(t, table, first, "b")
	wantAfter(t, table, first, "a")
	if again := advance(t, table, first, "b"); again != second {
		t.Errorf("the same step leads to %d and %d", second.From, again.From)
	}
	table.End(second)
	wantAfter(t, table, second, "b") // the last reply may be lost, too
}

// Two go on from one cursor at paces of their own.
func TestFork(t *testing.T) {
	table := newTable(3)
	start := advance(t, table, cursor.Step{Client: 1}, "0")
	fast, slow := start, start
	slow.Client = 2
	for i := range 100 {
		fast = advance(t, table, fast, fmt.Sprintf("fast %03d", i))
		slow = advance(t, table, slow, fmt.Sprintf("slow %03d", i))
		wantAfter(t, table, fast, fmt.Sprintf("fast %03d", i))
		wantAfter(t, table, slow, fmt.Sprintf("slow %03d", i))
	}
	if n := table.Len(); n != 1 {
		t.Errorf("%d places, want one", n)
	}
}

func TestLeastRecentlyUsed(t *testing.T) {
	table := newTable(3)
	a, b, c := advance(t, table, cursor.Step{}, "a"), advance(t, table, cursor.Step{}, "b"), advance(t, table, cursor.Step{}, "c")
	wantAfter(t, table, a, "a")
	d := advance(t, table, cursor.Step{}, "d")
	wantError(t, table, b, cursor.ErrUnknown)
	if _, err := table.Advance(b, []byte("bb")); err != nil { // between its Find and this, it was dropped
		t.Error(err)
	}
	wantError(t, table, c, cursor.ErrUnknown)
	wantAfter(t, table, a, "a")
	wantAfter(t, table, d, "d")
}

// Scans that have ended go first, whoever made them.
func TestEndedGoFirst(t *testing.T) {
	table := newTable(3)
	a, b, c := advance(t, table, cursor.Step{Client: 1}, "a"), advance(t, table, cursor.Step{Client: 1}, "b"), advance(t, table, cursor.Step{Client: 2}, "c")
	table.End(c)
	table.End(cursor.Step{From: 7}) // does nothing
	d := advance(t, table, cursor.Step{Client: 1}, "d")
	wantError(t, table, c, cursor.ErrUnknown)
	wantAfter(t, table, a, "a")
	wantAfter(t, table, b, "b")
	wantAfter(t, table, d, "d")
}

// Who begins scans without end takes away their own places only.
func TestFlood(t *testing.T) {
	table := newTable(8)
	var others []cursor.Step
	for client := range int64(3) {
		others = append(others, advance(t, table, cursor.Step{Client: client + 1}, "other"))
	}
	for i := range 1000 {
		advance(t, table, cursor.Step{Client: 9}, fmt.Sprint(i))
	}
	for _, s := range others {
		wantAfter(t, table, s, "other")
	}
}

func TestBytes(t *testing.T) {
	const limit = 10_000
	budget := newPurse(rich)
	table := cursor.NewTable(cursor.Limits{Scans: 1000, Bytes: limit}, budget)
	long := cursor.Step{Client: 1}
	for i := range 100 {
		long = advance(t, table, long, string(bytes.Repeat([]byte{'x'}, 1000+i)))
		other := advance(t, table, cursor.Step{Client: 2}, string(bytes.Repeat([]byte{'y'}, 1500)))
		wantAfter(t, table, other, string(bytes.Repeat([]byte{'y'}, 1500)))
		if n := table.Bytes(); n > limit || rich-int(budget.left.Load()) != n {
			t.Fatalf("the places take %d bytes, and %d of the budget", n, rich-int(budget.left.Load()))
		}
	}
	wantAfter(t, table, long, string(bytes.Repeat([]byte{'x'}, 1099)))
	if _, err := table.Advance(cursor.Step{}, make([]byte, limit)); err != cursor.ErrFull {
		t.Errorf("a key that is too long: %v", err)
	}
	if table.Len() != 0 || table.Bytes() != 0 || budget.left.Load() != rich {
		t.Errorf("an empty table has %d places of %d bytes, and the budget %d left", table.Len(), table.Bytes(), budget.left.Load())
	}
}

// Where others have taken the budget, scans take from each other, and then fail.
func TestBudget(t *testing.T) {
	budget := newPurse(3000)
	table := cursor.NewTable(cursor.Limits{Scans: 1000, Bytes: rich}, budget)
	s := cursor.Step{}
	for i := range 100 {
		s = advance(t, table, cursor.Step{}, fmt.Sprint(i))
	}
	wantAfter(t, table, s, "99")
	if !budget.Take(int(budget.left.Load())) {
		t.Fatal("the budget is wrong")
	}
	s = advance(t, table, cursor.Step{}, "last")
	wantAfter(t, table, s, "last")
	empty := cursor.NewTable(cursor.Limits{Scans: 1000, Bytes: rich}, newPurse(10))
	if _, err := empty.Advance(cursor.Step{}, []byte("a")); !errors.Is(err, cursor.ErrFull) {
		t.Errorf("without a budget: %v", err)
	}
}

// Whatever many clients do at once, a cursor that is found is at its place.
func TestConcurrent(t *testing.T) {
	budget := newPurse(100_000)
	table := cursor.NewTable(cursor.Limits{Scans: 20, Bytes: 20_000}, budget)
	var all sync.WaitGroup
	for client := range int64(8) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), 0))
			places := map[int64]string{}
			s := cursor.Step{Client: client}
			for i := range 3000 {
				after := fmt.Sprint(client, " ", i)
				next, err := table.Advance(s, []byte(after))
				if err != nil {
					t.Error(err)
					return
				}
				places[next] = after
				for from, want := range places {
					got, err := table.Find(cursor.Step{From: from, Client: client})
					switch {
					case err == cursor.ErrUnknown:
						delete(places, from)
					case err != nil || string(got) != want:
						t.Errorf("Find = %q, %v, want %q", got, err, want)
					}
				}
				s.From = next
				switch random.IntN(10) {
				case 0:
					table.End(s)
					s.From = 0
				case 1:
					s.From = 0
				}
			}
		})
	}
	all.Wait()
	if n, used := table.Len(), table.Bytes(); n > 20 || used > 20_000 || 100_000-int(budget.left.Load()) != used {
		t.Errorf("%d places of %d bytes, %d of the budget are left", n, used, budget.left.Load())
	}
}
