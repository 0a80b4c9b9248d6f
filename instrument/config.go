package instrument

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/kvdb"
)

// A config is what options have said.
type config struct {
	registry       *Registry
	meterProvider  metric.MeterProvider
	tracerProvider trace.TracerProvider
	logger         *zap.Logger

	namespace  string
	attributes []attribute.KeyValue
	filter     func(context.Context, string) bool
	classify   func(error) string
	errorTypes []string
	notFound   []error
	sizes      bool
	noCompat   bool
	spans      SpanOptions
	logs       LogOptions
	thresholds []slowThreshold
	onSlow     func(context.Context, SlowOperation) string

	source any // of a Recorder: what its statistics and connections are read from

	stats  []kvdb.StatInfo // what the engine declares; nil where it has none
	pooled bool            // there is a pool of connections
	calls  bool            // of a Recorder

	unregistered bool // a Telemetry has no Registry
	errs         []error
}

func newConfig(options []Option) *config {
	c := new(config)
	for _, o := range options {
		if !typednil.Is(o) {
			o.apply(c)
		}
	}
	if c.tracerProvider == nil {
		c.tracerProvider = otel.GetTracerProvider()
	}
	if c.registry == nil && c.meterProvider == nil {
		if c.unregistered {
			c.errs = append(c.errs, errors.New("WithTelemetry: its Registry is nil: make one with NewRegistry"))
		}
		c.meterProvider = otel.GetMeterProvider()
	}
	return c
}

// accepts reports whether what an option was given is no nil pointer in an interface,
// which is an error.
func (c *config) accepts(option string, value any) bool {
	err := typednil.Check(value)
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %w", option, err))
	}
	return err == nil
}

// noSource is an error if there is a source, which a store is itself.
func (c *config) noSource() error {
	if c.source != nil {
		return errors.New("WithSource: the store is what is read: give it the capabilities of kvdb")
	}
	return nil
}

// views returns what the source can be asked for.
func (c *config) views() (views, error) {
	v := sourceViews(c.source)
	if c.source != nil && v == (views{}) {
		return v, errors.New("WithSource: the source is no kvdb.PoolReader, kvdb.StatsReader or kvdb.Lagger")
	}
	c.pooled = v.poolReader != nil
	var err error
	if c.stats, err = declared(v.statsReader); err != nil {
		err = fmt.Errorf("WithSource: %w", err)
	}
	return v, err
}

var errorTypeSyntax = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// validate returns everything that is wrong at once. The operations are those
// that options may name, by default a store's.
func (c *config) validate(operations ...string) error {
	errs := c.errs
	if c.registry != nil && c.meterProvider != nil {
		errs = append(errs, errors.New("WithMeterProvider and a registry: choose one place for the metrics"))
	}
	if len(c.errorTypes) > record.MaxErrorTypes {
		errs = append(errs, fmt.Errorf("WithErrorClassifier: %d types are more than %d", len(c.errorTypes), record.MaxErrorTypes))
	}
	for _, name := range c.errorTypes {
		if !errorTypeSyntax.MatchString(name) || len(name) > 40 {
			errs = append(errs, fmt.Errorf("WithErrorClassifier: %q is not a type: use up to 40 lower-case letters, digits and underscores", name))
		}
	}
	if !utf8.ValidString(c.namespace) {
		errs = append(errs, fmt.Errorf("WithNamespace: %q is not UTF-8", c.namespace))
	}
	for _, kv := range c.attributes {
		if !kv.Valid() || !utf8.ValidString(string(kv.Key)) || !utf8.ValidString(kv.Value.String()) {
			errs = append(errs, fmt.Errorf("WithAttributes: %q is not a valid attribute", kv.Key))
		}
	}
	errs = append(errs, collisions(c.attributes)...)
	known := record.StoreOperationInfo[:]
	if len(operations) > 0 {
		known = make([]record.OperationInfo, len(operations))
		for i, name := range operations {
			known[i].Name = name
		}
	}
	for _, t := range c.thresholds {
		for _, name := range t.operations {
			if _, err := record.OperationNamed(known, name); err != nil {
				errs = append(errs, fmt.Errorf("WithSlowThreshold: %w", err))
			}
		}
	}
	if c.registry != nil && c.registry.records == nil && c.registry.err == nil {
		errs = append(errs, errors.New("WithRegistry: the registry is a zero value: make one with NewRegistry"))
	}
	if c.registry != nil && c.registry.err != nil {
		errs = append(errs, fmt.Errorf("WithDurationBounds: %w", c.registry.err))
	}
	return errors.Join(errs...)
}
