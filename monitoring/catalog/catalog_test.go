package catalog_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

var (
	metricName = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)
	unit       = regexp.MustCompile(`^(|1|s|By|%|\{[a-z_]+\})$`)
)

func TestMetrics(t *testing.T) {
	names, pages := make(map[string]bool), make(map[string]bool)
	for _, m := range catalog.All() {
		if !metricName.MatchString(m.Name) {
			t.Errorf("%s: no name of a metric", m.Name)
		}
		if !unit.MatchString(m.Unit) {
			t.Errorf("%s: unit %q", m.Name, m.Unit)
		}
		if m.Help == "" || strings.HasSuffix(m.Help, ".") {
			t.Errorf("%s: help %q: one sentence without a full stop", m.Name, m.Help)
		}
		if m.Kind.String() == "unknown" || m.Stability == "" || m.Source == "" {
			t.Errorf("%s: kind %v, stability %q, source %q", m.Name, m.Kind, m.Stability, m.Source)
		}
		if m.Only != "" && m.Only != catalog.Page && m.Only != catalog.OTLP {
			t.Errorf("%s: only %q", m.Name, m.Only)
		}
		if (m.Kind == catalog.Histogram) != (m.Bounds != nil) || !slices.IsSorted(m.Bounds) {
			t.Errorf("%s: a %v with bounds %v", m.Name, m.Kind, m.Bounds)
		}
		if (m.Kind == catalog.Summary) != (m.Quantiles != nil) {
			t.Errorf("%s: a %v with quantiles %v", m.Name, m.Kind, m.Quantiles)
		}
		if names[m.Name] || pages[m.PrometheusName()] {
			t.Errorf("%s: twice", m.Name)
		}
		names[m.Name], pages[m.PrometheusName()] = true, true
		if got, ok := catalog.Find(m.Name); !ok || got.Name != m.Name {
			t.Errorf("Find(%q) = %v, %t", m.Name, got, ok)
		}
	}
	if _, ok := catalog.Find("kvdb.nothing"); ok {
		t.Error("Find finds what is not there")
	}
}

func TestAllIsTheCallersOwn(t *testing.T) {
	catalog.All()[0].Name, catalog.Others()[0].Metrics[0].Name = "changed", "changed"
	if catalog.All()[0].Name == "changed" || catalog.Others()[0].Metrics[0].Name == "changed" {
		t.Error("a caller has changed the catalogue")
	}
}

func others() (all []catalog.Metric) {
	for _, g := range catalog.Others() {
		all = append(all, g.Metrics...)
	}
	return all
}

// TestOthers: what is not ours is marked, and is on /metrics under the name that
// it has there anyway.
func TestOthers(t *testing.T) {
	ours := make(map[string]bool)
	for _, m := range catalog.All() {
		ours[m.PrometheusName()] = true
	}
	for _, m := range others() {
		if module, _, _ := strings.Cut(m.Source, "/"); !strings.Contains(module, ".") {
			t.Errorf("%s: the source %q is no module", m.Name, m.Source)
		}
		if ours[m.PrometheusName()] {
			t.Errorf("%s is ours, too", m.Name)
		}
		if m.Only == catalog.Page && m.PrometheusName() != m.Name {
			t.Errorf("%s would be %s on /metrics", m.Name, m.PrometheusName())
		}
		if got, ok := catalog.Find(m.Name); !ok || got.Source != m.Source {
			t.Errorf("Find(%q) = %v, %t", m.Name, got, ok)
		}
		if m.Help == "" || strings.HasSuffix(m.Help, ".") || m.Stability == "" || !unit.MatchString(m.Unit) {
			t.Errorf("%s: help %q, stability %q, unit %q", m.Name, m.Help, m.Stability, m.Unit)
		}
	}
}

