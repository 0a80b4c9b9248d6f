package health

import (
	"testing"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/testutil/machines"
)

// TestMemoryOfMachines: the check fails above the share that metrics and triggers
// show of the same machine, and not below it.
func TestMemoryOfMachines(t *testing.T) {
	const little = 1e-6
	for _, m := range machines.All() {
		machine, _ := m.Start()
		if limit := m.Memory + little; limit < 1 {
			if err := run(t, memory("memory", &Limits{Warn: limit, Fail: limit}, machine)); err != nil {
				t.Errorf("%s: %v at a limit of %v", m.Name, err, limit)
			}
		}
		if limit := m.Memory - little; limit > 0 {
			c := memory("memory", &Limits{Warn: limit, Fail: limit}, machine)
			if err := run(t, c); verdictOf(err).status != StatusFail || says(c, err) != "memory nearly exhausted" {
				t.Errorf("%s: %v at a limit of %v", m.Name, err, limit)
			}
		}
	}
}

// What cannot be read is unknown, what the system does not have is a warning.
func TestMemoryUnknown(t *testing.T) {
	broken := machines.Machine{Files: map[string]string{"proc/self/cgroup": machines.Unreadable}}
	machine, _ := broken.Start()
	for want, machine := range map[Status]system.Machine{StatusUnknown: machine, StatusWarn: {}} {
		if err := run(t, memory("memory", nil, machine)); verdictOf(err).status != want {
			t.Errorf("%v, want %v", err, want)
		}
	}
}
