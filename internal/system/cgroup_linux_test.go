package system_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/testutil/machines"
)

// Pages of files that were read twice can be given back like any others.
func TestRealGroup(t *testing.T) {
	machines.InGroup(t, func(low, high float64) {
		m, err := system.Local().Memory()
		if share := m.Share(); err != nil || !(share >= low && share <= high) {
			t.Errorf("%+v is %v, %v, want %v to %v", m, share, err, low, high)
		}
	})
}

func TestRealQuota(t *testing.T) { inQuota(t, 0.5, 0.5) }

// A quota of more than there is, is what there is.
func TestRealQuotaAboveTheMachine(t *testing.T) { inQuota(t, 4096, float64(runtime.NumCPU())) }

func inQuota(t *testing.T, quota, want float64) {
	machines.InCPUGroup(t, quota, func() {
		cpu, err := system.Local().CPU()
		if err != nil || !slices.ContainsFunc(cpu, func(l system.CPULimit) bool { return l.Of != "process" && l.Capacity == want }) {
			t.Errorf("%+v, %v, want a group of %v processors", cpu, err, want)
		}
	})
}
