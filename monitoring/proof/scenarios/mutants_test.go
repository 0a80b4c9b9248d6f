package scenarios

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

var unnoticed = filepath.Join("testdata", "unnoticed.txt")

// mutate wants the mutants that nobody notices to be those of testdata.
func mutate(t *testing.T, rules []Rule, all map[string][]*Play, held *varied) {
	list := sorted(all)
	lists := make([][]string, len(rules))
	var mu sync.Mutex
	total, survived := 0, 0
	t.Run("each", func(t *testing.T) {
		for i, r := range rules {
			t.Run(r.Name, func(t *testing.T) {
				t.Parallel()
				mutants, err := r.Mutants()
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range mutants {
					if !noticed(t, r, m, list) && !heldBy(t, r, m, rules, all, held) {
						lists[i] = append(lists[i], fmt.Sprintf("%s: %s", r.Name, m.What))
					}
				}
				t.Logf("%d of %d mutants are noticed", len(mutants)-len(lists[i]), len(mutants))
				mu.Lock()
				defer mu.Unlock()
				total, survived = total+len(mutants), survived+len(lists[i])
			})
		}
	})
	t.Logf("%d of %d mutants are noticed", total-survived, total)
	compare(t, unnoticed, slices.Concat(lists...))
}

// short is how long a scenario is at most, in minutes, that is played again for a mutant of a
// recording rule.
const short = long

// noticed says whether a scenario notices a mutant, those first that are short.
func noticed(t *testing.T, r Rule, m Mutant, all []*Play) bool {
	t.Helper()
	return slices.ContainsFunc(all, func(p *Play) bool {
		switch {
		case r.Record != "" && p.minutes > short, r.Alert != "" && p.Alert() != r.Alert:
			return false
		default:
			return p.Notices(t.Context(), t.TempDir, r, m.Rule)
		}
	})
}

// sorted are all plays, the short ones first.
func sorted(all map[string][]*Play) []*Play {
	return slices.SortedStableFunc(func(yield func(*Play) bool) {
		for _, list := range all {
			for _, p := range list {
				if !yield(p) {
					return
				}
			}
		}
	}, func(a, b *Play) int { return cmp.Or(cmp.Compare(a.minutes, b.minutes), cmp.Compare(a.name, b.name)) })
}
