package instrument_test

import (
	"context"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// frugal is a store that allocates nothing, so that what a decorator adds is
// seen.
type frugal struct{ value []byte }

func (f *frugal) Get(_ context.Context, key []byte) ([]byte, error) {
	if len(key) > 3 {
		return nil, kvdb.ErrNotFound
	}
	return f.value, nil
}
func (f *frugal) AppendGet(_ context.Context, dst, _ []byte) ([]byte, error) {
	return append(dst, f.value...), nil
}
func (f *frugal) Exists(_ context.Context, key []byte) (bool, error) { return len(key) <= 3, nil }
func (f *frugal) GetTTL(_ context.Context, key []byte) (time.Duration, error) {
	if len(key) > 3 {
		return 0, kvdb.ErrNotFound
	}
	return time.Hour, nil
}
func (f *frugal) GetSized(_ context.Context, _ []byte, room kvdb.Room) ([]byte, error) {
	return append(room(len(f.value)), f.value...), nil
}
func (f *frugal) GetManySized(context.Context, [][]byte, kvdb.Room) ([][]byte, error) {
	return nil, nil
}
func (f *frugal) GetMany(context.Context, [][]byte) ([][]byte, error)         { return nil, nil }
func (f *frugal) Put(context.Context, []byte, []byte) error                   { return nil }
func (f *frugal) PutTTL(context.Context, []byte, []byte, time.Duration) error { return nil }
func (f *frugal) Delete(context.Context, []byte) error                        { return nil }
func (f *frugal) Apply(context.Context, []kvdb.Mutation) error                { return nil }
func (f *frugal) CompareAndSwap(context.Context, []byte, []byte, []byte) (bool, error) {
	return true, nil
}
func (f *frugal) Ping(context.Context) error { return nil }
func (f *frugal) Close() error               { return nil }

// Nothing is allocated without a parent span, or with an unsampled one, while
// lines of failed and slow operations are on.
func TestAllocations(t *testing.T) {
	logger, _ := testutil.NewLog(t, zapcore.InfoLevel)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	unsampled, span := provider.Tracer("test").Start(context.Background(), "parent")
	defer span.End()
	key, absent, value, dst := []byte("key"), []byte("absent"), []byte("value"), make([]byte, 0, 16)
	room := func(int) []byte { return dst[:0] }
	keys, muts := [][]byte{key, key}, []kvdb.Mutation{{Key: key, Value: value}, {Key: key, Delete: true}}
	for name, options := range map[string][]instrument.Option{
		"default": nil, "sizes": {instrument.WithSizes()}, "filter": {instrument.WithFilter(func(context.Context, string) bool { return true })},
		"silent": {instrument.WithLogOptions(instrument.LogOptions{Keys: true})},
	} {
		w := wrap(t, &frugal{value}, append(options, instrument.WithRegistry(instrument.NewRegistry()),
			instrument.WithTracerProvider(provider), instrument.WithLogger(logger))...)
		appender, swapper, batcher := as[kvdb.Appender](t, w), as[kvdb.Swapper](t, w), as[kvdb.Batcher](t, w)
		pinger, getter, putter := as[kvdb.Pinger](t, w), as[kvdb.MultiGetter](t, w), as[kvdb.TTLPutter](t, w)
		ttls := as[kvdb.TTLGetter](t, w)
		exister := as[kvdb.Exister](t, w)
		sized, sizedMany := as[kvdb.SizedGetter](t, w), as[kvdb.SizedMultiGetter](t, w)
		for parent, ctx := range map[string]context.Context{"no parent": context.Background(), "an unsampled parent": unsampled} {
			for method, call := range map[string]func(){
				"Get":            func() { _, _ = w.Get(ctx, key) },
				"Get, a miss":    func() { _, _ = w.Get(ctx, absent) },
				"AppendGet":      func() { dst, _ = appender.AppendGet(ctx, dst[:0], key) },
				"Exists":         func() { _, _ = exister.Exists(ctx, key) },
				"Exists, a miss": func() { _, _ = exister.Exists(ctx, absent) },
				"GetTTL":         func() { _, _ = ttls.GetTTL(ctx, key) },
				"GetTTL, a miss": func() { _, _ = ttls.GetTTL(ctx, absent) },
				"GetSized":       func() { dst, _ = sized.GetSized(ctx, key, room) },
				"GetManySized":   func() { _, _ = sizedMany.GetManySized(ctx, keys, room) },
				"GetMany":        func() { _, _ = getter.GetMany(ctx, keys) },
				"Put":            func() { _ = w.Put(ctx, key, value) },
				"PutTTL":         func() { _ = putter.PutTTL(ctx, key, value, time.Hour) },
				"Delete":         func() { _ = w.Delete(ctx, key) },
				"Apply":          func() { _ = batcher.Apply(ctx, muts) },
				"Apply of one":   func() { _ = batcher.Apply(ctx, muts[:1]) },
				"CompareAndSwap": func() { _, _ = swapper.CompareAndSwap(ctx, key, nil, value) },
				"Ping":           func() { _ = pinger.Ping(ctx) },
			} {
				for range 100 {
					call() // until every counter that it needs is there
				}
				if n := testing.AllocsPerRun(1000, call); n != 0 {
					t.Errorf("%s, %s: %s allocates %v times", name, parent, method, n)
				}
			}
		}
	}
}

// A line at a level that is off costs no allocation either.
func TestAllocationsOfSilentLines(t *testing.T) {
	logger, log := testutil.NewLog(t, zapcore.FatalLevel)
	w := wrap(t, &frugal{}, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithLogger(logger),
		instrument.WithSlowThreshold(1))
	ctx, key := context.Background(), []byte("key")
	for range 100 {
		_, _ = w.Get(ctx, key)
	}
	if n := testing.AllocsPerRun(1000, func() { _, _ = w.Get(ctx, key) }); n != 0 {
		t.Errorf("a slow operation without a line allocates %v times", n)
	}
	if log.String() != "" {
		t.Errorf("there is %s", log)
	}
}
