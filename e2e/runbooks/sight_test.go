package runbooks

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A sight is what a block has to print under a fault. A block can have several, one after the
// other.
type sight struct {
	part string // of the block
	want func(tr *trial, out string) bool

	then func(*testing.T, *instance) // what was seen is acted on, and what comes next is seen
}

func sees(part, want string) sight { return then(part, want, nil) }

func then(part, want string, does func(*testing.T, *instance)) sight {
	pattern := regexp.MustCompile(want)
	return sight{part, func(_ *trial, out string) bool { return pattern.MatchString(out) }, does}
}

// errOther is matched by the error of a block that printed something else than it should.
var errOther = errors.New("it does not show what it is for")

// sightsOf returns what a block has to print, in order.
func (tr *trial) sightsOf(b block) (found []sight) {
	for _, s := range tr.sights {
		if strings.Contains(b.text, s.part) {
			found = append(found, s)
		}
	}
	return found
}

// see looks at what a block has printed, and returns nil when nothing more is to be seen.
func (r *reader) see(b block, out string) error {
	list := r.trial.sightsOf(b)
	if r.seen == nil {
		r.seen = make(map[int]int)
	}
	if r.seen[b.n] == len(list) {
		return nil
	}
	s := list[r.seen[b.n]]
	if !s.want(r.trial, out) {
		return fmt.Errorf("%w: sight %d of %d in %s", errOther, r.seen[b.n]+1, len(list), tail(out))
	}
	r.seen[b.n]++
	if s.then != nil {
		s.then(r.T, r.instance)
	}
	if r.seen[b.n] < len(list) {
		return fmt.Errorf("%w in the end: only sight %d of %d", errOther, r.seen[b.n], len(list))
	}
	return nil
}

// TestSee: a block is done when all its sights were seen in their order.
func TestSee(t *testing.T) {
	acted := 0
	tr := &trial{sights: []sight{then("ls", "^a", func(*testing.T, *instance) { acted++ }), sees("ls", "^b"), sees("more", "c")}}
	r := &reader{T: t, setting: &setting{instance: &instance{trial: tr}}}
	for _, step := range []struct {
		out  string
		done bool
	}{{"b", false}, {"a", false}, {"a", false}, {"b", true}} {
		if err := r.see(block{n: 1, text: "ls | less"}, step.out); (err == nil) != step.done {
			t.Errorf("%s: %v", step.out, err)
		}
	}
	if acted != 1 {
		t.Errorf("acted %d times", acted)
	}
	if err := r.see(block{n: 2, text: "cat"}, ""); err != nil {
		t.Errorf("a block without sights: %v", err)
	}
}

// unseen returns the blocks that ask a server, or read files of an engine, and are run by none of the
// trials, or by one that does not look at what they print.
func unseen(all map[string][]block, trials []*trial) (found []block) {
	for name, list := range all {
		for _, b := range list {
			if (strings.Contains(b.text, redisCLI) || b.engine() != "") && !slices.ContainsFunc(trials, func(tr *trial) bool {
				return tr.asks(b) && slices.Contains(tr.books, name) && len(tr.sightsOf(b)) > 0
			}) {
				found = append(found, b)
			}
		}
	}
	return found
}

// TestSights: each block that asks a server is run under a fault of it, each that reads files of an
// engine after a fault, and what they print is looked at; each sight is that of a block.
func TestSights(t *testing.T) {
	all := books(t, parameters())
	for _, b := range unseen(all, trials) {
		t.Errorf("%v is run by no trial that looks at what it prints", b)
	}
	if len(unseen(all, nil)) == 0 {
		t.Error("no block asks a server or reads files of an engine")
	}
	for _, tr := range trials {
		for _, s := range tr.sights {
			if !slices.ContainsFunc(tr.books, func(name string) bool {
				return slices.ContainsFunc(all[name], func(b block) bool { return strings.Contains(b.text, s.part) })
			}) {
				t.Errorf("%s: no block has %q", tr.name, s.part)
			}
		}
	}
}
