package health

import (
	"slices"
	"time"
)

// A judgement is the answer to a probe.
type judgement struct {
	kind     Kind
	ok       bool
	draining bool
	states   []State  // those that count
	ignored  []string // excluded, but unknown
}

// judge answers a probe from memory.
func (h *Health) judge(kind Kind, now time.Time, exclude ...string) judgement {
	j := judgement{kind: kind, ok: true}
	draining := h.isDraining()
	if draining && (kind == Readiness || kind == Startup && !h.runs()) {
		j.ok, j.draining = false, true
	}
	var excluded []string
	for _, e := range h.all() {
		s, counts := e.counts(kind, now)
		if !counts {
			continue
		}
		if slices.Contains(exclude, e.name) {
			excluded = append(excluded, e.name)
			continue
		}
		j.states = append(j.states, s)
		j.ok = j.ok && s.Status.OK()
	}
	if kind == Liveness && draining {
		j.ok = true
	}
	for _, name := range exclude {
		if !slices.Contains(excluded, name) {
			j.ignored = append(j.ignored, name)
		}
	}
	return j
}

// judgeOne judges one check by its name, or returns false when it is not part
// of the probe.
func (h *Health) judgeOne(kind Kind, now time.Time, name string) (judgement, bool) {
	for _, e := range h.all() {
		if e.name != name {
			continue
		}
		s, counts := e.counts(kind, now)
		return judgement{kind: kind, ok: s.Status.OK(), states: []State{s}}, counts
	}
	return judgement{}, false
}

// counts returns the state of the entry for a probe, and whether it is part of
// the probe at all. What has to start first is part of readiness until it has.
func (e *entry) counts(kind Kind, now time.Time) (State, bool) {
	s := e.state(now)
	if e.started == nil {
		return s, e.kind&kind != 0
	}
	started := e.started()
	switch {
	case kind == Startup && started:
		return State{Name: s.Name, Kind: s.Kind, Status: StatusPass, Since: s.Since, Ended: s.Ended, Duration: s.Duration}, true
	case (kind == Startup || kind == Readiness) && !started:
		if s.Status.OK() { // capped, but it has not passed
			s.Status = StatusUnknown
		}
		return s, true
	default:
		return s, e.kind&kind != 0
	}
}

func (j judgement) status() Status {
	if !j.ok {
		return StatusFail
	}
	for _, s := range j.states {
		if s.Status != StatusPass {
			return StatusWarn
		}
	}
	return StatusPass
}

// word is the answer in a word.
func (j judgement) word() string {
	word := "ready"
	switch j.kind {
	case Startup:
		word = "started"
	case Liveness:
		word = "alive"
	}
	if !j.ok {
		word = "not " + word
	}
	return word
}
