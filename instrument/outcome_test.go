package instrument

import "testing"

// Every slot has an outcome and, if it failed, a name of its own.
func TestSlots(t *testing.T) {
	all := failureNames([]string{"quota", "throttled"})
	names := make(map[string]slot)
	for s := range firstFailureSlot + slot(len(all)) {
		if s.outcome() >= outcomes || s.outcome().String() == "" {
			t.Errorf("slot %d has the outcome %d", s, s.outcome())
		}
		if !s.failed() {
			continue
		}
		name := all[s.failure()]
		if other, ok := names[name]; ok || name == "" {
			t.Errorf("slots %d and %d are both %q", s, other, name)
		}
		names[name] = s
		caller := name == "invalid_argument" || name == "too_large"
		if s.callersFault() != caller {
			t.Errorf("%s is the caller's fault: %v", name, s.callersFault())
		}
		if conflict := name == "conflict"; conflict != (s.outcome() == outcomeConflict) || !conflict && s.outcome() != outcomeError {
			t.Errorf("%s has the outcome %v", name, s.outcome())
		}
	}
}
