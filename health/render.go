package health

import (
	"encoding/json"
	"fmt"
	"time"
)

// text renders one line for each check that fails, or, if verbose, for each.
func (j judgement) text(verbose bool) []byte {
	if j.ok && !verbose {
		return []byte(j.word() + "\n")
	}
	var b []byte
	if j.draining {
		b = append(b, "draining\n"...)
	}
	for _, s := range j.states {
		switch {
		case verbose:
			b = append(b, '[', marks[s.Status], ']', ' ')
			b = append(b, s.Name+": "+s.Status.String()...)
			if s.Reason != "" {
				b = append(b, " ("+s.Reason+")"...)
			}
			b = append(b, '\n')
		case !s.Status.OK():
			b = append(b, s.Reason+"\n"...)
		}
	}
	if verbose {
		for range j.ignored {
			b = append(b, "[!] exclude: no such check\n"...)
		}
		b = append(b, j.word()+"\n"...)
	}
	return b
}

var marks = [...]byte{StatusUnknown: '?', StatusPass: '+', StatusWarn: '!', StatusFail: '-'}

// The JSON of draft-inadarei-api-health-check, with "unknown" as a fourth
// status of a check.
type (
	jsonAnswer struct {
		Status string                 `json:"status"`
		Notes  []string               `json:"notes,omitempty"`
		Checks map[string][]jsonCheck `json:"checks"`
	}
	jsonCheck struct {
		Status string     `json:"status"`
		Since  *time.Time `json:"since,omitempty"`
		Reason string     `json:"reason,omitempty"`
		*jsonDetails
	}
	jsonDetails struct {
		Kind       string     `json:"kind"`
		Time       *time.Time `json:"time,omitempty"` // of the last result
		DurationMS float64    `json:"duration_ms"`
		RunningMS  float64    `json:"running_ms,omitempty"`
		Failures   int        `json:"failures,omitempty"`
		Output     string     `json:"output,omitempty"`
	}
)

func (j judgement) json(details bool) []byte {
	a := jsonAnswer{Status: j.status().String(), Checks: make(map[string][]jsonCheck, len(j.states))}
	if j.draining {
		a.Notes = append(a.Notes, "draining")
	}
	for _, s := range j.states {
		c := jsonCheck{Status: s.Status.String(), Since: stamp(s.Since), Reason: s.Reason}
		if details {
			c.jsonDetails = s.details()
		}
		a.Checks[s.Name] = []jsonCheck{c}
	}
	body, err := json.Marshal(a)
	if err != nil { // an answer without details beats none
		return []byte(`{"status":"` + j.status().String() + "\"}\n")
	}
	return append(body, '\n')
}

func (s State) details() *jsonDetails {
	const ms = float64(time.Millisecond)
	d := &jsonDetails{
		Kind: s.Kind.String(), Time: stamp(s.Ended), DurationMS: float64(s.Duration) / ms, RunningMS: float64(s.Running) / ms, Failures: s.Failures,
	}
	if s.Err != nil {
		d.Output = fmt.Sprint(s.Err) // which survives an error whose text panics
	}
	return d
}

func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
