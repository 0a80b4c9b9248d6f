package scenarios

import (
	"context"
	"math"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A variant is a stage that is made of another one by a label, of which what fires has to be
// what follows from the other one.
type variant struct {
	how   string
	label string
	make  func(s *stage, label string) *stage
	wants func(s *stage, label string, fired timeline) timeline
}

// variants are those of a label: a namesake that differs by it does the same some minutes later
// and has no part in this one; and counters that only differ by it add up.
func variants(label string) []variant {
	return []variant{{"twins by", label, (*stage).twins, twice}, {"halves by", label, (*stage).halves, once}}
}

func (v variant) String() string { return v.how + " " + v.label }

const apart = 17 // minutes

// twins are the stage, and the same some minutes later of a namesake.
func (s *stage) twins(label string) *stage {
	two := &stage{Scenario: s.Scenario, name: s.name + ", twins by " + label, minutes: s.minutes + apart, step: s.step}
	for _, l := range s.series {
		if ofStore(label) && !l.labels.Has(catalog.PrometheusLabel(catalog.SystemName)) {
			two.series = append(two.series, l)
			continue
		}
		late := make([]parser.SequenceValue, apart, apart+len(l.values))
		for i := range late {
			late[i].Omitted = true
		}
		two.series = append(two.series, l.with(label, first(l.labels, label)), lane{l.with(label, second(l.labels, label)).labels, append(late, l.values...)})
	}
	return two
}

// halves are the stage with each series in two.
func (s *stage) halves(label string) *stage {
	two := &stage{Scenario: s.Scenario, name: s.name + ", halves by " + label, minutes: s.minutes, step: s.step}
	for _, l := range s.series {
		half := make([]parser.SequenceValue, len(l.values))
		for i, v := range l.values {
			half[i] = v
			switch {
			case v.Histogram != nil:
				half[i].Histogram = v.Histogram.Copy().Mul(0.5)
			case math.Float64bits(v.Value) != value.StaleNaN:
				half[i].Value = v.Value / 2
			}
		}
		two.series = append(two.series, lane{l.with(label, first(l.labels, label)).labels, half}, lane{l.with(label, second(l.labels, label)).labels, half})
	}
	return two
}

func ofStore(label string) bool {
	return strings.HasPrefix(label, "db_") || strings.HasPrefix(label, "server_")
}

func first(l labels.Labels, label string) string {
	if was := l.Get(label); was != "" {
		return was
	}
	return "one"
}

func second(l labels.Labels, label string) string { return first(l, label) + "2" }

func (l lane) with(label, to string) lane {
	return lane{labels.NewBuilder(l.labels).Set(label, to).Labels(), l.values}
}

// once is what fires if a label makes no difference.
func once(_ *stage, _ string, fired timeline) timeline { return fired }

// twice is what fires of twins.
func twice(s *stage, label string, fired timeline) timeline {
	all := make(timeline)
	for of, minutes := range fired {
		one, two := relabelled(of, label)
		for _, m := range minutes {
			all[one] = append(all[one], m)
			all[two] = append(all[two], m+apart)
		}
	}
	return all
}

// relabelled are an alert's labels with those of the twins.
func relabelled(of, label string) (one, two string) {
	words := strings.Fields(of)
	b := labels.NewScratchBuilder(len(words))
	for _, w := range words {
		name, v, _ := strings.Cut(w, "=")
		b.Add(name, v)
	}
	b.Sort()
	was := b.Labels()
	if usual := usualLabels[label]; usual != "" && !was.Has(label) {
		was = labels.NewBuilder(was).Set(label, usual).Labels()
	}
	with := func(v string) string { return labelled(labels.NewBuilder(was).Set(label, v).Labels()) }
	return with(first(was, label)), with(second(was, label))
}

// vary plays a variant of a play with other rules, whose caller closes its database.
func (p *Play) vary(ctx context.Context, dir string, v variant, list []Rule) (*Play, error) {
	return v.make(p.stage, v.label).play(ctx, dir, list)
}

// follows says whether what fires of a variant is what it should be, for a rule of the play.
func (p *Play) follows(v variant, r Rule, fired timeline) bool {
	want := v.wants(p.stage, v.label, p.seen[r.Name].fired)
	return fired.until(p.minutes).equal(want.until(p.minutes))
}

// until leaves out what is later.
func (t timeline) until(minute int) timeline {
	all := make(timeline)
	for of, minutes := range t {
		for _, m := range minutes {
			if m < minute {
				all[of] = append(all[of], m)
			}
		}
	}
	return all
}
