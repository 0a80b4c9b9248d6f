package pprofx_test

import (
	"testing"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/pprofx"
)

// What was not started does nothing.
func TestNilReceivers(t *testing.T) {
	for _, p := range []*pprofx.Profiler{nil, {}} {
		testutil.CallNil(t, p)
	}
}

// An option with nil is as none.
func TestNilOptions(t *testing.T) {
	p, err := pprofx.Start(nil, pprofx.WithTelemetry(nil), pprofx.WithLogger(nil), pprofx.WithMeterProvider(nil), pprofx.WithListener(nil),
		pprofx.WithAddress("127.0.0.1:0"), pprofx.WithLabels(nil), pprofx.WithHealthReport(nil), pprofx.WithMemory(nil, 0.9), pprofx.WithDirectory(t.TempDir()),
		pprofx.WithFlightRecorder(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
