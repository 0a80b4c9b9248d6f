package panels_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	promrules "github.com/prometheus/prometheus/rules"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/redisserver"
	"github.com/otelkv/otelkv/monitoring/cmd/generate"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

const (
	scale    = 1.0 / 30
	window   = 10 * time.Second // of rates, Grafana's and, scaled, those of the alerts
	warm     = 3                // scrapes before the fault
	enough   = 13               // scrapes of what is looked at, which fill the window
	patience = 2 * time.Minute
)

// A course is how far a trial is.
type course struct {
	*trial
	program       *recording.Program
	ready, at     time.Time // when it served, and when it is looked at
	failed, shown time.Time // when the fault was turned on, and had an effect
	started       time.Time
	ended         bool
	profiles      string // an address
	dir, instance string
	asking        sync.WaitGroup
	leave         func() // those that ask; nil where they do so themselves
	server        *redisserver.Server

	said    telling // what that says at the end
	machine machine // what the kernel says at the end
	looks   []machine
	calls   []recording.Call
	firing  map[recording.World]float64 // alerts

	severity map[recording.World]float64 // the sum of that of each alert of a store
}

// A session is all that has been recorded.
type session struct {
	recorder *recording.Recorder
	db       map[recording.World]*prometheus.DB
	rules    map[recording.World]*prometheus.Groups
	targets  []generate.Target
	values   generate.Values
	courses  []*course
	answers  recording.Answers
	moments  map[string]*moment
}

func parameters() generate.Parameters {
	p := generate.Defaults()
	p.Timescale, p.Capacity = scale, 2*rate
	return p
}

// record runs all trials, some at a time, and the rules beside them.
func record(t *testing.T) *session {
	t.Helper()
	s := &session{recorder: recording.Start(t), moments: make(map[string]*moment), db: make(map[recording.World]*prometheus.DB), rules: make(map[recording.World]*prometheus.Groups)}
	for _, w := range recording.Worlds() {
		s.db[w] = s.recorder.DB(w)
	}
	var err error
	if s.targets, s.values, err = generate.Targets(parameters(), "10s"); err != nil {
		t.Fatal(err)
	}
	s.load(t)
	dir := process.StoresDir(t)
	recording.Build(t, recording.Quickstart, recording.KVServer, recording.Lossy)
	waiting := slices.DeleteFunc(slices.Clone(trials), func(tr *trial) bool {
		return *only != "" && !slices.Contains(strings.Split(*only, ","), tr.job) || !tr.grouped(t)
	})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for running := 0; ; {
		now := <-tick.C //otelkv:waitok a ticker
		for ; running < *atOnce && len(waiting) > 0; running++ {
			s.courses = append(s.courses, s.begin(t, waiting[0], dir))
			waiting = waiting[1:]
		}
		for _, g := range s.rules {
			g.Eval(t.Context(), now)
		}
		running = 0
		for _, c := range s.courses {
			if !c.ended {
				s.step(t, c, now)
			}
			if !c.ended {
				running++
			}
		}
		if running == 0 && len(waiting) == 0 {
			return s
		}
	}
}