func TestPrometheusName(t *testing.T) {
	for name, want := range map[string]string{
		"db.client.operation.duration":    "db_client_operation_duration_seconds",
		"kvdb.requests":                   "kvdb_requests_total",
		"kvdb.bytes.read":                 "kvdb_bytes_read_total",
		"kvdb.in_flight":                  "kvdb_in_flight",
		"kvdb.utilization":                "kvdb_utilization_ratio",
		"kvdb.memory":                     "kvdb_memory_bytes",
		"kvdb.request.size":               "kvdb_request_size_bytes",
		"pprofx.recording.time":           "pprofx_recording_time_seconds_total",
		"health.check.status":             "health_check_status",
		"otel.sdk.exporter.span.exported": "otel_sdk_exporter_span_exported_total",
	} {
		m, ok := catalog.Find(name)
		if !ok {
			t.Errorf("there is no %s", name)
		}
		if got := m.PrometheusName(); got != want {
			t.Errorf("%s is %s on /metrics, want %s", name, got, want)
		}
	}
}

func TestOperations(t *testing.T) {
	var outside []catalog.Operation
	for _, o := range slices.Concat(catalog.Operations(), []catalog.Operation{catalog.Other}, catalog.UntimedCommands()) {
		if o.OutsideLatency() {
			outside = append(outside, o)
		}
	}
	want := append([]catalog.Operation{catalog.Scan, catalog.View, catalog.Update, catalog.Ping, catalog.Other}, catalog.UntimedCommands()...)
	if !slices.Equal(outside, want) {
		t.Errorf("outside of objectives of latency: %q, want %q", outside, want)
	}
}

func TestKinds(t *testing.T) {
	if got := catalog.Kind(99).String(); got != "unknown" {
		t.Errorf("Kind(99) = %q", got)
	}
	if got := catalog.UpDownCounter.String(); got != "updowncounter" {
		t.Errorf("UpDownCounter = %q", got)
	}
	for _, o := range catalog.Outcomes() {
		sentence(t, string(o), o.Help())
	}
	for _, k := range catalog.ErrorKinds() {
		sentence(t, string(k), k.Help())
	}
	if got := len(catalog.Outcomes()); got != 6 {
		t.Errorf("%d outcomes", got)
	}
	if got := catalog.PrometheusLabel(catalog.ErrorType); got != "error_type" {
		t.Errorf("error.type is the label %s", got)
	}
}

// TestCallersFault: all else counts against the objective, and wakes somebody. The
// texts say the same.
func TestCallersFault(t *testing.T) {
	var faults []string
	for _, k := range catalog.ErrorKinds() {
		if k.CallersFault() {
			faults = append(faults, string(k))
		}
		if said := strings.Contains(k.Help(), "the caller's fault"); said != k.CallersFault() {
			t.Errorf("%s is the caller's fault: %t, and the help says %q", k, k.CallersFault(), k.Help())
		}
	}
	slices.Sort(faults)
	if want := []string{"closed", "invalid_argument", "too_large"}; !slices.Equal(faults, want) {
		t.Errorf("the caller's fault: %q, want %q", faults, want)
	}
	for _, k := range faults {
		if !strings.Contains(catalog.Errors.Note, k) {
			t.Errorf("the note of %s does not name %s", catalog.Errors.Name, k)
		}
	}
}

func TestContracts(t *testing.T) {
	for _, o := range catalog.Operations() {
		c := o.Contract()
		for _, outcome := range []catalog.Outcome{catalog.OK, catalog.Canceled, catalog.Error} {
			if !slices.Contains(c.Outcomes, outcome) {
				t.Errorf("%s cannot end as %s", o, outcome)
			}
		}
		if len(c.Errors) == 0 || slices.Contains(c.Errors, catalog.ErrConflict) {
			t.Errorf("%s has the errors %q; a conflict is an outcome of its own", o, c.Errors)
		}
		if !c.In(c.Capabilities) || len(c.Capabilities) > 0 && c.In([]string{"Describer"}) {
			t.Errorf("%s comes with %q, and with another", o, c.Capabilities)
		}
	}
	if c := catalog.Operation("fly").Contract(); c.Outcomes != nil || c.Errors != nil {
		t.Errorf("an operation that is not there can end as %v", c)
	}
}
