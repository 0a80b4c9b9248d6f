package instrument_test

import (
	"context"
	"errors"
	"testing"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

func BenchmarkGet(b *testing.B) {
	w := wrap(b, &frugal{[]byte("value")}, instrument.WithRegistry(instrument.NewRegistry()))
	ctx := context.Background()
	for name, key := range map[string]string{"hit": "key", "miss": "absent"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = w.Get(ctx, []byte(key))
			}
		})
	}
	failing := wrap(b, &failing{}, instrument.WithRegistry(instrument.NewRegistry()))
	b.Run("error", func(b *testing.B) {
		for b.Loop() {
			_ = failing.Put(ctx, nil, nil)
		}
	})
}

type failing struct{ frugal }

func (*failing) Put(context.Context, []byte, []byte) error { return errFailing }

var errFailing = &kvdb.Error{Op: "put", Kind: kvdb.ErrUnavailable, Err: errors.New("down")}
