package instrument

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelkv/otelkv/instrument/internal/clock"
	"github.com/otelkv/otelkv/instrument/internal/meter"
	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

// An observer watches the operations of one store: it counts them, traces them
// and logs those that deserve a line. Everything that depends on the options
// alone is worked out when it is made.
type observer struct {
	registry   *record.Registry
	rec        *record.Record
	histograms *meter.Histograms // nil but for a MeterProvider
	classifier classifier
	filter     func(ctx context.Context, operation string) bool // nil without an option
	labels     storeLabels
	spans      spanner
	slow       []time.Duration // by operation
	clock      clock.Clock
	calls      bool          // of a Recorder, and not operations of a store
	log        *operationLog // nil without a logger
	hung       *hungLog      // nil without a logger
	sinks      sinks
}

// newObserver makes an observer of the given operations, with options that have
// been validated, and registers what it records.
func newObserver(info kvdb.Info, infos []record.OperationInfo, c *config) (*observer, error) {
	classifier := newClassifier(c.classify, c.errorTypes)
	classifier.notFound = c.notFound
	namespace := c.namespace
	if namespace == "" {
		namespace = info.Namespace
	}
	series := record.NewSeries(info, namespace, classifier.names, c.attributes)
	slow := slowThresholds(infos)
	for _, t := range c.thresholds {
		t.set(slow, infos)
	}
	var registry *record.Registry
	var m *meter.Meter
	if c.registry != nil {
		registry = c.registry.records
	} else {
		var err error
		if m, err = meter.Of(c.meterProvider); err != nil {
			return nil, fmt.Errorf("instrument: %w", err)
		}
		registry = m.Registry
	}
	o := &observer{
		registry:   registry,
		classifier: classifier,
		filter:     c.filter,
		spans:      newSpanner(c.tracerProvider.Tracer(scopeName), c.spans, infos, series, info.Remote),
		slow:       slow,
		clock:      clock.Here(),
		calls:      c.calls,
	}
	counted := record.Options{
		Sized: c.sizes, Compat: !c.noCompat, Logged: c.logger != nil, Declared: c.stats, Pooled: c.pooled,
		Refused: func(op record.Operation) { o.log.sayRefused(infos[op].Name) },
	}
	if c.logger != nil {
		o.hung = newHungLog(o)
		counted.Hung, counted.HungAfter = o.hung.say, hungAfter(infos)
		counted.ClockFell = o.hung.sayClockFell
	}
	o.rec = registry.NewRecord(infos, series, counted)
	if c.logger != nil {
		o.log = newOperationLog(c.logger, c.logs, series, &o.rec.Suppressed)
	}
	o.labels = newStoreLabels(o.rec)
	o.sinks = o.newSinks(c.onSlow)
	err := o.register(m)
	switch {
	case errors.Is(err, record.ErrTaken):
		err = fmt.Errorf("instrument: %s %q: %w", series.System, series.Namespace, ErrDuplicate)
	case err != nil:
		err = fmt.Errorf("instrument: %w", err)
	}
	return o, err
}

// register begins to tell of what the observer records, to a MeterProvider if there
// is a meter of one.
func (o *observer) register(m *meter.Meter) error {
	if m == nil {
		_, err := o.registry.Register(o.rec)
		return err
	}
	if err := m.Register(o.rec); err != nil {
		return err
	}
	var err error
	if o.histograms, err = meter.NewHistograms(m, o.rec); err == nil {
		err = errors.Join(m.Observe(o.rec.Ledger), m.ObserveEngine(o.rec.Ledger))
	}
	if err != nil {
		o.close()
	}
	return err
}

// close takes back what the observer registered, and waits for the line of an operation
// that hangs, if one is being written.
func (o *observer) close() {
	if o.rec != nil {
		o.registry.Unregister(o.rec)
	}
	o.hung.close()
}

// newSinks returns the sinks of an observer: first the hook, then the span, then
// the exemplar, then the line.
func (o *observer) newSinks(onSlow func(context.Context, SlowOperation) string) sinks {
	all := sinks{1: &o.spans, 2: exemplifier{o.rec}}
	if onSlow != nil {
		all[0] = evidence{onSlow, o.rec.Series}
	}
	if o.log != nil {
		all[3] = o.log
	}
	return all
}
