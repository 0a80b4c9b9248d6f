package alerts

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// check holds what was notified to what is expected: these alerts and no others.
func (c *course) check(t *testing.T, chains []*chain, busy bool) {
	t.Helper()
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf(format, args...)
		c.wrong = true
	}
	if c.late != "" {
		wrong("%s: %s", c.job, c.late)
	}
	told := receivers(t)
	for _, ch := range chains {
		seen := c.seen[ch]
		for name, d := range seen.told {
			for at := range d.receivers {
				if !slices.Contains(told[name], at) {
					wrong("%s: the %s Alertmanager sends %s to %s, want %v", c.job, ch.name, name, at, told[name])
				}
			}
			t.Logf("%s, %s: %s to %v %d times, first after %v", c.job, ch.name, name,
				slices.Sorted(maps.Keys(d.receivers)), d.pages, d.firing.Sub(c.on).Round(time.Second))
			switch {
			case !slices.Contains(c.pages, name):
				wrong("%s: the %s Alertmanager notifies of %s", c.job, ch.name, name)
			case d.pages != 1 && busy: // an expression that was late may have been false in between
				t.Logf("%s: the %s Alertmanager notifies %d times that %s began, and the machine was too busy", c.job, ch.name, d.pages, name)
			case d.pages != 1:
				wrong("%s: the %s Alertmanager notifies %d times that %s began", c.job, ch.name, d.pages, name)
			}
		}
		for name, h := range seen.held {
			if _, notified := seen.told[name]; notified {
				continue
			}
			t.Logf("%s, %s: %s is silent because of %v", c.job, ch.name, name, slices.Sorted(maps.Keys(h.because)))
			if !slices.Contains(slices.Concat(c.silent, c.hushed), name) {
				wrong("%s: %s comes to the %s Alertmanager", c.job, name, ch.name)
			}
		}
		for _, name := range c.silent {
			if _, notified := seen.told[name]; notified && c.late == "" {
				wrong("%s: %s is not silent at the %s Alertmanager", c.job, name, ch.name)
			}
		}
	}
}
