package promql

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Matcher keeps series by the value of a label.
type Matcher struct{ Label, Operator, Value string }

// String writes the matcher as Prometheus does.
func (m Matcher) String() string { return m.Label + m.Operator + strconv.Quote(m.Value) }

// Is keeps the series whose attribute has the value.
func Is(attribute, value string) Matcher {
	return Matcher{catalog.PrometheusLabel(attribute), "=", value}
}

// Not keeps the series whose attribute has another value.
func Not(attribute, value string) Matcher {
	return Matcher{catalog.PrometheusLabel(attribute), "!=", value}
}

// Among keeps the series whose attribute has one of the values.
func Among[T ~string](attribute string, values ...T) Matcher {
	if len(values) == 1 {
		return Is(attribute, string(values[0]))
	}
	return Matcher{catalog.PrometheusLabel(attribute), "=~", alternatives(values)}
}

// NotAmong keeps the series whose attribute has none of the values.
func NotAmong[T ~string](attribute string, values ...T) Matcher {
	return Matcher{catalog.PrometheusLabel(attribute), "!~", alternatives(values)}
}

func alternatives[T ~string](values []T) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = regexp.QuoteMeta(string(v))
	}
	return strings.Join(list, "|")
}

// Within keeps the bucket of a classic histogram up to a bound, however that is
// spelled: Prometheus 3 writes 1 as 1.0, and what came over OTLP has no exponents.
func Within(bound float64) Matcher {
	short := strconv.FormatFloat(bound, 'g', -1, 64)
	list := []string{short}
	for _, other := range []string{strconv.FormatFloat(bound, 'f', -1, 64), short + ".0"} {
		if f, err := strconv.ParseFloat(other, 64); err == nil && f == bound && !slices.Contains(list, other) &&
			(!strings.HasSuffix(other, ".0") || !strings.ContainsAny(short, ".e")) {
			list = append(list, other)
		}
	}
	if len(list) == 1 {
		return Matcher{"le", "=", short}
	}
	return Matcher{"le", "=~", alternatives(list)}
}

// A Writer writes series of the metrics of a deployment.
type Writer struct {
	Matchers  []Matcher // that all series are restricted to
	Timescale float64   // by which windows are multiplied; 0 is 1
}

// Series are those of a metric.
func (w Writer) Series(m catalog.Metric, matchers ...Matcher) Vector {
	return w.Named(m.PrometheusName(), matchers...)
}

// Buckets are those of a classic histogram.
func (w Writer) Buckets(m catalog.Metric, matchers ...Matcher) Vector {
	return w.Named(m.PrometheusName()+"_bucket", matchers...)
}

// Observations count those of a classic histogram.
func (w Writer) Observations(m catalog.Metric, matchers ...Matcher) Vector {
	return w.Named(m.PrometheusName()+"_count", matchers...)
}

// Named are series of a name that is not the catalogue's, such as up.
func (w Writer) Named(name string, matchers ...Matcher) Vector {
	list := make([]string, 0, len(w.Matchers)+len(matchers))
	for _, m := range append(slices.Clone(w.Matchers), matchers...) {
		list = append(list, m.String())
	}
	if len(list) == 0 {
		return Raw(name)
	}
	return Raw(name + "{" + strings.Join(list, ", ") + "}")
}

// Recorded are series that a rule has recorded, which have been restricted already.
func Recorded(name string) Vector { return Raw(name) }

// Over applies a function to the samples of a window: rate, last_over_time.
func (w Writer) Over(function string, v Vector, window time.Duration, parameters ...float64) Vector {
	var list strings.Builder
	for _, p := range parameters {
		list.WriteString(Number(p) + ", ")
	}
	return Raw(function + "(" + list.String() + v.text + "[" + Duration(w.Scaled(window)) + "])")
}

// Rate is the increase of a counter a second.
func (w Writer) Rate(v Vector, window time.Duration) Vector { return w.Over("rate", v, window) }

// Increase is that of a counter over a window.
func (w Writer) Increase(v Vector, window time.Duration) Vector {
	return w.Over("increase", v, window)
}

// Last is the last value of a window, also of a series that has ended.
func (w Writer) Last(v Vector, window time.Duration) Vector {
	return w.Over("last_over_time", v, window)
}

// Scaled is a window in the time of the deployment, to a millisecond.
func (w Writer) Scaled(d time.Duration) time.Duration {
	if w.Timescale == 0 || w.Timescale == 1 {
		return d
	}
	return max(time.Duration(float64(d)*w.Timescale).Round(time.Millisecond), time.Millisecond)
}
