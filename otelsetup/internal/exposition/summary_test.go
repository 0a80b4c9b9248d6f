package exposition

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func latency(points ...metricdata.SummaryDataPoint) metricdata.Metrics {
	return metricdata.Metrics{
		Name: "kvdb.request.latency.quantiles", Unit: "s", Description: "Latency",
		Data: metricdata.Summary{DataPoints: points},
	}
}

func point(quantile float64, attrs ...attribute.KeyValue) metricdata.SummaryDataPoint {
	return metricdata.SummaryDataPoint{
		Attributes: attribute.NewSet(attrs...), Count: 7, Sum: 1.5,
		QuantileValues: []metricdata.QuantileValue{{Quantile: 0.5, Value: quantile}},
	}
}

func TestSummary(t *testing.T) {
	for _, tt := range []struct {
		name     string
		producer fixed
		want     string // the family as text; empty when there is none
		wantErr  string
	}{
		{
			name:     "labels are sanitised",
			producer: fixed{metric: latency(point(0.25, attribute.String("db.system.name", "pebble"), attribute.String("db.operation.name", "get")))},
			want:     `label:{name:"db_operation_name" value:"get"} label:{name:"db_system_name" value:"pebble"} summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:0.25}}`,
		},
		{
			name:     "an empty window",
			producer: fixed{metric: latency(point(math.NaN()))},
			want:     `summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:nan}}`,
		},
		{
			name:     "labels that collide",
			producer: fixed{metric: latency(point(1, attribute.String("a.b", "y"), attribute.String("a_b", "x")))},
			want:     `label:{name:"a_b" value:"x;y"} summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:1}}`,
		},
		{
			name:     "one bad label",
			producer: fixed{metric: latency(point(2, attribute.String("__", "x")), point(1, attribute.String("a", "x")))},
			want:     `label:{name:"a" value:"x"} summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:1}}`,
			wantErr:  "__",
		},
		{
			name:     "one bad value",
			producer: fixed{metric: latency(point(2, attribute.String("a", "\xff")), point(1, attribute.String("a", "x")))},
			want:     `label:{name:"a" value:"x"} summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:1}}`,
			wantErr:  "UTF-8",
		},
		{
			name:     "a label of Prometheus' own",
			producer: fixed{metric: latency(point(2, attribute.String("quantile", "x")), point(1, attribute.String("a", "x")))},
			want:     `label:{name:"a" value:"x"} summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:1}}`,
			wantErr:  "quantile",
		},
		{
			name:     "a producer that fails in part",
			producer: fixed{metric: latency(point(1)), err: errors.New("half of it")},
			want:     `summary:{sample_count:7 sample_sum:1.5 quantile:{quantile:0.5 value:1}}`,
			wantErr:  "half of it",
		},
		{
			name:     "no name",
			producer: fixed{metric: metricdata.Metrics{Data: metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{point(1)}}}},
			wantErr:  "empty name",
		},
		{
			name:     "not a summary",
			producer: fixed{metric: metricdata.Metrics{Name: "x", Data: metricdata.Gauge[int64]{}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, NewNames(), false, tt.producer)
			families := h.gather()
			delete(families, "target_info")
			said := fmt.Sprint(h.report.drops, h.report.failed)
			if !strings.Contains(said, tt.wantErr) || (said == "[] []") != (tt.wantErr == "") {
				t.Errorf("reported %s, want %q", said, tt.wantErr)
			}
			if tt.want == "" {
				if len(families) != 0 {
					t.Errorf("families %v", families)
				}
				return
			}
			family := families["kvdb_request_latency_quantiles_seconds"]
			if len(families) != 1 || len(family.GetMetric()) != 1 {
				t.Fatalf("families %v", families)
			}
			// The text of a message separates fields by one or two blanks.
			if got := strings.Join(strings.Fields(family.GetMetric()[0].String()), " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
