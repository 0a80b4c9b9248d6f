package otelsetup_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/otelsetup"
)

func TestShutdownWithCancelledContext(t *testing.T) {
	r := new(backend)
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint(serveHTTP(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "last words")
	span.End()
	tel.Logger().Info("last words")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tel.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if spans, metrics, logs := r.got(); spans != 1 || metrics == 0 || logs != 1 {
		t.Errorf("received %d spans, %d metrics, %d log records", spans, metrics, logs)
	}
}

func TestShutdownWithHangingReceiver(t *testing.T) {
	before := goleak.IgnoreCurrent()
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			var hangs, released sync.Once
			hanging, gone := make(chan struct{}), make(chan struct{})
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				hangs.Do(func() { close(hanging) })
				<-r.Context().Done()
				released.Do(func() { close(gone) })
			}))
			server.Config.Protocols = new(http.Protocols)
			server.Config.Protocols.SetHTTP1(true)
			server.Config.Protocols.SetUnencryptedHTTP2(true)
			server.Start()
			defer server.Close()

			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), otelsetup.WithOTLPEndpoint(server.URL), otelsetup.WithShutdownTimeout(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "lost")
			span.End()
			began := time.Now()
			err = tel.Shutdown(t.Context())
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "traces") {
				t.Errorf("error %v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			select {
			case <-hanging:
			case <-time.After(patience):
				t.Fatal("no request has come within the limit of Shutdown")
			}
			select {
			case <-gone:
			case <-time.After(5 * time.Second): // the exporter's own limit is 10 s
				t.Error("the request was left behind")
			}
		})
	}
	goleak.VerifyNone(t, before)
}

// stubborn does not heed its context.
type stubborn struct {
	sdktrace.SpanProcessor
	*sdkmetric.ManualReader
	release chan struct{}
	given   chan time.Duration // to each shutdown
}

func (stubborn) OnStart(context.Context, sdktrace.ReadWriteSpan) {}
func (stubborn) OnEnd(sdktrace.ReadOnlySpan)                     {}
func (stubborn) ForceFlush(context.Context) error                { return nil }

func (s stubborn) Shutdown(ctx context.Context) error {
	deadline, _ := ctx.Deadline()
	s.given <- time.Until(deadline)
	<-s.release
	return nil
}

func TestShutdownBudgets(t *testing.T) {
	for _, tt := range []struct {
		name     string
		deadline time.Duration // 0 is none
		want     time.Duration
	}{
		{"no deadline", 0, 10 * time.Second},
		{"a far deadline", time.Minute, 10 * time.Second},
		{"a near deadline", 3 * time.Second, 3 * time.Second},
		{"a deadline that has passed", -time.Second, 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stubborn{ManualReader: sdkmetric.NewManualReader(), release: make(chan struct{}), given: make(chan time.Duration, 2)}
				defer close(s.release)
				tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), otelsetup.WithSpanProcessor(s),
					otelsetup.WithReader(nil, func(sdkmetric.Producer) (sdkmetric.Reader, error) { return s, nil }))
				if err != nil {
					t.Fatal(err)
				}
				ctx := t.Context()
				if tt.deadline != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithDeadline(ctx, time.Now().Add(tt.deadline))
					defer cancel()
				}
				began := time.Now()
				err = tel.Shutdown(ctx)
				if took := time.Since(began); took != tt.want {
					t.Errorf("took %v, want %v", took, tt.want)
				}
				if spans, metrics := <-s.given, <-s.given; spans != tt.want/2 || metrics != tt.want/2 {
					t.Errorf("the spans had %v, the metrics %v", spans, metrics)
				}
				if err == nil || !strings.Contains(err.Error(), "traces") || !strings.Contains(err.Error(), "metrics") {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// deaf is a standard output that nobody reads any more.
type deaf struct{ closed chan struct{} }

func (d deaf) Write([]byte) (int, error) {
	<-d.closed
	return 0, os.ErrClosed
}

func TestShutdownWithBlockedOutput(t *testing.T) {
	for name, tt := range map[string]struct{ budget, deadline time.Duration }{
		"no deadline":     {50 * time.Millisecond, 0},
		"a near deadline": {time.Hour, 50 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			d := deaf{make(chan struct{})}
			defer close(d.closed)
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(d), otelsetup.WithShutdownTimeout(tt.budget), otelsetup.WithSpanExporter(failing{errors.New("refused")}))
			if err != nil {
				t.Fatal(err)
			}
			_, span := tel.TracerProvider().Tracer("test").Start(t.Context(), "lost")
			span.End()
			tel.Logger().Info("waits")
			ctx := t.Context()
			if tt.deadline != 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.deadline)
				defer cancel()
			}
			ended := make(chan error, 1)
			go func() { ended <- tel.Shutdown(ctx) }()
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), "the logger") {
					t.Errorf("error %v, want one about the logger", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("Shutdown waits for the output")
			}
		})
	}
}

func TestShutdownTwiceAndConcurrently(t *testing.T) {
	exporter := failing{errors.New("backend says no")}
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()), otelsetup.WithSpanExporter(exporter))
	if err != nil {
		t.Fatal(err)
	}
	h := tel.MetricsHandler()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := tel.Shutdown(t.Context()); !errors.Is(err, exporter.err) {
				t.Errorf("error %v", err)
			}
			if status, _ := get(t, h, ""); status != http.StatusServiceUnavailable {
				t.Errorf("status %d", status)
			}
		})
		wg.Go(func() { get(t, h, "") })
	}
	wg.Wait()
}

// Everything a Telemetry offers is harmless after Shutdown.
func TestUseAfterShutdown(t *testing.T) {
	tel := start(t)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	use(t, tel, "late")
	tel.Logger().Info("late")
	if _, err := tel.PrometheusGatherer().Gather(); err != nil {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return f.err }
func (f failing) Shutdown(context.Context) error                             { return f.err }
