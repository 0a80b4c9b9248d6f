//go:build linux && (amd64 || arm64) && !otelkv_monotonic

package clock

import (
	"os"
	"path/filepath"
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
	if why == "" {
		why = unsteady()
	}
	if other, err := elsewhere(); why == "" && err != nil {
		why = "the kernel does not say what it tells time by: " + err.Error()
	} else if why == "" {
		why = other
	}
	end := Ended()
	if end != nil && end.Used {
		t.Logf("given up here: %s", end.Why)
		return
	}
	if (end == nil) != (why == "") || end != nil && end.Why != why {
		t.Errorf("the end is %+v, and %q speaks against the counter", end, why)
	}
}

func TestSource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "current_clocksource")
	if why, err := notBy(file); err == nil || why != "" {
		t.Errorf("without a file: %q, %v", why, err)
	}
	for source, want := range map[string]string{kernelName + "\n": "", "hpet\n": "the kernel tells time by hpet, not by " + kernelName} {
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		if why, err := notBy(file); err != nil || why != want {
			t.Errorf("%q: %q, %v", source, why, err)
		}
	}
}
