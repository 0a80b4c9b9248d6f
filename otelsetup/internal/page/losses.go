package page

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// Values of error.type.
const (
	duplicate = "duplicate" // the series is there already
	conflict  = "conflict"  // the name is another metric's
	invalid   = "invalid"   // Prometheus would refuse the page

	late   = "timeout"
	panics = "panic"
	other  = "_OTHER"
)

// Losses counts what pages lack, and says it: each metric once, and each source
// when it begins to fail and when it answers again. Its methods are safe for
// concurrent use and do not block; lines are written in the background.
type Losses struct {
	logger *zap.Logger

	mu       sync.Mutex
	dropped  map[loss]int64      // series
	failures map[loss]int64      // gatherings
	said     map[saying][]string // details
	failing  map[string]*failing // by gatherer
	lines    []line              // to be said
	writing  chan struct{}       // closed when all is said; nil while nothing is
}

type loss struct{ gatherer, reason string }

type saying struct {
	loss
	metric string
}

// NewLosses returns losses that go to a logger.
func NewLosses(logger *zap.Logger) *Losses {
	return &Losses{
		logger: logger, dropped: make(map[loss]int64), failures: make(map[loss]int64),
		said: make(map[saying][]string), failing: make(map[string]*failing),
	}
}

// Register makes the counts visible as metrics.
func (l *Losses) Register(meter metric.Meter) error {
	return errors.Join(
		l.register(meter, l.dropped, catalog.ScrapeDropped),
		l.register(meter, l.failures, catalog.ScrapeFailures),
	)
}

func (l *Losses) register(meter metric.Meter, counts map[loss]int64, m catalog.Metric) error {
	_, err := meter.Int64ObservableCounter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			for of, n := range counts {
				o.Observe(n, metric.WithAttributes(
					attribute.String(catalog.Gatherer, of.gatherer), attribute.String(catalog.ErrorType, of.reason)))
			}
			return nil
		}))
	return err
}

// Open makes the counter of a source before it is needed.
func (l *Losses) Open(s *Source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures[loss{s.name, late}] += 0
}

// drop counts series of a metric that a page lacks.
func (l *Losses) drop(s *Source, metric, reason, detail string, series int) {
	l.Dropped(s.name, metric, reason, detail, series)
}

// What is remembered of metrics is bounded, and so is what is said.
const (
	maxSaid    = 1000 // metrics
	maxDetails = 3    // of one
)

// Dropped counts series of a metric of a gatherer that a page lacks.
func (l *Losses) Dropped(gatherer, metric, reason, detail string, series int) {
	if series == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	of := loss{gatherer, reason}
	l.dropped[of] += int64(series)
	l.say(saying{of, metric}, oneline.Text(detail))
}

// say has a line written that names a metric and why it is left out, unless there
// was one.
func (l *Losses) say(s saying, detail string) {
	details, known := l.said[s]
	if slices.Contains(details, detail) || len(details) >= maxDetails || !known && len(l.said) >= maxSaid {
		return
	}
	l.said[s] = append(details, detail)
	out := leftOut{s.metric, detail}
	for i := range l.lines {
		if l.lines[i].loss == s.loss && l.lines[i].leftOut != nil {
			l.lines[i].leftOut = append(l.lines[i].leftOut, out)
			return
		}
	}
	l.lines = append(l.lines, line{loss: s.loss, leftOut: []leftOut{out}})
}

// note takes the end of a gathering.
func (l *Losses) note(s *Source, err error) {
	if err == nil {
		l.answered(s)
		return
	}
	l.Failed(s.name, err)
}

// Failed counts a failure of a gatherer, and says it when it begins and every
// hour that it lasts.
func (l *Losses) Failed(gatherer string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := loss{gatherer, reasonOf(err)}
	l.failures[of]++
	f := l.failing[gatherer]
	if f == nil {
		f = new(failing)
		l.failing[gatherer] = f
	}
	if failures, ok := f.failed(); ok {
		l.lines = append(l.lines, line{loss: of, err: err, failures: failures})
	}
}

func reasonOf(err error) string {
	switch {
	case errors.Is(err, errLate):
		return late
	case errors.Is(err, errPanic):
		return panics
	}
	return other
}

// answered ends a failure.
func (l *Losses) answered(s *Source) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.failing[s.name]
	if f == nil {
		return
	}
	if failures, ok := f.answered(); ok {
		l.lines = append(l.lines, line{loss: loss{gatherer: s.name}, failures: failures})
	}
}
