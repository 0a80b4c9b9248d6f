package logcore

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelzap"
	"go.opentelemetry.io/otel/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/otelsetup/internal/linewriter"
)

// Options of [New].
type Options struct {
	Lines    *linewriter.Writer // gets the JSON; others may write to it, too
	Provider log.LoggerProvider // gets the records; nil means JSON alone
	Name     string             // scope of the records of a logger without a name
	Level    zap.AtomicLevel    // of both outputs; the zero value means info, for good
	Sampling *Sampling          // nil means that every entry is written

	// Flush empties what is behind Provider. It is called by Sync, and after
	// entries from DPanic up, which may be the last that the program writes; it
	// must not take longer than a program that ends may wait. Nil means that
	// there is nothing to flush.
	Flush func() error
}

// Sampling lets the first entries of a level and a message pass in each Tick,
// and then each Thereafter-th, or none if that is zero.
type Sampling struct {
	Tick              time.Duration
	First, Thereafter int
}

func (s *Sampling) validate() error {
	var errs []error
	if s.Tick <= 0 {
		errs = append(errs, fmt.Errorf("the tick of the sampling is %v; it must be positive", s.Tick))
	}
	if s.First < 0 || s.Thereafter < 0 {
		errs = append(errs, fmt.Errorf("sampling lets the first %d and each %dth entry pass; neither can be negative", s.First, s.Thereafter))
	}
	return errors.Join(errs...)
}

// Core is a [zapcore.Core]. It is safe for concurrent use. An entry is with the
// output of lines when it is written, or waits for it in memory if it takes
// nothing now; see [linewriter.Writer]. A write does not wait for what is behind
// the provider, unless the entry is one from DPanic up.
type Core struct {
	zapcore.Core // the sampler, or the outputs themselves

	level   zap.AtomicLevel
	sampled bool
	dropped *atomic.Uint64
}

// New returns a core. It holds nothing that has to be ended.
func New(o Options) (*Core, error) {
	if o.Lines == nil {
		return nil, errors.New("a logger needs a writer of lines")
	}
	if o.Level == (zap.AtomicLevel{}) {
		o.Level = zap.NewAtomicLevel()
	}
	if o.Flush == nil {
		o.Flush = func() error { return nil }
	}
	root := &bound{encoder: newEncoder()}
	if o.Provider != nil {
		root.bridge = otelzap.NewCore(o.Name, otelzap.WithLoggerProvider(particularProvider{o.Provider}))
	}
	out := &outputs{AtomicLevel: o.Level, lines: o.Lines, flush: o.Flush, root: root, bound: root}
	c := &Core{Core: out, level: o.Level, sampled: o.Sampling != nil, dropped: new(atomic.Uint64)}
	if s := o.Sampling; s != nil {
		if err := s.validate(); err != nil {
			return nil, err
		}
		c.Core = zapcore.NewSamplerWithOptions(out, s.Tick, s.First, s.Thereafter,
			zapcore.SamplerHook(func(_ zapcore.Entry, d zapcore.SamplingDecision) {
				if d&zapcore.LogDropped != 0 {
					c.dropped.Add(1)
				}
			}))
	}
	return c, nil
}

// With returns a core that writes the fields with each entry, too. They are
// encoded now.
func (c *Core) With(fields []zapcore.Field) zapcore.Core {
	derived := *c
	derived.Core = c.Core.With(fields)
	return &derived
}

// Level returns the level from which entries are written.
func (c *Core) Level() zapcore.Level { return c.level.Level() }

// Sampled reports whether there is a sampler.
func (c *Core) Sampled() bool { return c.sampled }

// Dropped returns how many entries the sampler has held back.
func (c *Core) Dropped() uint64 { return c.dropped.Load() }
