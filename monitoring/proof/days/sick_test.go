package days

import (
	"slices"
	"strings"
	"testing"
)

// TestSickDays: each fault pages once, by the alert that names it, which begins and ends in the
// minutes that testdata has, and ends after the fault.
func TestSickDays(t *testing.T) {
	l := new(ledger)
	t.Run("each", func(t *testing.T) {
		for _, s := range SickDays() {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				d, sent := pass(t, s.Service())
				once(t, s, sent)
				l.add(d, s)
			})
		}
	})
	l.check(t)
}

// once wants a page for a fault, and an end.
func once(t *testing.T, s Sick, sent []Notification) {
	t.Helper()
	pages := Pages(sent)
	if len(pages) != 1 || Ended(sent) != 1 {
		t.Errorf("%d pages and %d ends, want one of each", len(pages), Ended(sent))
	}
	end := s.Fault.At + s.Fault.For
	for _, n := range sent {
		if n.Receiver != watchdog && len(n.Firing) == 0 && n.Minute < end && s.Alert != "KVTrafficDropped" { // that resolves when the new rate has become usual
			t.Errorf("it is said to be over %d minutes before it is", end-n.Minute)
		}
	}
	for _, p := range pages {
		for _, a := range p.Firing {
			if !strings.HasPrefix(a, s.Alert+" "+s.Severity+" ") {
				t.Errorf("%s, want %s %s", a, s.Severity, s.Alert)
			}
		}
	}
	if t.Failed() {
		for _, n := range sent {
			if n.Receiver != watchdog {
				t.Log(n)
			}
		}
	}
}

// TestEveryAlertHasASickDay: what no day has is an alert that nobody has seen alone.
func TestEveryAlertHasASickDay(t *testing.T) {
	for _, r := range book(t) {
		if r.Alert != "" && r.Alert != "KVWatchdog" && !slices.ContainsFunc(SickDays(), func(s Sick) bool { return s.Alert == r.Alert }) {
			t.Errorf("%s has no sick day", r.Alert)
		}
	}
}
