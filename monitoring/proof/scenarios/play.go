package scenarios

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"

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
	truth []string // of each minute: the series of its expression
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
	own, err := prometheus.NewRule(r.Rule)
	if err != nil {
		return one, err
	}
	c := p.course()
	if r.Alert == p.Alert() {
		answers, err := p.db.Answers(ctx, r.Expr, c)
		if err != nil {
			return one, err
		}
		one.truth = truth(answers)
	}
	c.Into = p.db
	one.fired, err = p.replay(ctx, own, c)
	return one, err
}

// each is how many minutes are between two evaluations.
func (s *stage) each() int { return int(s.step / time.Minute) }

func (p *Play) course() prometheus.Course {
	return prometheus.Course{From: Begin, Step: p.step, N: (p.minutes-1)/p.each() + 1, Into: prometheus.Nowhere}
}

// truth are the series of an expression at each minute.
func truth(answers []promql.Vector) []string {
	all := make([]string, len(answers))
	for i, v := range answers {
		list := make([]string, len(v))
		for j, sample := range v {
			list[j] = sample.Metric.String()
		}
		slices.Sort(list)
		all[i] = strings.Join(list, "\n")
	}
	return all
}

// replay returns when alerts of a rule fire.
func (p *Play) replay(ctx context.Context, r rules.Rule, c prometheus.Course) (timeline, error) {
	fired := make(timeline)
	if alerting, ok := r.(*rules.AlertingRule); ok {
		c.After = func(i int) {
			alerting.ForEachActiveAlert(func(a *rules.Alert) {
				if a.State == rules.StateFiring {
					fired[labelled(a.Labels)] = append(fired[labelled(a.Labels)], i*p.each())
				}
			})
		}
	}
	return fired, p.db.Replay(ctx, r, c)
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
	was := p.seen[r.Name]
	if mutant.Expr != r.Expr {
		answers, err := p.db.Answers(ctx, mutant.Expr, p.course())
		if err == nil && slices.Equal(truth(answers), was.truth) {
			return false
		}
	}
	own, err := prometheus.NewRule(mutant.Rule)
	if err != nil {
		return true
	}
	now, err := p.replay(ctx, own, p.course())
	return err != nil || !now.equal(was.fired)
}

// noticesRecord plays the scenario again.
func (p *Play) noticesRecord(ctx context.Context, dir func() string, r, mutant Rule) bool {
	list := slices.Clone(p.rules)
	at := slices.IndexFunc(list, func(o Rule) bool { return o.Name == r.Name })
	if at < 0 {
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
