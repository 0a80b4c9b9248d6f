package instrument

import (
	"errors"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/instrument/internal/table"
	"github.com/otelkv/otelkv/internal/typednil"
)

// ErrDuplicate is what Wrap returns when its registry, or its MeterProvider,
// already has an open store of the same system and namespace, whose series would be
// the same.
var ErrDuplicate = errors.New("a store of this system and namespace is already wrapped; close it, or tell them apart with WithNamespace")

// A Registry holds the records of the stores that report to it, until the
// readers of a MeterProvider collect them through a [Producer]. A store that is
// closed waits for readers that have not seen its final values, for five minutes
// and as one of at most 64; see [Store.Close]. A Registry is safe for concurrent use. It needs no Close: its one goroutine runs while a store is
// open. A zero Registry is none: Wrap refuses it.
type Registry struct {
	records *record.Registry
	err     error // of its options; Wrap returns it
}

// A RegistryOption changes what a Registry records.
type RegistryOption interface{ applyRegistry(*registryConfig) }

type registryConfig struct {
	bounds      []float64
	exponential bool
}

type registryOptionFunc func(*registryConfig)

func (f registryOptionFunc) applyRegistry(c *registryConfig) { f(c) }

// WithDurationBounds adds bounds, in seconds, to db.client.operation.duration,
// for example the threshold of an objective. By default, there are fifteen,
// from a microsecond to ten seconds. At most six can be added.
func WithDurationBounds(seconds ...float64) RegistryOption {
	return registryOptionFunc(func(c *registryConfig) { c.bounds = append(c.bounds, seconds...) })
}

// WithExponentialDurations makes the registry count durations in exponential
// buckets as well, for [ExponentialDurationName]. That takes up to 2.3 kB for
// each operation and outcome that occurs, and no time of an operation worth
// telling. By default, it does not.
func WithExponentialDurations() RegistryOption {
	return registryOptionFunc(func(c *registryConfig) { c.exponential = true })
}

// NewRegistry returns an empty registry. What is wrong with its options is
// returned by each Wrap that uses it.
func NewRegistry(options ...RegistryOption) *Registry {
	c := new(registryConfig)
	for _, o := range options {
		if !typednil.Is(o) {
			o.applyRegistry(c)
		}
	}
	records, err := record.NewRegistry(c.bounds, c.exponential, table.Most)
	return &Registry{records, err}
}
