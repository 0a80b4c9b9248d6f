package pprofx

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/internal/testutil/tmpfs"
)

// TestUndeletable: a file that cannot be deleted is counted and told once, and fails no
// capture.
func TestUndeletable(t *testing.T) {
	log, lines := testutil.NewLog(t, zap.WarnLevel)
	reader := sdkmetric.NewManualReader()
	dir := tmpfs.Mount(t, "size=10m")
	stuck := filepath.Join(dir, time.Now().Add(-time.Hour).UTC().Format("20060102T150405.000000000Z")+"-heap-call.pb.gz")
	if err := os.WriteFile(stuck, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount(stuck, stuck, "", syscall.MS_BIND, ""); err != nil {
		process.Missing(t, "no mount: "+err.Error())
	}
	defer syscall.Unmount(stuck, 0)
	p := start(t, WithDirectory(dir), WithDirectoryLimits(1<<20, 3, 0), WithLogger(log),
		WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	for range 10 {
		if path, err := p.Record(traced(t.Context()), "goroutine", 0, ""); path == "" || err != nil {
			t.Errorf("%q, %v", path, err)
		}
	}
	if entries, err := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("%v, %v", entries, err)
	}
	all := logged(t, lines)
	if len(all) != 1 || all[0]["message"] != "evidence not deleted" || all[0]["trace_id"] != traceID ||
		!strings.Contains(all[0]["error"].(string), "1 of the files") || !strings.Contains(all[0]["error"].(string), filepath.Base(stuck)) {
		t.Errorf("%v", all)
	}
	var rm metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &rm); err != nil {
		t.Fatal(err)
	}
	samples := testutil.Flatten(rm.ScopeMetrics)
	if n := samples.Sum("pprofx.files.undeletable"); n != 1 {
		t.Errorf("%v files cannot be deleted", n)
	}
	if n := samples.Sum("pprofx.files", "pprofx.outcome", "failed"); n != 0 {
		t.Errorf("%v files failed", n)
	}
}
