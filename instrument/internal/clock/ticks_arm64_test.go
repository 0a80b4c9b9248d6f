//go:build linux && !otelkv_monotonic

package clock

import (
	"testing"
	"time"
)

// The counter has the frequency that firmware has noted.
func TestFrequency(t *testing.T) {
	before, began := ticks(), time.Since(base)
	busyFor(200 * time.Millisecond)
	passed, ended := ticks()-before, time.Since(base)
	per := float64(passed) / (ended - began).Seconds()
	if f := float64(frequency()); per < f*0.99 || per > f*1.01 {
		t.Errorf("%.4g ticks a second, want %.4g", per, f)
	}
}
