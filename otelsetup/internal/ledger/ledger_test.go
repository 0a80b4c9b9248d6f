package ledger

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/log"

	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

const queue = 64

// pipes are the signals that have a queue.
var pipes = map[string]func(r receiver) pipe{
	"spans": func(r receiver) pipe {
		l := New(queue)
		p := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(NewSpanProcessor(l, r.spans(), sdktrace.WithMaxExportBatchSize(16))))
		tracer := p.Tracer("test")
		write := func() {
			_, span := tracer.Start(context.Background(), "s")
			span.End()
		}
		return pipe{l, write, p.ForceFlush, p.Shutdown}
	},
	"logs": func(r receiver) pipe {
		l := New(queue)
		p := sdklog.NewLoggerProvider(sdklog.WithProcessor(NewLogProcessor(l, r.logs(), sdklog.WithExportMaxBatchSize(16))))
		logger := p.Logger("test")
		write := func() { logger.Emit(context.Background(), log.Record{}) }
		return pipe{l, write, p.ForceFlush, p.Shutdown}
	},
}

func eachPipe(t *testing.T, test func(t *testing.T, open func(receiver) pipe)) {
	for name, open := range pipes {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { test(t, open) }) })
	}
}

func (p pipe) writeN(n int) {
	for range n {
		p.write()
	}
}

func (p pipe) want(t *testing.T, want Counts) {
	t.Helper()
	if got := p.ledger.Counts(); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
}

func TestDelivered(t *testing.T) {
	eachPipe(t, func(t *testing.T, open func(receiver) pipe) {
		p := open(receiver{answer: func(context.Context, int) error { return nil }})
		p.writeN(10)
		p.want(t, Counts{Pending: 10})
		if err := p.flush(t.Context()); err != nil {
			t.Error(err)
		}
		p.want(t, Counts{Delivered: 10})
		p.writeN(2)
		if err := p.shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		p.want(t, Counts{Delivered: 12})
	})
}

