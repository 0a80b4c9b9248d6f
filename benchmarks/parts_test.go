package benchmarks_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/kvdb"
)

// BenchmarkParts tells what the cost of an operation is made of. Each case adds
// something to the one before, as package instrument does it, around the same
// bare Get.
func BenchmarkParts(b *testing.B) {
	for _, part := range []struct {
		name  string
		store kvdb.Store
	}{
		{"bare", newPart(0)},
		{"clock", newPart(withClock)},
		{"clock_additions", newPart(withClock | withAdditions)},
		{"clock_additions_span", newPart(withClock | withAdditions | withSpan)},
	} {
		b.Run(part.name, func(b *testing.B) { get(b, b.Context(), part.store) })
	}
	b.Run("otelkv", func(b *testing.B) { get(b, b.Context(), all(b)[1].store) })
}

// A partial store does some of what an operation cannot do without.
type partial struct {
	kvdb.Store
	parts int
	// On cache lines of their own, as begun and ended operations are counted.
	begun, ended struct {
		atomic.Uint64
		_ [120]byte
	}
}

const (
	withClock     = 1 << iota // two readings
	withAdditions             // two atomic ones
	withSpan                  // a look for a parent span
)

var base = time.Now()

func newPart(parts int) kvdb.Store {
	return &partial{Store: benchmarks.NewBare(map[string][]byte{string(benchmarks.Key): make([]byte, 64)}), parts: parts}
}

func (p *partial) Get(ctx context.Context, key []byte) ([]byte, error) {
	if p.parts&withAdditions != 0 {
		p.begun.Add(uint64(len(key)))
	}
	if p.parts&withSpan != 0 && trace.SpanFromContext(ctx).IsRecording() {
		return nil, kvdb.ErrInvalidArgument
	}
	if p.parts&withClock == 0 {
		return p.Store.Get(ctx, key)
	}
	start := time.Since(base)
	value, err := p.Store.Get(ctx, key)
	elapsed := time.Since(base) - start
	if p.parts&withAdditions != 0 {
		p.ended.Add(uint64(elapsed))
	}
	return value, err
}
