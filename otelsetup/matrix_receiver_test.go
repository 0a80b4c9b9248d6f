package otelsetup_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
	"github.com/otelkv/otelkv/otelsetup/internal/ledger"
)

// patience is for what must not wait for a receiver. It is long, for a busy
// machine: what does wait in spite of it waits for the 10 s of an exporter.
const patience = 5 * time.Second

// Whatever the receiver does, nothing waits for it, neither operations nor probes
// nor scrapes, and neither flushes nor shutdown beyond their limits; and each
// record that was written is at the receiver or in one count of those that are not.
func TestReceiverMatrix(t *testing.T) {
	setenv(t, quick)
	setenv(t, map[string]string{"OTEL_BSP_EXPORT_TIMEOUT": "1000", "OTEL_BLRP_EXPORT_TIMEOUT": "1000", "OTEL_METRIC_EXPORT_TIMEOUT": "1000"})
	before := goleak.IgnoreCurrent()
	for _, protocol := range []string{environment.HTTP, environment.GRPC} {
		for mood, tt := range map[string]struct{ delivers, loses bool }{
			"answers":  {delivers: true},
			"slow":     {delivers: true},
			"partial":  {delivers: true, loses: true},
			"vanishes": {delivers: true, loses: true},
			"gone":     {loses: true},
			"blocks":   {loses: true},
			"hangs":    {loses: true},
			"400":      {loses: true},
			"500":      {loses: true},
			"503":      {loses: true},
		} {
			t.Run(protocol+" "+mood, func(t *testing.T) {
				t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
				r := newRehearsal(t, protocol, mood)
				if tt.delivers { // no limit below is for that: on a busy machine, nothing may arrive within it
					r.reaches(t)
				}
				if mood == "vanishes" {
					r.receiver.stop()
				}
				r.work(t)

				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				within := clock(t, "a flush")
				_ = r.tel.ForceFlush(ctx)
				within()

				ctx, cancel = context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				within = clock(t, "Shutdown")
				err := r.tel.Shutdown(ctx)
				within()
				if tt.loses && err == nil {
					t.Error("Shutdown says nothing of what is lost")
				}
				if lines := r.lines.String(); tt.loses && !strings.Contains(lines, `"export failed"`) && !strings.Contains(lines, `"telemetry not shut down cleanly"`) {
					t.Errorf("the log says nothing: %s", lines)
				}
				r.operation(t) // goes on without telemetry
				r.settle(t, tt.delivers)
			})
		}
	}
	goleak.VerifyNone(t, before)
}

// A rehearsal is a program with a receiver in a mood.
type rehearsal struct {
	receiver *moody
	tel      *otelsetup.Telemetry
	store    *instrument.Store
	lines    lockedBuffer
	mux      http.ServeMux

	operations atomic.Uint64 // each of two spans and one log record
}

func newRehearsal(t *testing.T, protocol, mood string) *rehearsal {
	t.Helper()
	r := &rehearsal{}
	if mood == "vanishes" {
		mood = "answers"
	}
	r.receiver = newMoody(t, protocol, mood)
	var err error
	r.tel, err = otelsetup.Start(t.Context(), otelsetup.WithLogWriter(&r.lines), otelsetup.WithOTLPEndpoint("http://"+r.receiver.addr), otelsetup.WithShutdownTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	bare := kvdb.NewMemory(nil)
	r.store, err = instrument.Wrap(bare, instrument.WithTelemetry(r.tel), instrument.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close() })
	h, err := health.New(health.WithLogger(zap.NewNop()), health.WithMeterProvider(r.tel.MeterProvider()), health.WithChecks(health.Ping("store", bare)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	for deadline := time.After(patience); !h.Ready(); {
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatal("the check has not run")
		}
	}
	h.Mount(&r.mux)
	r.mux.Handle("/metrics", r.tel.MetricsHandler())
	return r
}

// clock returns what fails the test when it is called late.
func clock(t *testing.T, what string) (stop func()) {
	began := time.Now()
	return func() {
		t.Helper()
		if took := time.Since(began); took > patience {
			t.Errorf("%s took %v", what, took)
		}
	}
}

// operation is one under a span, with a line.
func (r *rehearsal) operation(t *testing.T) {
	defer clock(t, "an operation")()
	ctx, span := r.tel.TracerProvider().Tracer("test").Start(context.Background(), "request")
	if err := r.store.Put(ctx, []byte("key"), []byte("value")); err != nil {
		t.Error(err)
	}
	r.tel.Logger().Info("put", otelsetup.Context(ctx))
	span.End()
	r.operations.Add(1)
}

// accountsOf returns those of traces, metrics and logs.
func accountsOf(tel *otelsetup.Telemetry) []exporters.Accounts {
	traces, metrics, logs := otelsetup.AccountsOf(tel)
	return []exporters.Accounts{traces, metrics, logs}
}

// reaches works until something of each signal was delivered.
func (r *rehearsal) reaches(t *testing.T) {
	t.Helper()
	deadline := time.After(4 * patience)
	for {
		r.operation(t)
		missing := false
		for _, all := range accountsOf(r.tel) {
			missing = missing || all[0].Counts().Delivered == 0
		}
		if !missing {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("nothing arrives")
		}
	}
}

// work makes operations, while the program is scraped and probed.
func (r *rehearsal) work(t *testing.T) {
	t.Helper()
	var workers, watchers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		workers.Go(func() {
			for range 100 {
				r.operation(t)
			}
		})
	}
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		watchers.Go(func() {
			for ended := false; !ended; {
				select {
				case <-done:
					ended = true // but for one more
				default:
				}
				within := clock(t, path)
				w := httptest.NewRecorder()
				r.mux.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil))
				within()
				if w.Code != http.StatusOK {
					t.Errorf("%s: %d %s", path, w.Code, w.Body)
				}
			}
		})
	}
	workers.Wait()
	close(done)
	watchers.Wait()
}

// settle compares the books with what was written and with the receiver's.
func (r *rehearsal) settle(t *testing.T, delivers bool) {
	t.Helper()
	spans, _, logs := r.receiver.got()
	n, losses := r.operations.Load(), r.tel.Losses()
	for _, signal := range []struct {
		name                   string
		counts                 ledger.Counts
		written, arrived, lost uint64
	}{
		{"spans", accountsOf(r.tel)[0][0].Counts(), 2 * n, uint64(spans), losses.Spans},
		{"log records", accountsOf(r.tel)[2][0].Counts(), n, uint64(logs), losses.LogRecords},
	} {
		c := signal.counts
		if sum := c.Delivered + c.Failed + c.Dropped + c.Pending; sum != signal.written {
			t.Errorf("%s: %d were written, %+v are %d", signal.name, signal.written, c, sum)
		}
		if signal.lost != c.Lost() || signal.lost == 0 || (c.Delivered > 0) != delivers {
			t.Errorf("%s: losses %d, counts %+v", signal.name, signal.lost, c)
		}
		// Of what was given up, or rejected, some may have arrived.
		if signal.arrived < c.Delivered || signal.arrived > signal.written {
			t.Errorf("%s: %d of %d arrived, counts %+v", signal.name, signal.arrived, signal.written, c)
		}
	}
	if c := accountsOf(r.tel)[1][0].Counts(); (c.Delivered > 0) != delivers || losses.DataPoints != c.Lost() || c.Lost() == 0 && !delivers {
		t.Errorf("data points: losses %d, counts %+v", losses.DataPoints, c)
	}
}
