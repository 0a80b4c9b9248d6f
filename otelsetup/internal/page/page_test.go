package page

import (
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func serving(families ...*dto.MetricFamily) *Source {
	return NewSource("test", prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil }))
}

func familyOf(kind dto.MetricType, series ...*dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: new("m"), Type: kind.Enum(), Metric: series}
}

func labelled(name, value string) []*dto.LabelPair {
	return []*dto.LabelPair{{Name: &name, Value: &value}}
}

// Of each family, this many series are on the page.
func TestValidate(t *testing.T) {
	exemplar := func(name, value string, at *timestamppb.Timestamp) *dto.Exemplar {
		return &dto.Exemplar{Label: labelled(name, value), Value: new(1.0), Timestamp: at}
	}
	counter := func(e *dto.Exemplar) *dto.Metric {
		return &dto.Metric{Counter: &dto.Counter{Value: new(1.0), Exemplar: e}}
	}
	native := func(schema int32, count uint64, offset int32, deltas ...int64) *dto.Metric {
		return &dto.Metric{Histogram: &dto.Histogram{
			Schema: &schema, SampleCount: &count, SampleSum: new(1.0), PositiveDelta: deltas,
			PositiveSpan: []*dto.BucketSpan{{Offset: new(int32(0)), Length: new(uint32(1))}, {Offset: &offset, Length: new(uint32(1))}},
		}}
	}
	for name, tt := range map[string]struct {
		family *dto.MetricFamily
		want   int
	}{
		"a good counter":            {familyOf(dto.MetricType_COUNTER, counter(exemplar("trace_id", "1", timestamppb.Now()))), 1},
		"an exemplar's label":       {familyOf(dto.MetricType_COUNTER, counter(exemplar("", "1", nil))), 0},
		"an exemplar's text":        {familyOf(dto.MetricType_COUNTER, counter(exemplar("a", "\xff", nil))), 0},
		"an exemplar's time":        {familyOf(dto.MetricType_COUNTER, counter(exemplar("a", "1", &timestamppb.Timestamp{Seconds: math.MaxInt64}))), 0},
		"an exemplar's label twice": {familyOf(dto.MetricType_COUNTER, counter(&dto.Exemplar{Label: slices.Concat(labelled("a", "1"), labelled("a", "2"))})), 0},
		"nil":                       {familyOf(dto.MetricType_GAUGE, &dto.Metric{Label: []*dto.LabelPair{nil}, Gauge: &dto.Gauge{}}, nil), 0},
		"no counter":                {familyOf(dto.MetricType_COUNTER, &dto.Metric{}), 0},
		"no gauge":                  {familyOf(dto.MetricType_GAUGE, &dto.Metric{}), 0},
		"no summary":                {familyOf(dto.MetricType_SUMMARY, &dto.Metric{}), 0},
		"no histogram":              {familyOf(dto.MetricType_HISTOGRAM, &dto.Metric{}), 0},
		"not untyped":               {familyOf(dto.MetricType_UNTYPED, &dto.Metric{}, &dto.Metric{Label: labelled("a", "1"), Untyped: &dto.Untyped{}}), 1},
		"another type":              {familyOf(99, counter(nil)), 0},
		"no name":                   {&dto.MetricFamily{Type: dto.MetricType_COUNTER.Enum(), Metric: []*dto.Metric{counter(nil)}}, 0},
		"a reserved label":          {familyOf(dto.MetricType_GAUGE, &dto.Metric{Label: labelled("__name__", "x"), Gauge: &dto.Gauge{}}), 0},
		"a native histogram":        {familyOf(dto.MetricType_HISTOGRAM, native(3, 3, 1, 1, 1)), 1},
		"its schema":                {familyOf(dto.MetricType_HISTOGRAM, native(9, 3, 1, 1, 1)), 0},
		"its count":                 {familyOf(dto.MetricType_HISTOGRAM, native(3, 4, 1, 1, 1)), 0},
		"its spans":                 {familyOf(dto.MetricType_HISTOGRAM, native(3, 3, -1, 1, 1)), 0},
		"its buckets":               {familyOf(dto.MetricType_HISTOGRAM, native(3, 1, 1, 1)), 0},
		"its deltas":                {familyOf(dto.MetricType_HISTOGRAM, native(3, 1, 1, 1, -2)), 0},
		"floats":                    {familyOf(dto.MetricType_HISTOGRAM, &dto.Metric{Histogram: &dto.Histogram{SampleCountFloat: new(1.5)}}), 0},
	} {
		t.Run(name, func(t *testing.T) {
			losses := NewLosses(zap.NewNop())
			p := &Page{Extra: []*Source{serving(tt.family)}, Losses: losses}
			found, err := p.Gather(longest)
			got := 0
			for _, f := range found {
				got += len(f.GetMetric())
			}
			lost := int64(0)
			for _, n := range losses.dropped {
				lost += n
			}
			if err != nil || got != tt.want || int(lost) != len(tt.family.GetMetric())-tt.want {
				t.Errorf("%d series, %d counted as lost, error %v; want %d", got, lost, err, tt.want)
			}
			if err := losses.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// What a family says of itself is mended.
func TestMend(t *testing.T) {
	f := familyOf(dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{}})
	f.Help, f.Unit = new("caf\xe9"), new("seconds")
	found, err := (&Page{Extra: []*Source{serving(f)}, Losses: NewLosses(zap.NewNop())}).Gather(longest)
	if err != nil || len(found) != 1 || found[0].GetHelp() != "caf\uFFFD" || found[0].Unit != nil {
		t.Errorf("%v, error %v", found, err)
	}
	if f.Unit == nil {
		t.Error("the gatherer's own family was changed")
	}
}

// Two families whose samples would have one name.
func TestCollision(t *testing.T) {
	histogram := familyOf(dto.MetricType_HISTOGRAM, &dto.Metric{Histogram: &dto.Histogram{}})
	count := familyOf(dto.MetricType_GAUGE, &dto.Metric{Gauge: &dto.Gauge{}})
	count.Name = new("m_count")
	for _, order := range [][]*Source{{serving(histogram), serving(count)}, {serving(count), serving(histogram)}} {
		found, err := (&Page{Extra: order, Losses: NewLosses(zap.NewNop())}).Gather(longest)
		if err != nil || len(found) != 1 {
			t.Errorf("%v, error %v", found, err)
		}
	}
}

func TestLength(t *testing.T) {
	for header, want := range map[string]time.Duration{"": longest, "2.5": 2500 * time.Millisecond, "NaN": longest, "-1": longest, "60": longest} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", header)
		if got := length(r); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

// A failure is said when it begins and every hour that it lasts.
func TestFailing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f failing
		lines := 0
		for range 2 * 60 {
			if _, say := f.failed(); say {
				lines++
			}
			time.Sleep(time.Minute)
		}
		if n, say := f.answered(); lines != 2 || !say || n != 59 {
			t.Errorf("%d lines, %d failures after the last one, to be said: %v", lines, n, say)
		}
		if _, say := f.answered(); say {
			t.Error("an answer is said twice")
		}
	})
}

// Lines are bounded, whatever there is to say.
func TestSaidIsBounded(t *testing.T) {
	l := NewLosses(zap.NewNop())
	for i := range 2 * maxSaid {
		l.Dropped("test", strings.Repeat("x", i), invalid, "a reason", 1)
	}
	if len(l.said) != maxSaid || len(l.lines) != 1 || l.dropped[loss{"test", invalid}] != 2*maxSaid {
		t.Errorf("%d said in %d lines", len(l.said), len(l.lines))
	}
	if err := l.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}
