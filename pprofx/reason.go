package pprofx

// A reason is why evidence is captured.
type reason uint8

const (
	reasonCall reason = iota
	reasonSlow
	reasonReadiness
	reasonLiveness
	reasonMemory
	reasonGoroutines
	reasons
)

var reasonNames = [reasons]string{"call", "slow", "readiness", "liveness", "memory", "goroutines"}

// The weights of files, by which the less telling ones make room for the
// others. That of a slow operation is its milliseconds, and below all of these.
var reasonWeights = [reasons]int64{
	reasonMemory:     2_000_000,
	reasonGoroutines: 2_000_000,
	reasonReadiness:  3_000_000,
	reasonCall:       4_000_000,
	reasonLiveness:   5_000_000,
}

const maxSlowWeight = 1_000_000

func (r reason) String() string { return reasonNames[r] }
