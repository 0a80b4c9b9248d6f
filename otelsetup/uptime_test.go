package otelsetup

import (
	"runtime/debug"
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/internal/testutil"
)

func TestUptime(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	if err := observeUptime(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test")); err != nil {
		t.Fatal(err)
	}
	var last float64
	for range 2 {
		var rm metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &rm); err != nil {
			t.Fatal(err)
		}
		found := testutil.Flatten(rm.ScopeMetrics).Find("process.uptime")
		if len(found) != 1 || found[0].Value <= last {
			t.Fatalf("process.uptime: %v after %v s", found, last)
		}
		last = found[0].Value
	}
}

func TestBuildVersion(t *testing.T) {
	settings := func(pairs ...string) (all []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	for _, tt := range []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"a release", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: settings("vcs.revision", "abc")}, "v1.2.3"},
		{"a commit", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("vcs.revision", "abc", "vcs.modified", "false")}, "abc"},
		{"a changed tree", debug.BuildInfo{Settings: settings("vcs.revision", "abc", "vcs.modified", "true")}, "abc+dirty"},
		{"nothing", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("vcs.modified", "true")}, ""},
	} {
		if got := versionOf(&tt.info); got != tt.want {
			t.Errorf("%s: version %q, want %q", tt.name, got, tt.want)
		}
	}
}
