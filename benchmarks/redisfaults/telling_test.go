package redisfaults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/benchmarks/internal/redisrival"
	"github.com/otelkv/otelkv/instrument"
)

// A telling is what a client told of a fault.
type telling struct{ Metrics, Span, Line, Leaks string }

// tell lets the faults happen to one kind of client, each to a new one.
func tell(ctx context.Context, kind string, a addresses) (map[string]telling, error) {
	all := make(map[string]telling)
	for _, f := range faults() {
		told, err := f.happen(ctx, kind, a)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		all[f.name] = told
	}
	return all, nil
}

func (f *fault) happen(ctx context.Context, kind string, a addresses) (_ telling, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	registry := instrument.NewRegistry()
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(registry.NewProducer()))
	spans := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	var lines strings.Builder
	logger := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&lines), zap.InfoLevel))

	options := &redis.Options{Addr: a.Plain, PoolSize: 1, MaxRetries: -1, DialerRetries: 1}
	if f.options != nil {
		f.options(a, options)
	}
	admin := redis.NewClient(&redis.Options{Addr: a.Plain, ReadTimeout: -1})
	defer func() { _ = admin.Close() }()
	if err := admin.FlushAll(ctx).Err(); err != nil {
		return telling{}, err
	}
	c, err := redisrival.Open(kind, options, redisrival.Telemetry{
		Registry: registry, Meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), Tracers: tracers, Logger: logger,
	})
	if err != nil {
		return telling{}, err
	}
	defer func() { _ = c.Close() }() // one that is closed already says so
	if f.prepare != nil {
		undo, err := f.prepare(ctx, admin, c)
		if undo != nil {
			defer undo()
		}
		if err != nil {
			return telling{}, err
		}
	}
	spans.Reset()
	parented, parent := tracers.Tracer("request").Start(ctx, "request")
	if err := f.call(parented, c); err == nil {
		return telling{}, errors.New("the call did not fail")
	}
	parent.End()
	var metrics metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &metrics); err != nil {
		return telling{}, err
	}
	t := telling{Metrics: errorsOf(&metrics), Span: spanOf(spans.Ended()), Line: lineOf(lines.String())}
	t.Leaks = leaks(everything(&metrics, spans.Ended()) + lines.String())
	return t.withoutAddresses(), nil
}

// withoutAddresses is the same in each run.
func (t telling) withoutAddresses() telling {
	for _, text := range []*string{&t.Metrics, &t.Span, &t.Line} {
		*text = anAddress.ReplaceAllString(*text, "ADDRESS")
	}
	return t
}

// points calls visit for the attributes of each point that has counted something.
func points(all *metricdata.ResourceMetrics, visit func(metric string, attributes attribute.Set)) {
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				visitPoints(m.Name, data.DataPoints, visit)
			case metricdata.Sum[float64]:
				visitPoints(m.Name, data.DataPoints, visit)
			case metricdata.Gauge[int64]:
				visitPoints(m.Name, data.DataPoints, visit)
			case metricdata.Gauge[float64]:
				visitPoints(m.Name, data.DataPoints, visit)
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					if p.Count > 0 {
						visit(m.Name, p.Attributes)
					}
				}
			}
		}
	}
}

func visitPoints[N int64 | float64](name string, all []metricdata.DataPoint[N], visit func(string, attribute.Set)) {
	for _, p := range all {
		if p.Value != 0 {
			visit(name, p.Attributes)
		}
	}
}

// errorsOf returns the attributes that say how the call ended, but for successes.
func errorsOf(all *metricdata.ResourceMetrics) string {
	found := make(map[string]bool)
	points(all, func(_ string, attributes attribute.Set) {
		for _, kv := range attributes.ToSlice() {
			switch kv.Key {
			case "error.type", "status", "kvdb.outcome", "db.response.status_code":
				if v := kv.Value.String(); v != "ok" && v != "OK" && v != "" {
					found[fmt.Sprintf("`%s=%s`", kv.Key, v)] = true
				}
			}
		}
	})
	if len(found) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), ", ")
}

// spanOf returns the status of the call's span, the outermost below the request.
func spanOf(ended []sdktrace.ReadOnlySpan) string {
	var request sdktrace.ReadOnlySpan
	for _, s := range ended {
		if s.Name() == "request" {
			request = s
		}
	}
	for _, s := range ended {
		if s.Parent().SpanID() != request.SpanContext().SpanID() {
			continue
		}
		text := "`" + s.Name() + "`: " + s.Status().Code.String()
		if s.Status().Code != codes.Error {
			return text
		}
		for _, kv := range s.Attributes() {
			if kv.Key == "error.type" {
				text += fmt.Sprintf(", `error.type=%s`", kv.Value.String())
			}
		}
		if d := s.Status().Description; d != "" {
			text += fmt.Sprintf(", %q", d)
		}
		return text
	}
	return "no span"
}

// lineOf returns the last line.
func lineOf(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	var line struct {
		Level, Msg, Error string
		Type              string `json:"error_type"`
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		return "none"
	}
	return fmt.Sprintf("%s, %s, `error_type=%s`, %q", line.Level, line.Msg, line.Type, line.Error)
}

// everything is all text of metrics and spans.
func everything(all *metricdata.ResourceMetrics, ended []sdktrace.ReadOnlySpan) string {
	var text strings.Builder
	points(all, func(metric string, attributes attribute.Set) {
		fmt.Fprintln(&text, metric, attributes.Encoded(attribute.DefaultEncoder()))
	})
	for _, s := range ended {
		fmt.Fprintln(&text, s.Name(), s.Attributes(), s.Status(), s.Events())
		for _, kv := range s.Attributes() {
			fmt.Fprintln(&text, kv.Value.String())
		}
		for _, event := range s.Events() {
			for _, kv := range event.Attributes {
				fmt.Fprintln(&text, kv.Value.String())
			}
		}
	}
	return text.String()
}

func leaks(text string) string {
	var found []string
	for what, marked := range map[string]string{"the key": markedKey, "the value": markedValue} {
		if strings.Contains(text, marked) {
			found = append(found, what)
		}
	}
	if len(found) == 0 {
		return "nothing"
	}
	slices.Sort(found)
	return "**" + strings.Join(found, " and ") + "**"
}
