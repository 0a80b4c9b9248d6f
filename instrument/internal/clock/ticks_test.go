//go:build linux && (amd64 || arm64) && !otelkv_monotonic

package clock

import (
	"os"
	"strings"
	"testing"
	"time"
)

// The counter of this processor goes on, whether or not the kernel tells time by it.
func TestTicks(t *testing.T) {
	before := ticks()
	busyFor(time.Millisecond)
	if after := ticks(); after <= before {
		t.Errorf("%d ticks, and a millisecond later %d", before, after)
	}
}

// The counter is in use here exactly if nothing speaks against it.
func TestInUseHere(t *testing.T) {
	useCounter(t)
	why, _ := setting()
	why += unsteady() + elsewhere()
	end := Ended()
	if end != nil && end.Used {
		t.Logf("given up here: %s", end.Why)
		return
	}
	if (end == nil) != (why == "") || end != nil && end.Why != why {
		t.Errorf("the end is %+v, and %q speaks against the counter", end, why)
	}
}

func TestElsewhere(t *testing.T) {
	source, err := os.ReadFile(sourceFile)
	why := elsewhere()
	if want := err == nil && strings.TrimSpace(string(source)) == kernelName; (why == "") != want {
		t.Errorf("%q of the source %q, %v", why, source, err)
	}
}
