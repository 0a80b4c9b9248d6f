package health

// A Status is what is known of a check. The zero Status is StatusUnknown.
type Status uint8

// The statuses. Pass and warn count as working, fail and unknown as failing.
const (
	StatusUnknown Status = iota // nothing is known, or no longer
	StatusPass
	StatusWarn // it works, but somebody should look
	StatusFail
)

var statusNames = [...]string{"unknown", "pass", "warn", "fail"}

// String returns pass, warn, fail or unknown.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return statusNames[StatusUnknown]
}

// OK reports whether the status counts as working.
func (s Status) OK() bool { return s == StatusPass || s == StatusWarn }
