package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/pprofx"
)

// The rows of the profiler, measured as shortly as possible: the numbers mean
// nothing.
func TestProfilerRows(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-json", "-rounds", "9", "-rows", "^(pprof_idle|flight_on)$"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr.String())
	}
	var got report
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 2 {
		t.Fatalf("%d rows; want 2: %s", len(got.Rows), stdout.String())
	}
	idle, flight := got.Rows[0], got.Rows[1]
	if idle.Name != "pprof_idle" || idle.Ratio <= 0 || idle.Goal == nil || *idle.Goal != 1.05 || idle.Met == nil {
		t.Errorf("the row is %+v; want pprof_idle with a ratio, the goal 1.05 and a verdict", idle)
	}
	if flight.Name != "flight_on" || flight.Ratio <= 0 || flight.Goal != nil || flight.Met != nil {
		t.Errorf("the row is %+v; want flight_on with a ratio and no goal", flight)
	}
}

// A profiler that does not start and an interruption end the row.
func TestProfilerRowFails(t *testing.T) {
	_, err := profiled(subject{"spin", spin(1), 1, short}, 1, []pprofx.Option{pprofx.WithAddress("nowhere")})
	if err == nil || !strings.Contains(err.Error(), "starting a profiler") {
		t.Errorf("profiled = %v; want why the profiler does not start", err)
	}
	stores, err := benchmarks.NewStores()
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := beside(idle)(&session{ctx: ctx, rounds: 1, stores: stores}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted, the row says %v", err)
	}
}
