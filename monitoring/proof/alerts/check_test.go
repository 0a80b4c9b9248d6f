package alerts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A place is where and when an expression is evaluated.
type place struct {
	world recording.World
	job   string
	at    time.Time
}

// places are up to two moments in each world at which a rule has been true for each of its
// witnesses, and still is: what was scraped at that time may have come later. Where they do not
// show each part of the rule, there are more.
func (s *session) places(t *testing.T, r rule, wit witness, expr string) (all []place) {
	t.Helper()
	for _, w := range recording.Worlds() {
		for _, job := range wit.jobs {
			seen := s.seen[w][wit.rule][job]
			var own []place
			n, found := len(seen), 0
			for _, i := range []int{n / 2, 3 * n / 4, n - 1, n / 4, 0} {
				if found == 2 || i < 0 || i >= n {
					break
				}
				p := place{w, job, seen[i].at}
				if len(ofJob(s.query(t, p.world, expr, p.at), job)) > 0 {
					own = append(own, p)
					found++
				}
			}
			all = append(append(all, own...), s.further(t, r, claim{w, r.name, job}, expr, own)...)
			if found == 0 {
				t.Errorf("it was never true for %s in the %s world", job, w)
			}
		}
	}
	return all
}

// here reports whether a metric can be there in a world: a histogram has one form.
func here(w recording.World, selector string) bool {
	name, _, _ := strings.Cut(selector, "{")
	family := catalog.OperationDuration.PrometheusName()
	switch {
	case name == family:
		return w != recording.Classic
	case strings.HasPrefix(name, family+"_"):
		return w == recording.Classic
	default:
		return true
	}
}

// data wants data behind each selector of an expression, but for those that are known to
// have none here.
func (s *session) data(t *testing.T, expr string) error {
	t.Helper()
	e, err := parse(expr)
	if err != nil {
		return err
	}
	last := s.evals[len(s.evals)-1]
	var errs []error
	for _, sel := range selectors(e) {
		for _, w := range recording.Worlds() {
			if here(w, sel) && absent[sel] == "" && len(s.query(t, w, "count(last_over_time("+sel+"[1h]))", last)) == 0 {
				errs = append(errs, fmt.Errorf("%s has no data in the %s world", sel, w))
			}
		}
	}
	return errors.Join(errs...)
}

// parts wants each comparison of an expression to have something to compare under the
// fault, and to be true there, and false for programs that are well. Where unless is in
// front of it, it is the other way round.
func (s *session) parts(t *testing.T, r rule, expr string, places []place) error {
	t.Helper()
	e, err := parse(expr)
	if err != nil {
		return err
	}
	var errs []error
	for _, part := range parts(e) {
		for _, w := range recording.Worlds() {
			if !provable(part, w) {
				continue
			}
			var sides, truths bool
			for _, p := range places {
				if p.world != w {
					continue
				}
				own := ofJob(s.query(t, w, part.expr, p.at), p.job)
				truths = truths || len(own) > 0
				sides = sides || part.left == "" || len(ofJob(s.query(t, w, part.left, p.at), p.job)) > 0
				if err := outside(r, own); err != nil {
					return err
				}
			}
			if !sides {
				errs = append(errs, fmt.Errorf("%s is empty in the %s world", brief(part.left), w))
				continue
			}
			if truths == part.negated && !excused(r.name, part.expr, true) {
				errs = append(errs, fmt.Errorf("%s is %t under the fault in the %s world", brief(part.expr), truths, w))
			}
			if part.left == "" {
				continue
			}
			if well, known := s.well(t, r, w, part.expr); known && well != part.negated && !excused(r.name, part.expr, false) {
				errs = append(errs, fmt.Errorf("%s is %t without a fault in the %s world", brief(part.expr), well, w))
			}
		}
	}
	return errors.Join(errs...)
}

// well reports whether an expression is true for a healthy program most of the time, as far
// as the machine was not too busy to tell.
func (s *session) well(t *testing.T, r rule, w recording.World, expr string) (well, known bool) {
	t.Helper()
	n := make(map[string]int)
	moments := slices.DeleteFunc(s.moments(5), func(at time.Time) bool { return s.busy.explains(r.Alert, at) })
	for _, at := range moments {
		for _, sample := range s.query(t, w, expr, at) {
			n[sample.Metric.Get("job")+" "+sample.Metric.Get("db_operation_name")]++
		}
	}
	for of, times := range n {
		job, _, _ := strings.Cut(of, " ")
		if healthy(job) && times > len(moments)/2 {
			return true, true
		}
	}
	return false, len(moments) > 0
}

// moments are some of the whole time, but of its beginning.
func (s *session) moments(n int) (all []time.Time) {
	for i := range n {
		all = append(all, s.evals[(len(s.evals)-1)*(i+2)/(n+1)])
	}
	return all
}

// faulty are moments of the whole time, one in each trial while its fault shows: which trials an
// expression is seen beside must not be a matter of luck.
func (s *session) faulty() (all []time.Time) {
	for _, c := range s.courses {
		if c.shown.IsZero() {
			continue
		}
		middle := c.shown.Add(c.ended.Sub(c.shown) / 2)
		i := slices.IndexFunc(s.evals, func(at time.Time) bool { return !at.Before(middle) })
		if at := s.evals[max(i, 0)]; !slices.Contains(all, at) {
			all = append(all, at)
		}
	}
	if len(all) == 0 {
		return s.moments(5)
	}
	return all
}

// nobodyHas reports whether an expression is about a series that no program has.
func nobodyHas(expr string) bool {
	for sel := range absent {
		if strings.Contains(expr, sel) {
			return true
		}
	}
	return false
}

// allHere reports whether an expression can have series in a world: one side of an or is
// enough.
func allHere(n parser.Node, w recording.World) bool {
	switch n := n.(type) {
	case *parser.VectorSelector:
		return here(w, n.String())
	case *parser.BinaryExpr:
		if n.Op == parser.LOR {
			return allHere(n.LHS, w) || allHere(n.RHS, w)
		}
	}
	for child := range parser.ChildrenIter(n) {
		if !allHere(child, w) {
			return false
		}
	}
	return true
}

func ofJob(v promql.Vector, job string) (own promql.Vector) {
	for _, sample := range v {
		if sample.Metric.Get("job") == job {
			own = append(own, sample)
		}
	}
	return own
}

// outside refuses operations that contain the caller's own code where latency is meant.
func outside(r rule, v promql.Vector) error {
	timed := r.Alert == "KVLatencyHigh" || strings.Contains(r.Record, "kvdb_timed") || strings.Contains(r.Record, "kvdb_slow")
	for _, sample := range v {
		if name := sample.Metric.Get("db_operation_name"); timed && catalog.Operation(name).OutsideLatency() {
			return fmt.Errorf("%s is timed", name)
		}
	}
	return nil
}
