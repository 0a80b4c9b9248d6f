package runbooks

import (
	"slices"
	"sync"
	"testing"
)

// A ledger says of each block how it was executed.
type ledger struct {
	mu    sync.Mutex
	tried map[string]bool // runbooks
	told  map[id]bool
	why   map[id]string // nothing was told
	used  map[int]bool  // of the silences
	ended []*trial
}

type id struct {
	book string
	n    int
}

func newLedger() *ledger {
	return &ledger{tried: make(map[string]bool), told: make(map[id]bool), why: make(map[id]string), used: make(map[int]bool)}
}

// begin notes that runbooks are run.
func (l *ledger) begin(books []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range books {
		l.tried[b] = true
	}
}

// tell notes that a block told something.
func (l *ledger) tell(b block) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told[id{b.book, b.n}] = true
}

// excuse notes that a block was executed, and which silence tells why it told nothing.
func (l *ledger) excuse(b block, of int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.why[id{b.book, b.n}] = silent[of].why
	l.used[of] = true
}

// end notes that all blocks of a trial were executed.
func (l *ledger) end(tr *trial) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = append(l.ended, tr)
}

// stale fails the test for each silence of a trial that ended in which the block told something.
func (l *ledger) stale(t testing.TB) {
	t.Helper()
	for i, s := range silent {
		if !s.sometimes && !l.used[i] && slices.ContainsFunc(l.ended, func(tr *trial) bool { return tr.name == s.trial }) {
			t.Errorf("the block %q of %s tells something under %s, and is expected to be silent: %s", s.part, s.book, s.trial, s.why)
		}
	}
}

// check fails the test for each block of a runbook that was tried which was not executed.
func (l *ledger) check(t testing.TB, all map[string][]block) {
	t.Helper()
	told, excused := 0, 0
	for name, list := range all {
		for _, b := range list {
			switch i := (id{b.book, b.n}); {
			case !l.tried[name]:
			case l.told[i]:
				told++
			case l.why[i] != "":
				excused++
				t.Logf("%v has nothing to tell: %s", b, l.why[i])
			default:
				t.Errorf("%v was not executed", b)
			}
		}
	}
	t.Logf("%d blocks told something, %d had nothing to tell", told, excused)
}

func TestLedger(t *testing.T) {
	l := newLedger()
	all := map[string][]block{"A": {{book: "A", n: 1}, {book: "A", n: 2}}, "B": {{book: "B", n: 1}}}
	l.begin([]string{"A"})
	l.tell(all["A"][0])
	failed := &counter{TB: t}
	l.check(failed, all)
	l.excuse(all["A"][1], 0)
	l.check(failed, all)
	if failed.errors != 1 {
		t.Errorf("%d errors, want one for the block that was not executed, and none when it was", failed.errors)
	}
	failed.errors = 0
	l.end(&trial{name: silent[0].trial})
	l.stale(failed)
	l.used = nil
	l.stale(failed)
	if failed.errors != 1 {
		t.Errorf("%d errors, want one for the silence that was none, and none when it was", failed.errors)
	}
}

// A counter is a test that may fail.
type counter struct {
	testing.TB
	errors int
}

func (*counter) Helper() {}

func (c *counter) Errorf(string, ...any) { c.errors++ }
