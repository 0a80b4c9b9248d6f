package alerts_test

import (
	"log/slog"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/config"
	promrules "github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage/remote"

	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/proof/internal/prometheus"
	"github.com/otelkv/otelkv/monitoring/proof/recording"
)

// A push is a database that programs push to over OTLP, through Prometheus' own handler, with the
// rules over it.
type push struct {
	db     *prometheus.DB
	groups *prometheus.Groups
	rules  []rule
	url    string
}

func startPush(t *testing.T) *push {
	t.Helper()
	lookback := time.Duration(float64(prometheus.Lookback) * scale)
	db, err := prometheus.Open(t.TempDir(), prometheus.Options{Lookback: lookback})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	groups, err := db.LoadRules(t.Context(), file(t), time.Second, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(remote.NewOTLPWriteHandler(slog.New(slog.DiscardHandler), client.NewRegistry(), db,
		func() config.Config { return config.DefaultConfig }, remote.OTLPOptions{LookbackDelta: lookback}))
	t.Cleanup(server.Close)
	return &push{db, groups, rules(t), server.URL}
}

// program starts one that pushes its metrics each second.
func (p *push) program(t *testing.T, job, dir string) *recording.Program {
	t.Helper()
	program := recording.NewProgram(t, recording.Quickstart, job, dir, usualRate)
	program.Start(t, p.env(job))
	return program
}

func (p *push) env(job string) []string {
	return []string{"OTEL_RESOURCE_ATTRIBUTES=service.namespace=" + job, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=" + p.url, "OTEL_METRIC_EXPORT_INTERVAL=1000"}
}

// pushedAs is the job of a program in Prometheus: its namespace and its name.
func pushedAs(job string) string { return job + "/quickstart" }

// firing are the jobs for which a rule fires at a time.
func (p *push) firing(t *testing.T, name string, now time.Time) (jobs []string) {
	t.Helper()
	p.groups.Eval(t.Context(), now)
	for i, r := range p.groups.Rules() {
		if err := r.LastError(); err != nil {
			t.Errorf("%s: %v", p.rules[i].name, err)
		}
		alerting, ok := r.(*promrules.AlertingRule)
		if !ok || p.rules[i].name != name {
			continue
		}
		alerting.ForEachActiveAlert(func(a *promrules.Alert) {
			if a.State == promrules.StateFiring {
				jobs = append(jobs, a.Labels.Get("job"))
			}
		})
	}
	return jobs
}

// there reports whether a program has pushed within the last seconds.
func (p *push) there(t *testing.T, job string, now time.Time) bool {
	t.Helper()
	v, err := p.db.Query(t.Context(), `count(max_over_time(process_uptime_seconds{job="`+pushedAs(job)+`"}[3s]))`, now)
	if err != nil {
		t.Fatal(err)
	}
	return len(v) > 0
}

// TestPushed: what starts again and again and pushes over OTLP is told of, and so is that it has
// stopped for good; what goes on beside it is not.
func TestPushed(t *testing.T) {
	recording.Build(t, recording.Quickstart)
	p, dir := startPush(t), process.StoresDir(t)
	p.program(t, "steady", dir)
	sick := p.program(t, "sick", dir)
	const restarting, absent = "KVRestarting critical (2)", "KVTelemetryAbsent critical (2)"
	starts, want := 1, restarting
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(3 * patience); ; {
		now := <-tick.C //otelkv:waitok a ticker
		if now.After(end) {
			t.Fatalf("%s does not fire, after %d starts", want, starts)
		}
		jobs := p.firing(t, want, now)
		if slices.ContainsFunc(jobs, func(job string) bool { return job != pushedAs("sick") }) {
			t.Errorf("%s fires for %v", want, jobs)
		}
		switch fires := len(jobs) > 0; {
		case fires && want == restarting:
			t.Logf("%s fires after %d starts", want, starts)
			want = absent
			sick.Kill()
		case fires:
			return
		case want == restarting && p.there(t, "sick", now):
			sick.Kill()
			sick.Start(t, p.env("sick"))
			starts++
		}
	}
}
