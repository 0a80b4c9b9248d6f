package health

import (
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/machines"
)

// TestMemoryOfRealGroup is a program that has read many files.
func TestMemoryOfRealGroup(t *testing.T) {
	machines.InGroup(t, func(low, high float64) {
		if err := run(t, Memory("memory", &Limits{Warn: high, Fail: high})); err != nil {
			t.Errorf("%v at a limit of %v", err, high)
		}
		if err := run(t, Memory("memory", &Limits{Warn: low, Fail: low})); verdictOf(err).status != StatusFail {
			t.Errorf("%v at a limit of %v", err, low)
		}
	})
}
