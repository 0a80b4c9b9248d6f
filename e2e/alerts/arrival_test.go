//go:build arrival

package alerts

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

const (
	scale        = 1.0 / 30 // of the time of all rules
	capacityText = "400"
	capacity     = 400
	saturation   = 0.4               // since other tests take their part of the machine
	settle       = 20 * time.Second  // of normal traffic before a fault
	dwell        = 10 * time.Second  // of a fault after the alerts: there must be no others
	patience     = 150 * time.Second // for the alerts of a fault, and for their end
)

const watchdog = "KVWatchdog"

// A course is how far a trial is.
type course struct {
	*trial
	*program
	phase              phase
	on, arrived, ended time.Time // the fault, all its alerts, the fault's end
	since, ticked      time.Time
	late               string // what did not happen
}

type phase int

const (
	before phase = iota
	failing
	lingering
	mending
	over
)

func parameters() generate.Parameters {
	p := generate.Defaults()
	p.Timescale, p.Capacity, p.Saturation = scale, capacity, saturation
	return p
}

// TestArrival: under each fault the right alerts arrive at the webhook, no others do, and
// they are resolved after it.
func TestArrival(t *testing.T) {
	both := []servers{
		{"Debian's", process.Installed(t, "prometheus"), process.Installed(t, "prometheus-alertmanager"), ""},
		{"newer", tool(t, "prometheus"), tool(t, "alertmanager"), ", convert_classic_histograms_to_nhcb: true"},
	}
	courses := startAll(t)
	programs := make([]*program, len(courses))
	for i, c := range courses {
		programs[i] = c.program
	}
	chains := make([]*chain, len(both))
	for i, s := range both {
		chains[i] = s.start(t, parameters(), programs)
	}
	busy := watchStrain(t)
	began := time.Now()
	run(t, courses, chains)
	t.Logf("all trials took %v; the machine was too busy: %t", time.Since(began).Round(time.Second), busy.Load())
	for _, c := range courses {
		c.check(t, chains, busy)
	}
	seen := results(courses, chains)
	seen[watchdog] = checkWatchdog(t, chains, began)
	if *update && *only == "" && !t.Failed() {
		writeTable(t, seen)
	}
}

func startAll(t *testing.T) (courses []*course) {
	t.Helper()
	dir := storesDir(t)
	for _, tr := range trials {
		if *only != "" && tr.name != "healthy" && !slices.Contains(strings.Split(*only, ","), tr.name) {
			continue
		}
		c := &course{trial: tr, program: newProgram(t, tr.name, dir)}
		args := tr.args
		if tr.engine != "" {
			args = append(slices.Clone(args), "-engine", tr.engine)
		}
		c.start(t, tr.env, args...)
		courses = append(courses, c)
	}
	for _, c := range courses {
		c.process.Eventually(t, "the greeting of "+c.name, c.ready)
	}
	return courses
}

// run makes all trials, side by side.
func run(t *testing.T, courses []*course, chains []*chain) {
	t.Helper()
	start := time.Now()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for slices.ContainsFunc(courses, func(c *course) bool { return c.phase < over && c.name != "healthy" }) {
		now := <-tick.C //otelkv:waitok a ticker
		for _, c := range chains {
			c.look(t, now)
		}
		for _, c := range courses {
			if c.name != "healthy" {
				c.step(t, chains, start, now)
			}
		}
	}
}

// step takes the trial on.
func (c *course) step(t *testing.T, chains []*chain, start, now time.Time) {
	t.Helper()
	switch c.phase {
	case before:
		if now.Sub(start) < max(settle, c.after) {
			return
		}
		c.act(t, c.trial.on, c.name)
		c.on, c.ticked = now, now
		c.next(failing, now)
	case failing, lingering:
		if c.tick != nil && now.Sub(c.ticked) >= 5*time.Second {
			c.tick(t, c.program)
			c.ticked = now
		}
		if c.phase == failing {
			if why := c.missing(chains); why == "" || now.Sub(c.since) > patience {
				c.late = why
				c.arrived = now
				c.next(lingering, now)
			}
			return
		}
		if now.Sub(c.since) >= dwell {
			c.act(t, c.off, "none")
			c.ended = now
			c.next(mending, now)
		}
	case mending:
		if why := c.lasting(chains); why == "" || now.Sub(c.since) > patience {
			if c.late == "" {
				c.late = why
			}
			c.next(over, now)
			t.Logf("%s: alerts after %v, mended after %v %s", c.name, c.arrived.Sub(c.on).Round(time.Second), now.Sub(c.ended).Round(time.Second), c.late)
		}
	case over:
	}
}

