package otelsetup_test

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
	"github.com/otelkv/otelkv/otelsetup/internal/exporters"
)

const testQueue = 64

// quick makes the pipeline of a test turn fast, with a small queue.
var quick = map[string]string{
	"OTEL_BSP_SCHEDULE_DELAY": "10", "OTEL_BSP_EXPORT_TIMEOUT": "100",
	"OTEL_BSP_MAX_QUEUE_SIZE": strconv.Itoa(testQueue), "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "16",
	"OTEL_BLRP_SCHEDULE_DELAY": "10", "OTEL_BLRP_EXPORT_TIMEOUT": "100",
	"OTEL_BLRP_MAX_QUEUE_SIZE": strconv.Itoa(testQueue), "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "16",
	"OTEL_METRIC_EXPORT_INTERVAL": "20", "OTEL_METRIC_EXPORT_TIMEOUT": "100",
}

// sum adds the series of a family up that have the label.
func sum(family *dto.MetricFamily, label, want string) (total float64) {
	for _, m := range family.GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == label && l.GetValue() == want {
				total += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return total
}

// Whatever a receiver does, operations go on, memory is bounded, what is lost is
// counted, and what comes after its recovery arrives.
func TestReceiverInTrouble(t *testing.T) {
	for _, tt := range []struct{ protocol, mood string }{
		{environment.HTTP, "gone"}, {environment.HTTP, "refuses"}, {environment.HTTP, "503"}, {environment.HTTP, "hangs"}, {environment.HTTP, "slow"},
		{environment.GRPC, "gone"}, {environment.GRPC, "refuses"}, {environment.GRPC, "503"}, {environment.GRPC, "hangs"}, {environment.GRPC, "slow"},
	} {
		t.Run(tt.protocol+" "+tt.mood, func(t *testing.T) {
			setenv(t, quick)
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", tt.protocol)
			m := newMoody(t, tt.protocol, tt.mood)
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint("http://"+m.addr), otelsetup.WithShutdownTimeout(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			store, err := instrument.Wrap(kvdb.NewMemory(nil), instrument.WithTelemetry(tel))
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()

			const written = 2000
			longest := operate(t, tel, store, written)
			if longest > patience {
				t.Errorf("an operation took %v", longest)
			}
			page := pageOf(t, tel.MetricsHandler())
			for _, name := range []string{"otel_sdk_processor_log_processed_total", "otel_sdk_processor_span_processed_total"} {
				if sum(page[name], "error_type", "queue_full") == 0 {
					t.Errorf("%s: no drops in %v", name, page[name])
				}
			}

			m.comesBack(t)
			arrives(t, tel, m)
			if err := tel.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			traces, _, logs := otelsetup.AccountsOf(tel)
			for signal, all := range map[string]exporters.Accounts{"traces": traces, "logs": logs} {
				c := all[0].Counts()
				if c.Delivered == 0 || c.Lost() == 0 || c.Pending != 0 {
					t.Errorf("%s: counts %+v", signal, c)
				}
			}
			if spans := traces[0].Counts(); spans.Delivered+spans.Lost() < 2*written {
				t.Errorf("spans %+v do not add up to %d", spans, 2*written)
			}
		})
	}
}

// operate makes operations under sampled spans, with a line for each, watches the
// queues, and returns how long the longest operation took.
func operate(t *testing.T, tel *otelsetup.Telemetry, store kvdb.Store, n int) (longest time.Duration) {
	t.Helper()
	ctx := t.Context()
	tracer := tel.TracerProvider().Tracer("test")
	traces, _, logs := otelsetup.AccountsOf(tel)
	for i := range n {
		began := time.Now()
		ctx, span := tracer.Start(ctx, "request")
		if err := store.Put(ctx, []byte("key"), []byte("value")); err != nil {
			t.Fatal(err)
		}
		tel.Logger().Info("put", otelsetup.Context(ctx), zap.Int("n", i))
		span.End()
		longest = max(longest, time.Since(began))
		for _, all := range []exporters.Accounts{traces, logs} {
			if p := all[0].Counts().Pending; p > testQueue+1 {
				t.Fatalf("%d records are pending", p)
			}
		}
	}
	return longest
}

// arrives fails the test unless new telemetry reaches the receiver.
func arrives(t *testing.T, tel *otelsetup.Telemetry, m *moody) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for i := 0; ; i++ {
		body := fmt.Sprint("new ", i)
		_, span := tel.TracerProvider().Tracer("test").Start(context.Background(), "new")
		span.End()
		tel.Logger().Info(body)
		for range 20 {
			if m.hasLog(body) && m.hasSpan(span.SpanContext().SpanID()) && m.metric("kvdb.requests") != nil {
				return
			}
			select {
			case <-time.After(10 * time.Millisecond):
			case <-deadline:
				t.Fatal("nothing arrives after the recovery")
			}
		}
	}
}

// Around a Shutdown whose context is cancelled already, every record is either
// at the receiver or reported as lost.
func TestNothingUnaccounted(t *testing.T) {
	const writers, each = 8, 25_000
	m := newMoody(t, environment.HTTP, "answers")
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint("http://"+m.addr))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	var wg sync.WaitGroup
	halfway := make(chan struct{})
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				tel.Logger().Info("numbered", zap.Int("id", w*each+i))
				if w == 0 && i == each/2 {
					close(halfway)
				}
			}
		})
	}
	<-halfway
	if err := tel.Shutdown(ctx); err != nil {
		t.Log(err)
	}
	wg.Wait()

	m.mu.Lock()
	defer m.mu.Unlock()
	ids := make(map[int64]bool, len(m.logs))
	for _, r := range m.logs {
		ids[idOf(r)] = true
	}
	if len(ids) != len(m.logs) {
		t.Errorf("%d records came, %d of them different", len(m.logs), len(ids))
	}
	lost := tel.Losses().LogRecords
	if got := uint64(len(ids)) + lost; got != writers*each {
		t.Errorf("%d delivered and %d lost are %d, want %d", len(ids), lost, got, writers*each)
	}
	if len(ids) == 0 || lost == 0 {
		t.Errorf("%d delivered, %d lost: the test shows nothing", len(ids), lost)
	}
	t.Logf("%d delivered, %d lost", len(ids), lost)
}

func idOf(r *logspb.LogRecord) int64 {
	return find(r.GetAttributes(), "id").GetIntValue()
}
