// Package logcore is the zap core behind the logger of otelsetup: one line of
// JSON and one OpenTelemetry record for each entry, which mean the same.
//
// One level and one sampler decide for both, before either is made. The context
// of a line comes in a field whose value is a [context.Context], given to the
// line or bound to the logger; the last one wins. JSON gets trace_id, span_id
// and trace_flags from it, always at the top level, and the record is emitted
// with it, so that it has the trace in its own fields. Nothing else of a
// context gets into an output. An id that the caller gives as a field of its
// own stays what the caller made it, and is not written a second time.
//
// # Values
//
// Both outputs get the same values, made once:
//
//   - a duration is its seconds, a number;
//   - a time is text, RFC 3339 in UTC with nine digits;
//   - an integer above math.MaxInt64, which OTLP has no type for, is text in
//     decimal, and NaN and the infinities, which JSON lacks, are "NaN", "+Inf"
//     and "-Inf"; a complex number is text as in 1+2i;
//   - a float32 is the shortest decimal that is it, so 0.1 and not 0.10000000149;
//   - bytes are text in base64, a byte string is text, and text that is not
//     UTF-8, which OTLP cannot carry, has U+FFFD for each bad byte;
//   - what zap would give to reflection is what encoding/json makes of it, tags
//     and all; null is an empty value in OTLP;
//   - an error is what zap's JSON encoder makes of it: its text, and with the
//     suffixes Verbose and Causes what it has of them. An error in the field
//     "error" gives the record the attributes exception.message and
//     exception.type as well;
//   - what is nested deeper than [MaxDepth] is replaced by a text that says so;
//   - of two fields of one name the last stays. Only a field that was bound
//     stays in JSON beside one of the line, which comes later: readers of JSON
//     take the last. A LoggerProvider has nothing left to remove, and is faster
//     with WithAllowKeyDuplication.
//
// A marshaler that fails or panics costs its field: what it had written so far
// stays, and a field named after it with the suffix Error says why. Neither the
// line nor the caller suffers.
//
// What the entry itself has is named after the habits of each side: message is
// the body, level the severity and its text, logger the scope, caller the
// attributes code.*, and stacktrace is code.stacktrace or, beside an error,
// exception.stacktrace. A field without a name is in JSON only.
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
	out := &outputs{AtomicLevel: o.Level, lines: o.Lines, flush: o.Flush, encoder: newEncoder()}
	if o.Provider != nil {
		bridge := otelzap.NewCore(o.Name, otelzap.WithLoggerProvider(o.Provider))
		out.bound = &bound{root: bridge, bridge: bridge}
	}
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
