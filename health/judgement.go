package health

import (
	"slices"
	"strings"
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

// Answer returns in one moment what the probe of a kind answers, for a program
// that asks itself: whether all is well, and the text of the answer without the
// line end, such as "ready", or "database down" and a line for each other check
// that fails. Kind is one of Readiness, Startup and Liveness.
func (h *Health) Answer(kind Kind) (ok bool, text string) {
	j := h.judge(kind, time.Now())
	return j.ok, strings.TrimSuffix(string(j.text(false)), "\n")
}

// Report returns the state of every check, of all kinds, as JSON of the type
// application/health+json, with the texts of their errors: for a file beside
// other evidence, and not for strangers.
func (h *Health) Report() []byte {
	j := judgement{ok: true, draining: h.isDraining(), states: h.States()}
	for _, s := range j.states {
		j.ok = j.ok && s.Status.OK()
	}
	return j.json(true)
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
