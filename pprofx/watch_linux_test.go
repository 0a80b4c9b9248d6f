package pprofx

import (
	"testing"

	"github.com/otelkv/otelkv/internal/testutil/machines"
)

func TestMemoryOfRealGroup(t *testing.T) {
	machines.InGroup(t, func(low, high float64) {
		if share := start(t).readMemory(); !(share >= low && share <= high) {
			t.Errorf("%v, want %v to %v", share, low, high)
		}
	})
}
