package catalog

// A Metric is one that a program shows, in OpenTelemetry's terms.
type Metric struct {
	// Name is that of the instrument: "kvdb.requests".
	Name string

	// Unit is one of the Unified Code for Units of Measure, or empty for a state.
	Unit string

	// Help is one sentence without a full stop.
	Help string

	Kind Kind

	// Attributes are the keys that a series can have, beside those of the resource.
	Attributes []string

	// Values are all values of an attribute on this metric, where [Attributes] does
	// not say them.
	Values map[string][]string

	// Bounds are the upper edges of the buckets of a histogram, in its unit, as they
	// are by default.
	Bounds []float64

	// Quantiles are those of a summary, as shares.
	Quantiles []float64

	// When says when the metric is there. Empty means always.
	When string

	// Only is the one way out that has the metric. Empty means all.
	Only Way

	// FromFirstUse says that the series of an operation come with its first use.
	// Others are there from the start.
	FromFirstUse bool

	// Note says what is not obvious to whoever makes a panel or a rule of it.
	Note string

	Stability Stability

	// Source is the package that emits it, relative to the module path; for one of
	// [Others] it is their module.
	Source string
}

// A Kind is what a metric measures, and how its values add up.
type Kind uint8

// Kinds of metrics.
const (
	Counter              Kind = iota + 1 // a sum that only rises
	UpDownCounter                        // a sum that rises and falls; replicas add up
	Gauge                                // a reading; replicas do not add up
	Histogram                            // with bounds of its own
	ExponentialHistogram                 // with buckets that grow by a factor
	Summary                              // with quantiles that do not add up
)

var kinds = [...]string{
	Counter: "counter", UpDownCounter: "updowncounter", Gauge: "gauge",
	Histogram: "histogram", ExponentialHistogram: "exponential histogram", Summary: "summary",
}

// String returns the name of the kind in small letters: "updowncounter".
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kinds) {
		return "unknown"
	}
	return kinds[k]
}

// Stability says whether a metric can change between minor versions.
type Stability string

// How stable a metric is. Stable is what the semantic conventions call so;
// all else is in development.
const (
	Stable      Stability = "stable"
	Development Stability = "development"
)

// A Way is one on which metrics leave a program.
type Way string

// Ways out.
const (
	Page Way = "/metrics" // what Prometheus scrapes
	OTLP Way = "OTLP"     // and every other reader of a MeterProvider
)
