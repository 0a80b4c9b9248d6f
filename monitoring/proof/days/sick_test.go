package days

import (
	"strings"
	"testing"
)

// TestSickDays: each fault pages once, by the alert that names it, and ends.
func TestSickDays(t *testing.T) {
	for _, s := range SickDays() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			_, sent := pass(t, s.Service())
			pages := Pages(sent)
			if len(pages) != 1 || Ended(sent) != 1 {
				t.Errorf("%d pages and %d ends, want one of each", len(pages), Ended(sent))
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
		})
	}
}
