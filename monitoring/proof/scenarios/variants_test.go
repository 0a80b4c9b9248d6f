package scenarios

import (
	"cmp"
	"fmt"
	"maps"
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

// varied are plays of variants, by what holds of them.
type varied struct {
	mu  sync.Mutex
	all map[string]*Play
}

func (k *varied) lines() (all []string) { return slices.Sorted(maps.Keys(k.all)) }

func (k *varied) add(line string, p *Play) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.all[line] = p
}

// hold finds what holds of the variants of each alert.
func hold(t *testing.T, rules []Rule, all map[string][]*Play) *varied {
	t.Helper()
	k, dirs := &varied{all: make(map[string]*Play)}, t.TempDir
	t.Cleanup(func() {
		for _, other := range k.all {
			_ = other.db.Close() // of several levels of an alert, too
		}
	})
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
							other, err := p.vary(t.Context(), dirs(), v, p.rules)
							switch {
							case err != nil:
							case p.follows(v, r, other.seen[r.Name].fired):
								k.add(held(p, r, v), other)
							default:
								_ = other.db.Close()
							}
						}
					}
				}
			})
		}
	})
	return k
}

func held(p *Play, r Rule, v variant) string { return fmt.Sprintf("%s, %s: %v", p.name, r.Name, v) }

// heldBy says whether something that holds of a variant by the label that a mutant leaves out
// does not hold with the mutant.
func heldBy(t *testing.T, r Rule, m Mutant, rules []Rule, all map[string][]*Play, holding *varied) bool {
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
			for _, v := range variants(label) {
				other := holding.all[held(p, of, v)]
				if other == nil {
					continue
				}
				if breaks(t, p, v, other, of, at, m.Rule) {
					return true
				}
			}
		}
	}
	return false
}

// breaks says whether what fires of a variant does not follow any more if a rule is another one.
func breaks(t *testing.T, p *Play, v variant, other *Play, of Rule, at int, mutant Rule) bool {
	t.Helper()
	r := p.rules[at]
	if r.Alert != "" {
		fired, err := other.fires(t.Context(), r, mutant)
		return err != nil || !p.follows(v, of, fired)
	}
	if !other.records(t.Context(), r, mutant) {
		return false
	}
	list := slices.Clone(p.rules)
	list[at] = mutant
	again, err := p.vary(t.Context(), t.TempDir(), v, list)
	if err != nil {
		return true
	}
	defer func() { _ = again.db.Close() }()
	return !p.follows(v, of, again.seen[of.Name].fired)
}
