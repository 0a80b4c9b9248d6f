package record_test

import (
	"testing"

	"github.com/otelkv/otelkv/instrument/internal/record"
)

// Every slot has an outcome and, if it failed, a name of its own.
func TestSlots(t *testing.T) {
	all := record.FailureNames([]string{"quota", "throttled"})
	names := make(map[string]record.Slot)
	for s := range record.FirstFailureSlot + record.Slot(len(all)) {
		if s.Outcome() >= record.Outcomes || s.Outcome().String() == "" {
			t.Errorf("slot %d has the outcome %d", s, s.Outcome())
		}
		if !s.Failed() {
			continue
		}
		name := all[s.Failure()]
		if other, ok := names[name]; ok || name == "" {
			t.Errorf("slots %d and %d are both %q", s, other, name)
		}
		names[name] = s
		caller := name == "invalid_argument" || name == "too_large" || name == "closed"
		if s.CallersFault() != caller {
			t.Errorf("%s is the caller's fault: %v", name, s.CallersFault())
		}
		if conflict := name == "conflict"; conflict != (s.Outcome() == record.OutcomeConflict) || !conflict && s.Outcome() != record.OutcomeError {
			t.Errorf("%s has the outcome %v", name, s.Outcome())
		}
	}
}
