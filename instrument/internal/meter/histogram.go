package meter

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
)

// Histograms record the operations of one store in the histograms of a
// MeterProvider.
type Histograms struct {
	rec       *record.Record
	recorders []recorder
	slots     [][]atomic.Pointer[[]recording] // by operation and slot
}

// A recorder is one histogram. It has the one of the two instruments that is of
// its type.
type recorder struct {
	*table.Measure
	float metric.Float64Histogram
	int   metric.Int64Histogram
}

// A recording is a histogram with the attributes of an operation that ended in
// one way.
type recording struct {
	recorder
	with []metric.RecordOption
}

// NewHistograms makes the histograms of what a record counts.
func NewHistograms(m *Meter, r *record.Record) (*Histograms, error) {
	h := &Histograms{rec: r, slots: make([][]atomic.Pointer[[]recording], len(r.Infos))}
	for op := range h.slots {
		h.slots[op] = make([]atomic.Pointer[[]recording], len(r.Slots))
	}
	var errs []error
	for i := range table.Rows {
		if table.Rows[i].Measure == nil || !h.used(table.Rows[i].Measure) {
			continue
		}
		of, err := m.histogram(&table.Rows[i])
		if err != nil {
			errs = append(errs, err)
		}
		h.recorders = append(h.recorders, of)
	}
	return h, errors.Join(errs...)
}

// used reports whether any operation of the store is measured.
func (h *Histograms) used(m *table.Measure) bool {
	for op := range h.rec.Infos {
		if info := &h.rec.Infos[op]; !info.Absent && m.Has(h.rec, info) {
			return true
		}
	}
	return false
}

// histogram makes the instrument of a row.
func (m *Meter) histogram(r *table.Row) (recorder, error) {
	of := recorder{Measure: r.Measure}
	var err error
	unit, description := metric.WithUnit(r.Unit), metric.WithDescription(r.Help)
	bounds := metric.WithExplicitBucketBoundaries(r.Bounds...)
	if r.Whole {
		of.int, err = m.Int64Histogram(r.Name, unit, description, bounds)
	} else {
		of.float, err = m.Float64Histogram(r.Name, unit, description, bounds)
	}
	return of, err
}

// Record records an operation that has ended. The context has the operation's own
// span in it, for the exemplar. A filter of exemplars that panics costs the point.
func (h *Histograms) Record(ctx context.Context, op record.Operation, s record.Slot, d time.Duration, sent, read int) {
	defer func() { _ = recover() }()
	at := &h.slots[op][s]
	all := at.Load()
	if all == nil {
		made := h.recordings(op, s)
		at.CompareAndSwap(nil, &made)
		all = at.Load()
	}
	for i := range *all {
		r := &(*all)[i]
		if value := r.Value(d, sent, read); r.int != nil {
			r.int.Record(ctx, int64(value), r.with...)
		} else {
			r.float.Record(ctx, value, r.with...)
		}
	}
}

// recordings returns what an operation with such an end is recorded in.
func (h *Histograms) recordings(op record.Operation, s record.Slot) []recording {
	var all []recording
	for _, of := range h.recorders {
		if !of.Has(h.rec, &h.rec.Infos[op]) {
			continue
		}
		key := record.SeriesKey{Op: op}
		if of.Failure && s.Failed() {
			key.Label, key.Value = record.LabelFailure, uint8(h.rec.Admitted(op, s.Failure()))
		}
		set := h.rec.Series.Set(h.rec.Infos, key)
		all = append(all, recording{of, []metric.RecordOption{metric.WithAttributeSet(set)}})
	}
	return all
}
