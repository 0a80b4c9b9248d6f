package pprofx

import (
	"context"
	"maps"
	"slices"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

func TestMetrics(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	p, url := serving(t, WithDirectory(t.TempDir()), WithMeterProvider(mp), optionFunc(quick))
	collect := func() testutil.Samples {
		var rm metricdata.ResourceMetrics
		if err := reader.Collect(context.Background(), &rm); err != nil {
			t.Fatal(err)
		}
		return testutil.Flatten(rm.ScopeMetrics)
	}
	before := collect()
	if n := len(before); n != int(reasons)*captureOutcomes+int(requestOutcomes)+2*len(profileNames)+6 || before.Sum("pprofx.captures") != 0 {
		t.Errorf("%d series before anything: %v", n, before)
	}
	for _, m := range []catalog.Metric{catalog.ProfileCaptures, catalog.ProfileFiles, catalog.ProfileRequests, catalog.ProfileRecordingTime} {
		for _, key := range m.Attributes {
			want := m.Values[key]
			if want == nil {
				a, _ := catalog.FindAttribute(key)
				want = a.Values
			}
			seen := make(map[string]bool)
			for _, s := range before.Find(m.Name) {
				seen[s.Attributes[key]] = true
			}
			if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
				t.Errorf("%s has %q for %s, the catalogue %q", m.Name, got, key, want)
			}
		}
	}
	get(t, url+"heap")
	get(t, url+"nonsense")
	get(t, url+"heap", "Host", "evil.example")
	if _, err := p.Capture(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	p.Capture(t.Context(), "")
	after := collect()
	for _, c := range []struct {
		want  float64
		name  string
		pairs []string
	}{
		{1, "pprofx.captures", []string{"pprofx.reason", "call", "pprofx.outcome", "written"}},
		{1, "pprofx.captures", []string{"pprofx.reason", "call", "pprofx.outcome", "linked"}},
		{2, "pprofx.captures", nil},
		{1, "pprofx.requests", []string{"pprofx.outcome", "ok"}},
		{1, "pprofx.requests", []string{"pprofx.outcome", "invalid"}},
		{1, "pprofx.requests", []string{"pprofx.outcome", "refused"}},
		{1, "pprofx.files", []string{"pprofx.profile", "flight", "pprofx.outcome", "written"}},
		{5, "pprofx.files", []string{"pprofx.outcome", "written"}},
		{0, "pprofx.files", []string{"pprofx.outcome", "failed"}},
	} {
		if got := after.Sum(c.name, c.pairs...); got != c.want {
			t.Errorf("%s %v is %v, want %v", c.name, c.pairs, got, c.want)
		}
	}
	if s := after.Sum("pprofx.recording.time", "pprofx.profile", "cpu"); s < 0.1 || s > 10 {
		t.Errorf("the CPU was profiled for %v s", s)
	}
	p.Close()
	if n := len(collect()); n != 0 {
		t.Errorf("%d series after Close", n)
	}
}
