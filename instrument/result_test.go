package instrument_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

var errResult = errors.New("result")

// newResults returns an operation and what has been recorded of it: its outcomes
// with error types, and how many are in flight.
func newResults(t *testing.T, options ...instrument.Option) (*instrument.Operation, func() map[string]float64) {
	t.Helper()
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	r := newRecorder(t, append(options, instrument.WithRegistry(registry))...)
	return r.Operation("lookup"), func() map[string]float64 {
		got := make(map[string]float64)
		collected := testutil.Collect(t, producer)
		for _, s := range collected.Find("kvdb.requests") {
			if s.Value != 0 {
				got[s.Attributes["kvdb.outcome"]] = s.Value
			}
		}
		for _, s := range collected.Find("kvdb.errors") {
			if s.Value != 0 {
				got[s.Attributes["error.type"]] = s.Value
			}
		}
		if n := collected.Sum("kvdb.in_flight"); n != 0 {
			got["in flight"] = n
		}
		return got
	}
}

// finished runs fn on a goroutine of its own and returns what it panicked with.
func finished(fn func()) any {
	panicked := make(chan any, 1)
	go func() {
		defer func() { panicked <- recover() }()
		fn()
	}()
	return <-panicked
}

// A success is never recorded as a panic, nor a failure as a success, but for the
// results that End cannot see.
func TestResults(t *testing.T) {
	ok, failed := map[string]float64{"ok": 1}, map[string]float64{"error": 1, "_OTHER": 1}
	panicked := map[string]float64{"error": 1, "panic": 1}
	ctx := t.Context()
	var nilMap map[string]int
	ends := map[string]func(){
		"panics":             func() { panic(errResult) },
		"panics with nil":    func() { panic(nil) },
		"ends the goroutine": runtime.Goexit,
		"is wrong":           func() { nilMap["x"] = 1 },
	}
	cases := map[string]struct {
		call func(*instrument.Operation)
		want map[string]float64
	}{
		"Do, a success": {func(o *instrument.Operation) {
			if v, err := instrument.Do(ctx, o.Call(), func(context.Context) (int, error) { return 7, nil }); v != 7 || err != nil {
				t.Errorf("Do returned %d, %v", v, err)
			}
		}, ok},
		"Do, a failure": {func(o *instrument.Operation) {
			if v, err := instrument.Do(ctx, o.Call(), func(context.Context) (int, error) { return 7, errResult }); v != 7 || err != errResult {
				t.Errorf("Do returned %d, %v", v, err)
			}
		}, failed},
		"Do, without a context": {func(o *instrument.Operation) {
			_, _ = instrument.Do(nil, o.Call(), func(ctx context.Context) (int, error) { return 0, ctx.Err() }) //nolint:staticcheck // that is the case
		}, ok},
		"Do in Do": {func(o *instrument.Operation) {
			_, _ = instrument.Do(ctx, o.Call(), func(ctx context.Context) (int, error) {
				return instrument.Do(ctx, o.Call(), func(context.Context) (int, error) { return 0, errResult })
			})
		}, map[string]float64{"error": 2, "_OTHER": 2}},
		"Do in Do of one call": {func(o *instrument.Operation) {
			call := o.Call()
			_, _ = instrument.Do(ctx, call, func(ctx context.Context) (int, error) {
				_, _ = instrument.Do(ctx, call, func(context.Context) (int, error) { return 0, errResult })
				return 0, nil
			})
		}, ok},
		"one call twice": {func(o *instrument.Operation) {
			call := o.Call()
			for range 2 {
				_, _ = instrument.Do(ctx, call, func(context.Context) (int, error) { return 0, nil })
			}
		}, map[string]float64{"ok": 2}},
		"Lookup": {func(o *instrument.Operation) {
			_, _ = instrument.Lookup(o.Call(), func() (int, bool) { return 0, true })
			_, _ = instrument.Lookup(o.Call(), func() (int, bool) { return 0, false })
		}, map[string]float64{"ok": 1, "miss": 1}},
		"Run": {func(o *instrument.Operation) { o.Call().Run(func() {}) }, ok},
		"End, a named result": {func(o *instrument.Operation) {
			func() (err error) {
				call := o.Call()
				call.Begin(ctx)
				defer call.End(&err)
				return errResult
			}()
		}, failed},
		"End, a bare return": {func(o *instrument.Operation) {
			if err := func() (err error) {
				call := o.Call()
				call.Begin(ctx)
				defer call.End(&err)
				return
			}(); err != nil {
				t.Errorf("the result became %v", err)
			}
		}, ok},
		"End, a variable": {func(o *instrument.Operation) {
			if err := func() error {
				var err error
				call := o.Call()
				call.Begin(ctx)
				defer call.End(&err)
				return err
			}(); err != nil {
				t.Errorf("the result became %v", err)
			}
		}, ok},
		"End, a variable that another one hides, and unnamed results": {func(o *instrument.Operation) {
			_, _ = func() (int, error) {
				var err error
				call := o.Call()
				call.Begin(ctx)
				defer call.End(&err)
				if v, err := 7, error(nil); err == nil {
					return v, nil
				}
				return 0, errResult
			}()
		}, ok},
		"End, without a pointer": {func(o *instrument.Operation) {
			call := o.Call()
			call.Begin(ctx)
			defer call.End(nil)
		}, ok},
		"End, twice": {func(o *instrument.Operation) {
			err := errResult
			call := o.Call()
			call.Begin(ctx)
			call.End(&err)
			call.End(nil)
		}, failed},
		"Begin, twice": {func(o *instrument.Operation) {
			call := o.Call()
			call.Begin(ctx)
			call.Begin(ctx)
			call.End(nil)
		}, ok},
		"End, without Begin": {func(o *instrument.Operation) { o.Call().End(nil) }, map[string]float64{}},
		"End, in a deferred literal": {func(o *instrument.Operation) {
			call := o.Call()
			call.Begin(ctx)
			defer func() {
				call.Delivered(1)
				call.End(nil)
			}()
		}, ok},
		"End, while another function panics": {func(o *instrument.Operation) {
			defer func() { _ = recover() }()
			defer cleanUp(o)
			panic(errResult)
		}, ok},
		"no operation": {func(*instrument.Operation) {
			var none *instrument.Operation
			if v, err := instrument.Do(ctx, none.Call(), func(context.Context) (int, error) { return 7, errResult }); v != 7 || err != errResult {
				t.Errorf("Do returned %d, %v", v, err)
			}
			none.Call().Run(func() {})
			none.Record(ctx, time.Second, nil)
		}, map[string]float64{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			operation, recorded := newResults(t)
			c.call(operation)
			equalMaps(t, "results", recorded(), c.want)
		})
	}
	for how, end := range ends {
		want := finished(end)
		for name, call := range map[string]func(*instrument.Operation){
			"Do": func(o *instrument.Operation) {
				_, _ = instrument.Do(ctx, o.Call(), func(context.Context) (int, error) { end(); return 0, nil })
			},
			"Lookup": func(o *instrument.Operation) {
				_, _ = instrument.Lookup(o.Call(), func() (int, bool) { end(); return 0, true })
			},
			"Run": func(o *instrument.Operation) { o.Call().Run(end) },
			"End, a named result": func(o *instrument.Operation) {
				func() (err error) {
					call := o.Call()
					call.Begin(ctx)
					defer call.End(&err)
					end()
					return nil
				}()
			},
			"End, without a pointer": func(o *instrument.Operation) {
				call := o.Call()
				call.Begin(ctx)
				defer call.End(nil)
				end()
			},
			"End, in a deferred literal": func(o *instrument.Operation) {
				call := o.Call()
				call.Begin(ctx)
				defer func() { call.End(nil) }()
				end()
			},
			"End, in a loop": func(o *instrument.Operation) { // where defer is another mechanism
				for range 1 {
					call := o.Call()
					call.Begin(ctx)
					defer call.End(nil)
				}
				end()
			},
		} {
			t.Run(name+", and the function "+how, func(t *testing.T) {
				operation, recorded := newResults(t)
				if got := finished(func() { call(operation) }); !samePanic(got, want) {
					t.Errorf("it panicked with %v, want %v", got, want)
				}
				equalMaps(t, "results", recorded(), panicked)
			})
		}
	}
}

