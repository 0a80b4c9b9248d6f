package observe_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

var slowOperation = instrument.SlowOperation{Operation: "get", Duration: time.Second}

// TestHungCollector: one that takes connections and never answers does not hold up
// the end for longer than the limit, and what it costs is said.
func TestHungCollector(t *testing.T) {
	hung := make(chan struct{})
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hung:
		case <-r.Context().Done():
		}
	}))
	defer collector.Close()
	defer close(hung)
	o, err := observe.Start(t.Context(), append(onFreePorts(new(lines)), observe.WithShutdownTimeout(2*time.Second),
		observe.WithTelemetryOptions(otelsetup.WithOTLPEndpoint(collector.URL)))...)
	if err != nil {
		t.Fatal(err)
	}
	store, err := o.Wrap(kvdb.NewMemory(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := o.Telemetry().TracerProvider().Tracer("shop").Start(t.Context(), "request", trace.WithNewRoot())
	_ = store.Put(ctx, []byte("key"), nil)
	span.End()
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	began := time.Now()
	err = o.Shutdown(context.Background())
	if took := time.Since(began); took > 20*time.Second { // a busy machine is given time
		t.Errorf("Shutdown took %v", took)
	}
	if err == nil || !strings.Contains(err.Error(), "2 spans were not delivered") {
		t.Errorf("it says %v", err)
	}
	if again := o.Shutdown(context.Background()); again != err {
		t.Errorf("a second time it says %v", again)
	}
}

// TestHungScraper: who does not read an answer is cut off.
func TestHungScraper(t *testing.T) {
	mux := http.NewServeMux()
	asked := make(chan struct{})
	mux.HandleFunc("/wait", func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	o, err := observe.Start(t.Context(), append(onFreePorts(new(lines)), observe.WithMux(mux), observe.WithShutdownTimeout(2*time.Second))...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", o.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	<-asked
	began := time.Now()
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("Shutdown took %v", took)
	}
}

// A check that hangs is left behind, and named.
func TestHungCheck(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	running := make(chan struct{}, 1)
	check := health.Check{Name: "queue", Interval: time.Minute, Run: func(context.Context) error {
		running <- struct{}{}
		<-release
		return nil
	}}
	o, err := observe.Start(t.Context(), append(onFreePorts(new(lines)), observe.WithChecks(check))...)
	if err != nil {
		t.Fatal(err)
	}
	<-running
	if err := o.Shutdown(t.Context()); err == nil || !strings.Contains(err.Error(), "observe: checks: ") || !strings.HasSuffix(err.Error(), ": queue") {
		t.Error(err)
	}
}

// TestDrainPauses: a context that a signal has cancelled does not shorten the
// pause, and a deadline does.
func TestDrainPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, err := observe.Start(t.Context(), observe.WithAddress(""), observe.WithProfiles(""), observe.WithDrain(7*time.Second),
			observe.WithTelemetryOptions(otelsetup.WithLogWriter(new(lines))))
		if err != nil {
			t.Fatal(err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		if err := o.Drain(cancelled); err != nil || time.Since(began) != 7*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		limited, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if err := o.Drain(limited); err == nil || time.Since(began) != time.Second {
			t.Errorf("with a deadline: %v after %v", err, time.Since(began))
		}
		if o.Health().Ready() {
			t.Error("it is ready")
		}
		if err := o.Shutdown(cancelled); err != nil {
			t.Error(err)
		}
	})
}

// After Shutdown everything is harmless.
func TestAfterShutdown(t *testing.T) {
	log := new(lines)
	o, err := observe.Start(t.Context(), append(onFreePorts(log), observe.WithDirectory(t.TempDir()))...)
	if err != nil {
		t.Fatal(err)
	}
	store, err := o.Wrap(kvdb.NewMemory(nil))
	if err != nil {
		t.Fatal(err)
	}
	at := o.Addr().String()
	if err := o.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := (request{path: "/metrics"}).at(t, at); status != 0 {
		t.Errorf("it still serves: %d", status)
	}
	if err := store.Put(t.Context(), []byte("key"), nil); err != nil {
		t.Errorf("an operation: %v", err)
	}
	if id := observe.OnSlow(o.Profiler())(t.Context(), slowOperation); id != "" {
		t.Errorf("evidence of a profiler that is closed: %s", id)
	}
	if err := store.Close(); err != nil {
		t.Errorf("closing a store: %v", err)
	}
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("/metrics: %d", w.Code)
	}
}
