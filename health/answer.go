package health

import (
	"strings"
	"time"
)

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
