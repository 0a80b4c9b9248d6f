package program

import (
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/otelsetup"
)

// LogCheck warns while lines of the log do not get out, and of lost ones. It is
// no reason to send traffic elsewhere.
func LogCheck(tel *otelsetup.Telemetry, every time.Duration) health.Check {
	return health.Check{
		Name:     "log",
		Kind:     health.Readiness,
		Interval: every,
		Reason:   "log lines do not get out",
		Advisory: true,
		Run:      tel.CheckLog,
	}
}
