package instrument_test

import (
	"context"
	"testing"

	"github.com/otelkv/otelkv/instrument"
)

func BenchmarkRecorder(b *testing.B) {
	r := newRecorder(b, instrument.WithRegistry(instrument.NewRegistry()))
	lookup, ctx, value := r.Operation("lookup"), context.Background(), []byte("value")
	b.Run("Do", func(b *testing.B) {
		for b.Loop() {
			_, _ = instrument.Do(ctx, lookup.Call(), func(context.Context) ([]byte, error) { return value, nil })
		}
	})
	b.Run("Lookup", func(b *testing.B) {
		for b.Loop() {
			_, _ = instrument.Lookup(lookup.Call(), func() ([]byte, bool) { return value, true })
		}
	})
	b.Run("End", func(b *testing.B) {
		get := func() (err error) {
			call := lookup.Call()
			call.Begin(ctx)
			defer call.End(&err)
			return nil
		}
		for b.Loop() {
			_ = get()
		}
	})
}

// The operations of a large recorder have their stripes behind a pointer.
func BenchmarkLargeRecorder(b *testing.B) {
	r := newLargeRecorder(b, operationNames(64), instrument.WithRegistry(instrument.NewRegistry()))
	lookup, ctx, value := r.Operation(operationNames(64)[20]), context.Background(), []byte("value")
	for b.Loop() {
		_, _ = instrument.Do(ctx, lookup.Call(), func(context.Context) ([]byte, error) { return value, nil })
	}
}
