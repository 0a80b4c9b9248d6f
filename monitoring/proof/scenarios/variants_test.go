package scenarios

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/otelkv/otelkv/monitoring/proof/internal/mutant"
)

var holding = filepath.Join("testdata", "labels.txt")

// labelsOf are those that rules sum up or match by, or without.
func labelsOf(t *testing.T, list []Rule) (all []string) {
	t.Helper()
	for _, r := range list {
		mutants, err := mutant.Of(r.Expr, mutant.Labels)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mutants {
			if label := strings.Fields(m.What)[1]; !slices.Contains(all, label) {
				all = append(all, label)
			}
		}
	}
	slices.Sort(all)
	return all
}

// telling are up to two short scenarios in which a rule fires.
func telling(plays []*Play, r Rule) []*Play {
	all := slices.DeleteFunc(slices.Clone(plays), func(p *Play) bool { return len(p.seen[r.Name].fired) == 0 })
	slices.SortStableFunc(all, func(a, b *Play) int { return cmp.Compare(a.minutes, b.minutes) })
	return all[:min(2, len(all))]
}

// hold says what holds of the variants of each alert.
func hold(t *testing.T, rules []Rule, all map[string][]*Play) (lines []string) {
	t.Helper()
	var mu sync.Mutex
	t.Run("each", func(t *testing.T) {
		for _, r := range rules {
			if r.Alert == "" {
				continue
			}
			t.Run(r.Name, func(t *testing.T) {
				t.Parallel()
				for _, p := range telling(all[r.Alert], r) {
					for _, label := range labelsOf(t, p.rules) {
						for _, v := range variants(label) {
							if ok, err := p.holds(t.Context(), t.TempDir, v, p.rules); err == nil && ok[r.Name] {
								mu.Lock()
								lines = append(lines, held(p, r, v))
								mu.Unlock()
							}
						}
					}
				}
			})
		}
	})
	slices.Sort(lines)
	return lines
}

func held(p *Play, r Rule, v variant) string { return fmt.Sprintf("%s, %s: %v", p.name, r.Name, v) }

// heldBy says whether something that holds of a variant by the label that a mutant leaves out
// does not hold with the mutant.
func heldBy(t *testing.T, r Rule, m Mutant, rules []Rule, all map[string][]*Play, holding map[string]bool) bool {
	t.Helper()
	kind, rest, _ := strings.Cut(m.What, " ")
	if kind != "label" {
		return false
	}
	label, _, _ := strings.Cut(rest, " ")
	for _, of := range rules {
		if of.Alert == "" || r.Alert != "" && of.Name != r.Name {
			continue
		}
		for _, p := range telling(all[of.Alert], of) {
			at := slices.IndexFunc(p.rules, func(o Rule) bool { return o.Name == r.Name })
			if at < 0 {
				continue
			}
			list := slices.Clone(p.rules)
			list[at] = m.Rule
			for _, v := range variants(label) {
				if !holding[held(p, of, v)] {
					continue
				}
				if ok, err := p.holds(t.Context(), t.TempDir, v, list); err != nil || !ok[of.Name] {
					return true
				}
			}
		}
	}
	return false
}
