package health

import "time"

// A State is what is known of a check, or of a heartbeat, at one moment.
type State struct {
	Name   string
	Kind   Kind
	Status Status
	Since  time.Time // when the status began

	// Reason says why the status is not pass, in words that name the check and
	// that anybody may read. Empty when it passes.
	Reason string

	// Err is the error behind the reason, nil when there is none. Its text may
	// hold addresses and passwords.
	Err error

	Ended    time.Time     // when the last run ended, or the last beat came; zero when none has
	Duration time.Duration // how long the last run took
	Running  time.Duration // for how long a run has been under way; 0 when none is
	Failures int           // failed runs in a row
}

func (s *State) unknown(reason string) { s.Status, s.Reason = StatusUnknown, reason }