func (c *course) act(t *testing.T, do func(*testing.T, *program), kind string) {
	t.Helper()
	if do == nil {
		do = post(kind)
	}
	do(t, c.program)
}

func (c *course) next(p phase, now time.Time) { c.phase, c.since = p, now }

// missing says what has not arrived yet.
func (c *course) missing(chains []*chain) string {
	for _, ch := range chains {
		told, held := ch.webhook.about(c.name), ch.about(c.name)
		for _, name := range c.pages {
			if told[name].pages == 0 {
				return fmt.Sprintf("%s does not arrive at the webhook of the %s Alertmanager", name, ch.name)
			}
		}
		for _, name := range c.silent {
			if h := held[name]; h == nil || h.silent.IsZero() {
				return fmt.Sprintf("%s does not come to the %s Alertmanager as inhibited", name, ch.name)
			}
		}
	}
	return ""
}

// lasting says what has not ended yet.
func (c *course) lasting(chains []*chain) string {
	for _, ch := range chains {
		for name, d := range ch.webhook.about(c.name) {
			if d.resolved.IsZero() {
				return fmt.Sprintf("the webhook of the %s Alertmanager does not hear that %s is resolved", ch.name, name)
			}
		}
		for name, h := range ch.about(c.name) {
			if h.now {
				return fmt.Sprintf("the %s Alertmanager still has %s", ch.name, name)
			}
		}
	}
	return ""
}

// check holds what was notified to what is expected: these alerts and no others.
func (c *course) check(t *testing.T, chains []*chain, busy *strain) {
	t.Helper()
	if c.late != "" {
		t.Errorf("%s: %s", c.name, c.late)
	}
	for _, ch := range chains {
		var told, silent []string
		for name, d := range ch.webhook.about(c.name) {
			told = append(told, name)
			t.Logf("%s, %s: %s to %v %d times, first after %v", c.name, ch.name, name, slices.Sorted(maps.Keys(d.receivers)), d.pages, d.firing.Sub(c.on).Round(time.Second))
			if !slices.Contains(slices.Concat(c.pages, c.also), name) && !busy.explains(name) {
				t.Errorf("%s: the %s Alertmanager notifies of %s", c.name, ch.name, name)
			}
		}
		for name, h := range ch.about(c.name) {
			if slices.Contains(told, name) {
				continue
			}
			silent = append(silent, name)
			t.Logf("%s, %s: %s is silent because of %v", c.name, ch.name, name, slices.Sorted(maps.Keys(h.because)))
			if !slices.Contains(slices.Concat(c.silent, c.hushed, c.also), name) && !busy.explains(name) {
				t.Errorf("%s: %s comes to the %s Alertmanager", c.name, name, ch.name)
			}
		}
		for _, name := range c.silent {
			if !slices.Contains(silent, name) && c.late == "" {
				t.Errorf("%s: %s is not silent at the %s Alertmanager", c.name, name, ch.name)
			}
		}
	}
}

// checkWatchdog wants it to arrive all the time, and to be resolved when Prometheus ends:
// that is when whoever is called by its absence is called.
func checkWatchdog(t *testing.T, chains []*chain, began time.Time) *result {
	t.Helper()
	r := &result{fault: "Prometheus stops"}
	for _, ch := range chains {
		d := ch.webhook.about("")[watchdog]
		if d.pages != 1 || !d.resolved.IsZero() {
			t.Errorf("the %s Alertmanager notified %d times that %s began, want once and no end: %+v", ch.name, d.pages, watchdog, d)
		}
		r.after = max(r.after, d.firing.Sub(began))
		r.receivers = slices.Sorted(maps.Keys(d.receivers))
		if err := ch.prometheus.Cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}
	stopped := time.Now()
	for _, ch := range chains {
		process.Eventually(t, "the end of "+watchdog+" at the "+ch.name+" Alertmanager", func() bool {
			return !ch.webhook.about("")[watchdog].resolved.IsZero()
		})
	}
	r.resolved = time.Since(stopped)
	return r
}
