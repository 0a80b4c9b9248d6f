package days

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// Engines of simulated stores, which name the files of their pages.
const (
	Pebble = "pebble"
	Bolt   = "bbolt"
)

// The pages of quickstart, as far as rules read them: a line has the labels of a series.
//
//go:embed testdata/*.txt
var pages embed.FS

// A line is a series of a page: the labels that the program gave it.
type line struct{ labels.Labels }

// metricName is the label that the name of a series is under.
const metricName = "__name__"

func (l line) name() string                  { return l.Get(metricName) }
func (l line) value(attribute string) string { return l.Get(catalog.PrometheusLabel(attribute)) }

// ofStore says whether a series is a store's, and not its process's.
func (l line) ofStore() bool { return l.Has(catalog.PrometheusLabel(catalog.SystemName)) }

// with is the line with another value of an attribute.
func (l line) with(attribute, value string) line {
	return line{labels.NewBuilder(l.Labels).Set(catalog.PrometheusLabel(attribute), value).Labels()}
}

// failed says whether a series comes with the first error only.
func (l line) failed() bool {
	return l.Has(catalog.PrometheusLabel(catalog.ErrorType)) && slices.Contains(durationNames, l.name())
}

var (
	durationName  = catalog.OperationDuration.PrometheusName()
	durationNames = []string{durationName, durationName + "_bucket", durationName + "_count"}
)

var page = func() func(engine string) []line {
	all := map[string]func() []line{}
	for _, engine := range []string{Pebble, Bolt} {
		all[engine] = sync.OnceValue(func() []line { return read(engine) })
	}
	return func(engine string) []line { return all[engine]() }
}()

// read reads the page of an engine.
func read(engine string) []line {
	text, err := pages.ReadFile("testdata/" + engine + ".txt")
	if err != nil {
		panic(err)
	}
	p := parser.NewParser(parser.Options{})
	var lines []line
	for series := range strings.Lines(string(text)) {
		l, err := p.ParseMetric(strings.TrimSpace(series))
		if err != nil {
			panic(fmt.Sprintf("%s: %v", series, err))
		}
		lines = append(lines, line{l})
	}
	return lines
}