// While the receiver hangs, writing goes on without waiting, and the number
// that waits is bounded. When it is back, so is the telemetry.
func TestReceiverHangsAndComesBack(t *testing.T) {
	eachPipe(t, func(t *testing.T, open func(receiver) pipe) {
		back := make(chan struct{})
		p := open(receiver{answer: func(ctx context.Context, _ int) error {
			select {
			case <-back:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}})
		before := time.Now()
		for range 10 { // with the exporter's goroutine at work in between
			p.writeN(100)
			synctest.Wait()
		}
		if d := time.Since(before); d != 0 {
			t.Errorf("writing waited for %v", d)
		}
		p.want(t, Counts{Pending: queue, Dropped: 1000 - queue})

		close(back)
		if err := p.flush(t.Context()); err != nil {
			t.Error(err)
		}
		p.writeN(10)
		if err := p.shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		p.want(t, Counts{Delivered: queue + 10, Dropped: 1000 - queue})
	})
}

// A flush at a full queue neither drops a record nor takes a place for ever.
func TestFlushesAtAFullQueue(t *testing.T) {
	eachPipe(t, func(t *testing.T, open func(receiver) pipe) {
		p := open(receiver{answer: func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		p.writeN(queue)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		later, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		var flushes sync.WaitGroup
		for range 5 {
			flushes.Go(func() {
				if err := p.flush(ctx); err == nil {
					t.Error("a flush succeeded without a receiver")
				}
			})
		}
		flushes.Wait()
		if err := p.shutdown(later); err == nil {
			t.Error("the shutdown succeeded without a receiver")
		}
		synctest.Wait()
		if c := p.ledger.Counts(); c.Lost() != queue || c.Delivered != 0 {
			t.Errorf("counts %+v, want %d lost", c, queue)
		}
	})
}

func TestFailures(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		kind failure
		lost int
	}{
		"refused":                 {errors.New("connection refused"), failureOther, 10},
		"time-out":                {errors.Join(context.DeadlineExceeded), failureTimeout, 10},
		"canceled":                {context.Canceled, failureCanceled, 10},
		"some rejected":           {errors.New("OTLP partial success: too old (3 spans rejected)"), failureRejected, 3},
		"all rejected and more":   {errors.New("OTLP partial success: odd (30 metric data points rejected)"), failureRejected, 10},
		"a warning":               {errors.New("OTLP partial success: deprecated (0 logs rejected)"), failureRejected, 0},
		"text with parentheses":   {errors.New("OTLP partial success: (9 logs rejected) (2 logs rejected)"), failureRejected, 2},
		"a number that overflows": {errors.New("OTLP partial success: x (99999999999999999999 logs rejected)"), failureRejected, 10},
	} {
		t.Run(name, func(t *testing.T) {
			eachPipe(t, func(t *testing.T, open func(receiver) pipe) {
				var observed error
				p := open(receiver{answer: func(context.Context, int) error { return test.err }})
				p.ledger.Observe(func(_ int, err error) { observed = err })
				p.writeN(10)
				if err := p.flush(t.Context()); !errors.Is(err, test.err) {
					t.Errorf("the flush returned %v, want %v", err, test.err)
				}
				p.want(t, Counts{Delivered: uint64(10 - test.lost), Failed: uint64(test.lost)})
				if got := p.ledger.failed[test.kind].Load(); got != uint64(test.lost) {
					t.Errorf("%d under %s, want %d", got, failureNames[test.kind], test.lost)
				}
				if observed == nil {
					t.Error("the error was not observed")
				}
				if err := p.shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What fails while nobody waits is for the ledger's observer alone: the handler
// of the process would print it.
func TestTheProcessHearsNothing(t *testing.T) {
	before := otel.GetErrorHandler()
	defer otel.SetErrorHandler(before)
	var heard atomic.Int64
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) { heard.Add(1) }))
	eachPipe(t, func(t *testing.T, open func(receiver) pipe) {
		p := open(receiver{answer: func(context.Context, int) error { return errors.New("refused") }})
		p.writeN(40)
		time.Sleep(time.Minute)
		if err := p.shutdown(t.Context()); err != nil {
			t.Errorf("the shutdown had nothing to send and failed: %v", err)
		}
		p.want(t, Counts{Failed: 40})
	})
	if n := heard.Load(); n > 0 {
		t.Errorf("%d errors reached the handler", n)
	}
}

func TestWrittenAfterTheShutdown(t *testing.T) {
	eachPipe(t, func(t *testing.T, open func(receiver) pipe) {
		p := open(receiver{answer: func(context.Context, int) error { return nil }})
		write := p.write
		if err := p.shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		write()
		// The tracer of an ended provider makes no spans.
		if c := p.ledger.Counts(); c.Delivered+c.Pending != 0 {
			t.Errorf("counts %+v", c)
		}
	})
}

// Whatever happens at the same time, no record is counted twice or not at all.
func TestEveryRecordIsCountedOnce(t *testing.T) {
	for name, open := range pipes {
		t.Run(name, func(t *testing.T) {
			var received atomic.Int64
			p := open(receiver{answer: func(_ context.Context, n int) error {
				if received.Add(int64(n))%3 == 0 {
					received.Add(-int64(n))
					return errors.New("refused")
				}
				return nil
			}})
			var writers sync.WaitGroup
			const each = 20_000
			for range 4 {
				writers.Go(func() { p.writeN(each) })
			}
			writers.Wait()
			if err := p.shutdown(t.Context()); err != nil && err.Error() != "refused" {
				t.Error(err)
			}
			c := p.ledger.Counts()
			if c.Pending != 0 || c.Delivered+c.Lost() != 4*each {
				t.Errorf("counts %+v do not add up to %d", c, 4*each)
			}
			if got := uint64(received.Load()); got != c.Delivered {
				t.Errorf("the receiver has %d, counted are %d", got, c.Delivered)
			}
		})
	}
}
