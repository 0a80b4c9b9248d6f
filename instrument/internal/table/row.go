package table

import (
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Row is a metric with all that is needed to report it. It has the one of the
// three ways to its points that belongs to its kind.
type Row struct {
	catalog.Metric
	Each          int  // points of an operation, for the memory to begin with
	One           bool // of one operation of a store at a time
	Shared        bool // the registry's and no store's: its points have no source
	Ints          func(*record.Collection, intPoints)
	Floats        func(*record.Collection, floatPoints)
	Distributions func(*record.Collection, distributionPoints)
	Whole         bool     // distributions are of bytes, else of nanoseconds that are told as seconds
	Measure       *Measure // of a MeterProvider's own histogram, if there is one
}

// A Measure is what a MeterProvider's own histogram records of an operation: the
// one kind of metric that cannot be told from a record.
type Measure struct {
	Failure bool // by the type of the error, too
	Has     func(*record.Record, *record.OperationInfo) bool
	Value   func(d time.Duration, sent, read int) float64
}

// Who gets the points of a collection.
type (
	intPoints          = func(*record.Source, attribute.Set, int64)
	floatPoints        = func(*record.Source, attribute.Set, float64)
	distributionPoints = func(*record.Source, attribute.Set, Distribution)
)

// A Distribution is one series of a histogram or summary. Its memory is its own.
type Distribution struct {
	Bounds    []float64
	Counts    []uint64 // by bound
	Sum       uint64   // nanoseconds or bytes
	Exemplars []record.Exemplar
	Spread    record.Spread
	Quantiles []float64
}

// Count is the sum of the buckets.
func (d *Distribution) Count() uint64 {
	var n uint64
	for _, c := range d.Counts {
		n += c
	}
	return n
}
