package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A claim is that a rule is true for a job in a world.
type claim struct {
	world     recording.World
	rule, job string
}

// evidence are moments in which a rule was true, by the part of it that was then as the proof
// wants it.
type evidence map[string]time.Time

// look evaluates the parts of a rule that have not been as they should, at a moment whose
// scrapes have ended, and returns one that is left. A trial goes on until none is: that a rule
// is true says nothing of the side of an or that comes later.
func (s *session) look(t *testing.T, c claim, at time.Time) (left string) {
	t.Helper()
	r := s.rule(t, c.rule)
	expr := r.proven(witnessOf(c.rule))
	shown := s.shown[c]
	if shown == nil {
		shown = make(evidence)
		s.shown[c] = shown
	}
	for _, p := range s.partsOf(t, expr) {
		if _, done := shown[p.expr]; done || !provable(p, c.world) {
			continue
		}
		if len(ofJob(s.query(t, c.world, expr, at), c.job)) > 0 && s.shows(t, r, p, c, at) {
			shown[p.expr] = at
			continue
		}
		left = p.expr
	}
	return left
}

// provable reports whether a part of an expression can have series in a world.
func provable(p part, w recording.World) bool { return allHere(p.node, w) && !nobodyHas(p.left) }

// shows reports whether a part has something to compare at a moment, and is as it has to be
// under the fault.
func (s *session) shows(t *testing.T, r rule, p part, c claim, at time.Time) bool {
	t.Helper()
	if p.left != "" && len(ofJob(s.query(t, c.world, p.left, at), c.job)) == 0 {
		return false
	}
	is := len(ofJob(s.query(t, c.world, p.expr, at), c.job)) > 0
	return is != p.negated || excused(r.name, p.expr, true)
}

// further are moments that show what those places do not.
func (s *session) further(t *testing.T, r rule, c claim, expr string, places []place) (more []place) {
	t.Helper()
	for _, p := range s.partsOf(t, expr) {
		if !provable(p, c.world) || slices.ContainsFunc(places, func(at place) bool { return s.shows(t, r, p, c, at.at) }) {
			continue
		}
		if at, ok := s.shown[c][p.expr]; ok && !slices.Contains(more, place{c.world, c.job, at}) {
			more = append(more, place{c.world, c.job, at})
		}
	}
	return more
}
