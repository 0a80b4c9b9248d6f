package alerts

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
)

const (
	scale      = 1.0 / 30 // of the time of all rules
	capacity   = 300
	saturation = 0.25 // since other programs take their part of the machine
	atOnce     = 10   // programs, one of them for as long as all others
	limit      = 8 * time.Minute
)

const watchdog = "KVWatchdog"

func parameters() generate.Parameters {
	p := generate.Defaults()
	p.Timescale, p.Capacity, p.Saturation = scale, capacity, saturation
	return p
}

// TestArrival: under each fault the right alerts arrive at the webhook, no others do, and
// they are resolved after it.
func TestArrival(t *testing.T) {
	if !*arrival && !*update && *only == "" {
		t.Skip("-args -arrival runs it; that takes minutes, and .ci/run does it in a step of its own")
	}
	both := []servers{
		{name: "Debian's", prometheus: process.Installed(t, "prometheus"), alertmanager: process.Installed(t, "prometheus-alertmanager")},
		{name: "newer", prometheus: tool(t, "prometheus"), alertmanager: tool(t, "alertmanager"), converts: true},
	}
	if err := build(); err != nil {
		t.Fatal(err)
	}
	courses := chosen(t)
	chains := make([]*chain, len(both))
	for i, s := range both {
		chains[i] = s.start(t, parameters(), courses)
	}
	began := time.Now()
	looks := run(t, courses, chains)
	took := time.Since(began).Round(time.Second)
	t.Logf("all trials took %v, and %d of %d looks came late", took, looks.late, looks.all)
	switch {
	case took <= limit:
	case looks.busy():
		t.Logf("the machine was too busy for %v", limit)
	default:
		t.Errorf("the trials took %v, and nobody waits for longer than %v", took, limit)
	}
	for _, c := range courses {
		c.check(t, chains, looks.busy())
	}
	rows := append(results(t, courses, chains), checkWatchdog(t, chains, began))
	if *update {
		writeTable(t, rows)
	}
}

// chosen are the trials that the command line wants, and the one that is healthy.
func chosen(t *testing.T) (courses []*course) {
	t.Helper()
	dir := process.StoresDir(t)
	free := addresses(t, len(trials))
	for i, tr := range trials {
		named := slices.Contains(strings.Split(*only, ","), tr.name)
		if *only != "" && tr.name != healthy && !named {
			continue
		}
		c := &course{trial: tr, program: newProgram(t, tr, dir, free[i])}
		if tr.memory > 0 {
			take, err := machines.TryMemoryGroup(t, tr.memory)
			if err != nil {
				why := fmt.Sprintf("the trial %s takes a control group, which takes root or a delegated one: %v", tr.name, err)
				if os.Getenv("OTELKV_E2E") == "required" {
					t.Fatalf("%s, and OTELKV_E2E=required", why)
				}
				t.Log(why)
				continue
			}
			c.take = take
		}
		courses = append(courses, c)
	}
	return courses
}

// looks are those of a run, of which those came late that others kept from the processors.
type looks struct{ all, late int }

// busy says whether the machine was too busy to tell how long something takes.
func (l looks) busy() bool { return l.late*50 > l.all }

// run makes all trials, some side by side. The healthy one lasts as long as the others.
func run(t *testing.T, courses []*course, chains []*chain) (n looks) {
	t.Helper()
	const every = 500 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	last := time.Now()
	waiting, running := courses, []*course(nil)
	for {
		now := <-tick.C //otelkv:waitok a ticker
		n.all++
		if now.Sub(last) > every+every/2 {
			n.late++
		}
		last = now
		for _, c := range chains {
			c.look(t, now)
		}
		for _, c := range running {
			c.step(t, chains, now)
		}
		running = slices.DeleteFunc(running, func(c *course) bool { return c.phase == over })
		if len(waiting) > 0 && len(running) < atOnce { // one at a time: to start takes a processor
			waiting[0].begin(t, now)
			running, waiting = append(running, waiting[0]), waiting[1:]
		}
		if len(waiting) == 0 && !slices.ContainsFunc(running, func(c *course) bool { return c.job != healthy }) {
			for _, c := range running {
				c.finish(chains, now)
			}
			return n
		}
	}
}

// checkWatchdog wants it to arrive all the time, and to be resolved when Prometheus ends:
// that is when whoever is called by its absence is called.
func checkWatchdog(t *testing.T, chains []*chain, began time.Time) row {
	t.Helper()
	r := row{fault: "Prometheus stops", program: "none", alert: watchdog}
	for _, ch := range chains {
		d := ch.webhook.about("")[watchdog]
		if d.pages != 1 || !d.resolved.IsZero() {
			t.Errorf("the %s Alertmanager notified %d times that %s began, want once and no end: %+v", ch.name, d.pages, watchdog, d)
		}
		r.after = max(r.after, d.firing.Sub(began))
		r.add(d.receivers)
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