func samePanic(a, b any) bool {
	if x, ok := a.(runtime.Error); ok {
		y, ok := b.(runtime.Error)
		return ok && x.Error() == y.Error()
	}
	return a == b
}

func cleanUp(o *instrument.Operation) {
	call := o.Call()
	call.Begin(context.Background())
	defer call.End(nil)
}

// What a caller says that it has moved lets no counter fall.
func TestResultsOfManyBytes(t *testing.T) {
	for name, options := range map[string][]instrument.Option{"": nil, "with sizes": {instrument.WithSizes()}} {
		t.Run(name, func(t *testing.T) {
			registry := instrument.NewRegistry()
			producer := registry.NewProducer()
			r := newRecorder(t, append(options, instrument.WithRegistry(registry))...)
			last := make(map[string]float64)
			for range 5 {
				call := r.Operation("lookup").Call()
				call.Items(math.MaxInt)
				call.Begin(t.Context())
				for range 2 {
					call.Sent(math.MaxInt)
					call.Delivered(math.MaxInt)
					call.Sent(math.MinInt)
					call.Delivered(math.MinInt)
				}
				call.End(nil)
				for _, metric := range []string{"kvdb.bytes.read", "kvdb.bytes.written", "kvdb.batch.items"} {
					n := testutil.Collect(t, producer).Sum(metric)
					if n <= last[metric] {
						t.Errorf("%s went from %v to %v", metric, last[metric], n)
					}
					last[metric] = n
				}
			}
		})
	}
}

