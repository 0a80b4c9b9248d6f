package benchmarks_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/benchmarks"
)

// Both loggers of slog write the same line, each by its names for time, level and message.
func TestSlogLineLoggers(t *testing.T) {
	ctx, end := benchmarks.SampledParent(t.Context())
	defer end()
	var ours, theirs bytes.Buffer
	otelkv, err := benchmarks.NewOTelKVSlog(t.Context(), &ours)
	if err != nil {
		t.Fatal(err)
	}
	of := func(l benchmarks.LineLogger, out *bytes.Buffer, without ...string) (fields map[string]any) {
		l.Log(ctx)
		if err := errors.Join(l.Flush(ctx), l.Close()); err != nil {
			t.Error(err)
		}
		if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		for _, key := range without {
			if _, ok := fields[key]; !ok {
				t.Errorf("no %s in %s", key, out)
			}
			delete(fields, key)
		}
		return fields
	}
	got := of(otelkv, &ours, "timestamp", "level", "message")
	want := of(benchmarks.NewMultiLog(&theirs), &theirs, slog.TimeKey, slog.LevelKey, slog.MessageKey)
	if !reflect.DeepEqual(got, want) || got["trace_id"] != trace.SpanContextFromContext(ctx).TraceID().String() {
		t.Errorf("the lines differ:\n%s%s", ours.String(), theirs.String())
	}
}

// Both loggers write the same line.
func TestLineLoggers(t *testing.T) {
	ctx, end := benchmarks.SampledParent(t.Context())
	defer end()
	var ours, theirs bytes.Buffer
	otelkv, err := benchmarks.NewOTelKVLog(t.Context(), &ours)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[*bytes.Buffer]benchmarks.LineLogger{&ours: otelkv, &theirs: benchmarks.NewTeeLog(&theirs)}
	fields := map[*bytes.Buffer]map[string]any{}
	for out, l := range lines {
		l.Log(ctx)
		if err := l.Flush(ctx); err != nil {
			t.Error(err)
		}
		var line map[string]any
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		maps.DeleteFunc(line, func(key string, _ any) bool { return key == "timestamp" })
		fields[out] = line
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if !reflect.DeepEqual(fields[&ours], fields[&theirs]) {
		t.Errorf("the lines differ:\n%s%s", ours.String(), theirs.String())
	}
	if want := trace.SpanContextFromContext(ctx).TraceID().String(); fields[&ours]["trace_id"] != want {
		t.Errorf("trace_id %v; want %s", fields[&ours]["trace_id"], want)
	}
}
