package benchmarks_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/benchmarks"
)

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