// What a classifier, an error's own method or a filter of spans does to the
// goroutine leaves nothing in flight.
func TestResultsOfForeignCode(t *testing.T) {
	for name, end := range map[string]func(){"panics": func() { panic("foreign") }, "ends the goroutine": runtime.Goexit} {
		for foreign, option := range map[string]instrument.Option{
			"classifier": instrument.WithErrorClassifier(func(error) string { end(); return "" }),
			"filter": instrument.WithSpanOptions(instrument.SpanOptions{Roots: true, Filter: func(context.Context, string) bool {
				end()
				return true
			}}),
			"sampler": instrument.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSampler(endingSampler{end: end}))),
			"error":   nil,
		} {
			t.Run(foreign+" "+name, func(t *testing.T) {
				operation, recorded := newResults(t, instrument.WithSpanOptions(instrument.SpanOptions{Roots: true}), option)
				err := errResult
				if foreign == "error" {
					err = endingError{end}
				}
				_ = finished(func() {
					_, _ = instrument.Do(t.Context(), operation.Call(), func(context.Context) (int, error) { return 0, err })
				})
				got := recorded()
				if got["in flight"] != 0 || got["ok"] != 0 || got["panic"] != 0 {
					t.Errorf("recorded %v", got)
				}
				if (foreign == "classifier" || foreign == "error") && got["_OTHER"] != 1 {
					t.Errorf("recorded %v, want one error", got)
				}
			})
		}
	}
}

type endingSampler struct {
	sdktrace.Sampler
	end func()
}

func (s endingSampler) Description() string { return "ending" }
func (s endingSampler) ShouldSample(sdktrace.SamplingParameters) sdktrace.SamplingResult {
	s.end()
	return sdktrace.SamplingResult{}
}

type endingError struct{ end func() }

func (endingError) Error() string   { return "ending" }
func (e endingError) Is(error) bool { e.end(); return false }

// A miss may have a name of its own.
func TestWithNotFound(t *testing.T) {
	errNil := errors.New("nil")
	operation, recorded := newResults(t, instrument.WithNotFound(errNil),
		instrument.WithErrorClassifier(func(error) string { return "timeout" }))
	for _, err := range []error{errNil, errors.Join(errResult, errNil), kvdb.ErrNotFound, errResult} {
		_, _ = instrument.Do(t.Context(), operation.Call(), func(context.Context) (int, error) { return 0, err })
	}
	equalMaps(t, "results", recorded(), map[string]float64{"miss": 3, "error": 1, "timeout": 1})
}

// A batch of more than one has items in metric, span and line.
func TestResultsOfBatches(t *testing.T) {
	registry := instrument.NewRegistry()
	producer := registry.NewProducer()
	r := newRecorder(t, instrument.WithRegistry(registry))
	for _, n := range []int{-1, 0, 1, 2, 5} {
		call := r.Operation("lookup").Call()
		call.Items(n)
		call.Run(func() { call.Items(100) })
	}
	if got := testutil.Collect(t, producer).Find("kvdb.batch.items"); len(got) != 1 || got[0].Value != 7 {
		t.Errorf("items %v, want 7", got)
	}
}

// A recorded call allocates nothing.
func TestResultsAllocateNothing(t *testing.T) {
	r := newRecorder(t, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithNotFound(errResult))
	lookup, ctx, key := r.Operation("lookup"), t.Context(), []byte("key")
	for name, call := range map[string]func(){
		"Do": func() {
			_, _ = instrument.Do(ctx, lookup.Call(), func(context.Context) ([]byte, error) { return key, nil })
		},
		"Do with details": func() {
			call := lookup.Call()
			call.Key(key)
			call.Sent(len(key))
			_, _ = instrument.Do(ctx, call, func(context.Context) ([]byte, error) {
				call.Delivered(len(key))
				return key, errResult
			})
		},
		"Lookup": func() { _, _ = instrument.Lookup(lookup.Call(), func() ([]byte, bool) { return key, false }) },
		"Run":    func() { lookup.Call().Run(func() {}) },
		"Record": func() { lookup.Record(ctx, time.Microsecond, nil) },
		"End": func() {
			var err error
			call := lookup.Call()
			call.Begin(ctx)
			defer call.End(&err)
		},
	} {
		for range 100 {
			call()
		}
		if n := testing.AllocsPerRun(1000, call); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
