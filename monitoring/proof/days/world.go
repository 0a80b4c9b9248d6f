package days

import (
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Histograms are how those of a service reach Prometheus.
type Histograms uint8

// Histograms of a service.
const (
	Classic   Histograms = iota + 1 // buckets of their own
	Native                          // native ones
	Converted                       // classic ones that Prometheus converts as it scrapes
)

// A World is how the series of a service reach Prometheus.
type World struct {
	Name       string
	Histograms Histograms
	Pushed     bool // over OTLP: nobody marks what ends, and each start is an instance of its own
}

// Worlds are those in which rules have to work.
var (
	Text      = World{Name: "text", Histograms: Classic}
	Protobuf  = World{Name: "native", Histograms: Native}
	Converts  = World{Name: "converted", Histograms: Converted}
	OTLP      = World{Name: "otlp", Histograms: Classic, Pushed: true}
	AllWorlds = []World{Text, Protobuf, Converts, OTLP}
)

// scrapedOnly are metrics that only a page has.
var scrapedOnly = func() (names []string) {
	for _, g := range append(catalog.Groups(), catalog.Others()...) {
		for _, m := range g.Metrics {
			if m.Only == catalog.Page {
				names = append(names, m.PrometheusName())
			}
		}
	}
	return names
}()

// has says whether a metric reaches Prometheus.
func (w World) has(name string) bool { return !w.Pushed || !slices.Contains(scrapedOnly, name) }

// stored are the labels that a series of a process's page has in Prometheus.
func (w World) stored(l line, job, instance, namespace string) labels.Labels {
	b := labels.NewBuilder(l.Labels).Set("job", job).Set("instance", instance)
	if l.ofStore() {
		b.Set(catalog.PrometheusLabel(catalog.Namespace), namespace)
	}
	if le := l.Get(labels.BucketLabel); le != "" {
		b.Set(labels.BucketLabel, w.edge(le))
	}
	if w.Histograms != Classic && strings.HasPrefix(l.name(), durationName) {
		b.Set(metricName, durationName).Del(labels.BucketLabel)
	}
	return b.Labels()
}

// edge is how the edge of a bucket is spelled: Prometheus 3 writes 1 as 1.0 when it scrapes, and
// OTLP knows no exponents.
func (w World) edge(le string) string {
	f, err := strconv.ParseFloat(le, 64)
	if err != nil {
		panic(err)
	}
	switch {
	case le == "+Inf":
		return le
	case w.Pushed:
		return strconv.FormatFloat(f, 'f', -1, 64)
	case !strings.ContainsAny(le, ".e"):
		return le + ".0"
	default:
		return le
	}
}