// load has the rules in all databases, whose series and alerts the dashboard shows.
func (s *session) load(t *testing.T) {
	t.Helper()
	files, err := generate.Files(parameters())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := generate.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	for _, w := range recording.Worlds() {
		g, err := s.db[w].LoadRules(t.Context(), filepath.Join(dir, "rules.yaml"), time.Second, time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.rules[w] = g
	}
}

// receiver takes whatever is exported.
func receiver(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (s *session) begin(t *testing.T, tr *trial, dir string) *course {
	t.Helper()
	kind, env := tr.kind, tr.env
	if kind == "" {
		kind = recording.Quickstart
	}
	if tr.job == "healthy" || tr.job == "errors" {
		env = append(exported(receiver(t)), env...)
	}
	dir = filepath.Join(dir, tr.job)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := &course{trial: tr, dir: dir, profiles: process.FreeAddress(t), program: recording.NewProgram(t, kind, tr.job, dir, rate), started: time.Now()}
	c.instance = c.program.Address()
	c.program.Take = tr.take
	args := append([]string{"-pprof", c.profiles}, tr.args...)
	if tr.redis {
		c.server = redisserver.Start(t)
		args = append(args, "-engine", "redis", "-target", c.server.Address)
	}
	c.program.Start(t, env, args...)
	return c
}

// step takes a trial on. Nothing in it waits for a time, but all for scrapes.
func (s *session) step(t *testing.T, c *course, now time.Time) {
	t.Helper()
	if !c.failed.IsZero() && (c.job != "stopped" || c.shown.IsZero()) {
		c.machine = lookAt(c.program.PID(), c.dir)
		c.looks = append(c.looks, c.machine)
	}
	switch {
	case c.ready.IsZero():
		if c.program.Ready() {
			c.ready = now
			s.recorder.Watch(c.job, c.program.Address())
		}
	case c.failed.IsZero():
		if s.scrapes(t, c, c.ready, now) < warm {
			return
		}
		if c.fault != "" {
			c.program.Turn(t, c.fault)
		}
		if c.strike != nil {
			c.strike(t, c)
		}
		c.failed = now
	case c.shown.IsZero():
		if !s.holds(t, c, now) {
			if now.Sub(c.failed) > patience {
				t.Errorf("%s: %v did not come true", c.job, c.until)
				s.end(t, c, now)
			}
			return
		}
		c.shown = now
		if c.mid != nil {
			c.mid(t, c)
		}
	default:
		gone := c.job == "stopped" && now.Sub(c.shown) > enough*time.Second
		if s.scrapes(t, c, c.shown, now) >= enough || gone || now.Sub(c.shown) > patience {
			s.end(t, c, now)
		}
	}
}

func (s *session) end(t *testing.T, c *course, now time.Time) {
	t.Helper()
	if c.leave != nil {
		c.leave()
	}
	c.asking.Wait()
	if c.server != nil {
		select {
		case <-c.server.Ended:
		default:
			c.said = talk(t, c.server.Address).info()
		}
	}
	c.at, c.ended, c.firing, c.severity = now, true, make(map[recording.World]float64), make(map[recording.World]float64)
	for w, g := range s.rules {
		c.firing[w], c.severity[w] = firingFor(g, c.job)
	}
	s.recorder.Forget(c.job)
	c.calls = c.program.Calls()
	c.program.Kill()
	t.Logf("%s: the fault showed after %v, over after %v", c.job, c.shown.Sub(c.failed).Round(time.Second), now.Sub(c.failed).Round(time.Second))
}

// scrapes is how often a program has been scraped in the world where it was least often.
func (s *session) scrapes(t *testing.T, c *course, since, now time.Time) int {
	t.Helper()
	least := enough + 1
	for _, w := range recording.Worlds() {
		times, err := s.db[w].Times(t.Context(), `process_uptime_seconds{job="`+c.job+`"}`, since, now)
		if err != nil {
			t.Fatal(err)
		}
		least = min(least, len(times))
	}
	return least
}

// holds reports whether there is in all worlds what a trial waits for.
func (s *session) holds(t *testing.T, c *course, now time.Time) bool {
	t.Helper()
	for _, expr := range c.until {
		for _, w := range recording.Worlds() {
			v, err := s.db[w].Query(t.Context(), strings.ReplaceAll(expr, "$job", `job="`+c.job+`"`), now)
			if err != nil {
				t.Fatal(err)
			}
			if len(v) == 0 {
				return false
			}
		}
	}
	return true
}

// firingFor is how many alerts fire for a job, as the rules themselves say, and how severe
// they are together: those of one name and store are one, and one that wakes somebody counts twice.
func firingFor(g *prometheus.Groups, job string) (n, severity float64) {
	alike := make(map[[3]string]float64)
	for _, r := range g.Rules() {
		if alerting, ok := r.(*promrules.AlertingRule); ok {
			alerting.ForEachActiveAlert(func(a *promrules.Alert) {
				if a.State == promrules.StateFiring && a.Labels.Get("job") == job {
					of := [3]string{a.Labels.Get("alertname"), a.Labels.Get("db_namespace"), a.Labels.Get("instance")}
					alike[of] = max(alike[of], map[string]float64{"warning": 1, "critical": 2}[a.Labels.Get("severity")])
				}
			})
		}
	}
	for _, each := range alike {
		severity += each
	}
	return float64(len(alike)), severity
}
