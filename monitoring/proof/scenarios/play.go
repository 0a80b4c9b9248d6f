package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"

	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
)

// A Play is a scenario after the rules of its alert have been evaluated over it.
type Play struct {
	*stage
	db    *prometheus.DB
	rules []Rule
	seen  map[string]played // by the name of a rule
}

// played is what there is to know of a rule in a play.
type played struct {
	truth []uint64 // of each minute: what stands for the answers of its expression
	fired timeline
}

// A timeline is the minutes in which alerts fire, by their labels.
type timeline map[string][]int

func (t timeline) equal(other timeline) bool {
	return maps.EqualFunc(t, other, slices.Equal[[]int])
}

// lines are an alert each, with the first and last minutes.
func (t timeline) lines(each int) (all []string) {
	for _, of := range slices.Sorted(maps.Keys(t)) {
		all = append(all, of+" "+spans(t[of], each))
	}
	return all
}

// play evaluates rules over a stage, in a new database.
func (s *stage) play(ctx context.Context, dir string, list []Rule) (*Play, error) {
	db, err := s.open(ctx, dir)
	if err != nil {
		return nil, err
	}
	p := &Play{stage: s, db: db, rules: list, seen: make(map[string]played)}
	for _, r := range list {
		if p.seen[r.Name], err = p.evaluate(ctx, r); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %s: %w", s.name, r.Name, err), db.Close())
		}
	}
	return p, nil
}

// evaluate evaluates a rule, and appends what it records.
func (p *Play) evaluate(ctx context.Context, r Rule) (one played, err error) {
	answers, err := p.db.Answers(ctx, r.Expr, p.course())
	if err != nil {
		return one, err
	}
	one.truth = truth(r, answers)
	one.fired, err = p.replay(ctx, r, answers, p.db)
	return one, err
}

// each is how many minutes are between two evaluations.
func (s *stage) each() int { return int(s.step / time.Minute) }

func (p *Play) course() prometheus.Course {
	return prometheus.Course{From: Begin, Step: p.step, N: (p.minutes-1)/p.each() + 1, Into: prometheus.Nowhere}
}

// truth stands for the answers of a rule's expression at each minute: for the series of an alert's,
// and for their values, too, where they are recorded.
func truth(r Rule, answers []promql.Vector) []uint64 {
	all := make([]uint64, len(answers))
	for i, v := range answers {
		for _, sample := range v { // in any order
			h := sample.Metric.Hash()
			if r.Record != "" {
				h ^= bits.RotateLeft64(math.Float64bits(sample.F)*0x9e3779b97f4a7c15, 31) // since hashes are added up
			}
			all[i] += h | 1
		}
	}
	return all
}

// replay returns when alerts of a rule fire whose expression has these answers.
func (p *Play) replay(ctx context.Context, r Rule, answers []promql.Vector, into storage.Appendable) (timeline, error) {
	own, err := prometheus.NewRule(r.Rule)
	if err != nil {
		return nil, err
	}
	c, fired := p.course(), make(timeline)
	c.Into = into
	if alerting, ok := own.(*rules.AlertingRule); ok {
		c.After = func(i int) {
			alerting.ForEachActiveAlert(func(a *rules.Alert) {
				if a.State == rules.StateFiring {
					fired[labelled(a.Labels)] = append(fired[labelled(a.Labels)], i*p.each())
				}
			})
		}
	}
	return fired, p.db.ReplayAnswers(ctx, own, c, answers)
}

// usualLabels are those that all alerts of a scenario have.
var usualLabels = map[string]string{"job": "shop", "db_system_name": "pebble", "db_namespace": "orders"}

// labelled are the labels of an alert, but for the usual ones.
func labelled(l labels.Labels) string {
	var words []string
	l.Range(func(l labels.Label) {
		if l.Name != labels.AlertName && l.Value != usualLabels[l.Name] {
			words = append(words, l.Name+"="+l.Value)
		}
	})
	return strings.Join(words, " ")
}

func spans(minutes []int, each int) string {
	var list []string
	for i := 0; i < len(minutes); {
		from := minutes[i]
		for i++; i < len(minutes) && minutes[i] == minutes[i-1]+each; i++ {
		}
		list = append(list, fmt.Sprintf("%d-%d", from, minutes[i-1]))
	}
	return strings.Join(list, ",")
}

// Notices says whether alerts fire at other minutes if a rule of the play is another one. One
// that cannot be evaluated is noticed.
func (p *Play) Notices(ctx context.Context, dir func() string, r, mutant Rule) bool {
	if r.Record != "" {
		return p.noticesRecord(ctx, dir, r, mutant)
	}
	now, err := p.fires(ctx, r, mutant)
	return err != nil || !now.equal(p.seen[r.Name].fired)
}

// fires returns when alerts fire if an alerting rule of the play is another one.
func (p *Play) fires(ctx context.Context, r, mutant Rule) (timeline, error) {
	answers, err := p.db.Answers(ctx, mutant.Expr, p.course())
	if err != nil {
		return nil, err
	}
	was := p.seen[r.Name]
	if mutant.For == r.For && mutant.KeepFiringFor == r.KeepFiringFor && slices.Equal(truth(mutant, answers), was.truth) {
		return was.fired, nil
	}
	return p.replay(ctx, mutant, answers, prometheus.Nowhere)
}

// records says whether a recording rule of the play records something else if it is another one.
func (p *Play) records(ctx context.Context, r, mutant Rule) bool {
	answers, err := p.db.Answers(ctx, mutant.Expr, p.course())
	return err != nil || !slices.Equal(truth(mutant, answers), p.seen[r.Name].truth)
}

// noticesRecord plays the scenario again, where it makes a difference.
func (p *Play) noticesRecord(ctx context.Context, dir func() string, r, mutant Rule) bool {
	list := slices.Clone(p.rules)
	at := slices.IndexFunc(list, func(o Rule) bool { return o.Name == r.Name })
	if at < 0 || !p.records(ctx, r, mutant) {
		return false
	}
	list[at] = mutant
	again, err := p.play(ctx, dir(), list)
	if err != nil {
		return true
	}
	defer func() { _ = again.db.Close() }()
	return slices.ContainsFunc(list, func(o Rule) bool {
		return o.Alert == p.Alert() && !again.seen[o.Name].fired.equal(p.seen[o.Name].fired)
	})
}
