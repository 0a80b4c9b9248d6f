package observe_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// TestOwnParts: what the program brings along is used, and is as it was after
// Shutdown.
func TestOwnParts(t *testing.T) {
	log := new(lines)
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithServiceName("own"), otelsetup.WithLogWriter(log))
	if err != nil {
		t.Fatal(err)
	}
	defer tel.Shutdown(context.Background())
	dir := t.TempDir()
	profiler, err := pprofx.Start(pprofx.WithTelemetry(tel), pprofx.WithDirectory(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer profiler.Close()
	probes, err := health.New(health.WithTelemetry(tel), health.WithOnTransition(observe.OnTransition(profiler)))
	if err != nil {
		t.Fatal(err)
	}
	defer probes.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })

	o, err := observe.Start(t.Context(), observe.WithTelemetry(tel), observe.WithHealth(probes), observe.WithProfiler(profiler),
		observe.WithMux(mux), observe.WithChecks(health.Check{Name: "own", Interval: time.Second, Run: func(context.Context) error { return errors.New("down") }}))
	if err != nil {
		t.Fatal(err)
	}
	if o.Telemetry() != tel || o.Logger() != tel.Logger() || o.Health() != probes || o.Profiler() != profiler || o.Addr() != nil || o.Failed() != nil {
		t.Error("a part is not the program's")
	}
	web := httptest.NewServer(mux)
	defer web.Close()
	at := web.Listener.Addr().String()
	for path, want := range map[string]int{"/": http.StatusTeapot, "/metrics": 200, "/livez": 200, "/startupz": 200, "/loglevel": 200} {
		if status, body := (request{path: path}).at(t, at); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	eventually(t, "the check of the program fails", func() bool {
		status, body := request{path: "/readyz"}.at(t, at)
		return status == 503 && strings.Contains(body, "own failed\n")
	})

	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if status, body := (request{path: "/readyz"}).at(t, at); status != 503 || body != "draining\n" {
		t.Errorf("/readyz after Shutdown: %d %s", status, body)
	}
	if got := names(probes); len(got) != 0 {
		t.Errorf("checks that stay: %v", got)
	}
	if status, _ := (request{path: "/metrics"}).at(t, at); status != 200 {
		t.Errorf("the telemetry of the program is shut down: %d", status)
	}
	if err := probes.Register(health.Check{Name: "further", Interval: time.Second, Run: func(context.Context) error { return nil }}); err != nil {
		t.Errorf("the Health of the program is closed: %v", err)
	}
	if file, err := profiler.Record(t.Context(), "heap", 0, "asked"); err != nil {
		t.Errorf("the profiler of the program is closed: %s, %v", file, err)
	}
}

// A check of the program takes the place of one of this package.
func TestOwnChecks(t *testing.T) {
	mine := health.Check{Name: "memory", Interval: time.Second, Reason: "mine", Run: func(context.Context) error { return errors.New("mine") }}
	o, _ := start(t, observe.WithChecks(mine), observe.WithStoreChecks(nil))
	store, err := o.Wrap(kvdb.NewMemory(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if got := names(o.Health()); len(got) != 2 {
		t.Errorf("the checks are %v", got)
	}
	eventually(t, "mine", func() bool { _, body := get(t, o, "/readyz"); return body == "mine\n" })
}

func TestOwnLogger(t *testing.T) {
	core, seen := observer.New(zapcore.InfoLevel)
	o, err := observe.Start(t.Context(), observe.WithAddress("127.0.0.1:0"), observe.WithProfiles(""), observe.WithLogger(nil), observe.WithLogger(zap.New(core)))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	eventually(t, "the first line", func() bool { return seen.FilterMessage("observing").Len() == 1 })
	if status, _ := get(t, o, "/loglevel"); status != http.StatusNotImplemented {
		t.Errorf("/loglevel: %d", status)
	}
	if o.Profiler() != nil {
		t.Error("profiles are on")
	}
}

func TestSlog(t *testing.T) {
	out := new(lines)
	o, err := observe.Start(t.Context(), observe.WithAddress("127.0.0.1:0"), observe.WithProfiles(""), observe.WithSlog(nil),
		observe.WithSlog(slog.NewJSONHandler(out, nil)), observe.WithChecks(health.Check{Name: "mine", Interval: time.Second, Run: func(context.Context) error { return errors.New("no") }}))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	eventually(t, "the first line", func() bool { return strings.Contains(out.String(), `"level":"INFO","msg":"observing"`) })
	eventually(t, "a check's", func() bool { return strings.Contains(out.String(), `"msg":"check changed","check":"mine"`) })
}

// TestOwnListener also is of a mux that the Observer serves, and of a server that
// ends.
func TestOwnListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	yours := prometheus.NewRegistry()
	orders := prometheus.NewCounter(prometheus.CounterOpts{Name: "orders_total", Help: "Orders."})
	yours.MustRegister(orders)
	mux := http.NewServeMux()
	mux.HandleFunc("/shop", func(http.ResponseWriter, *http.Request) { orders.Inc() })
	log := new(lines)
	o, err := observe.Start(t.Context(), observe.WithListener(l), observe.WithMux(mux), observe.WithProfiles(""),
		observe.WithGatherers(yours), observe.WithTelemetryOptions(otelsetup.WithLogWriter(log)))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	if o.Addr().String() != l.Addr().String() || o.Handler() != http.Handler(mux) {
		t.Errorf("it serves at %v", o.Addr())
	}
	if status, _ := get(t, o, "/shop"); status != 200 {
		t.Errorf("/shop: %d", status)
	}
	if _, metrics := get(t, o, "/metrics"); !strings.Contains(metrics, "orders_total 1\n") {
		t.Error("the metrics of the program are not there")
	}
	l.Close()
	if err := <-o.Failed(); err == nil {
		t.Error("the listener is closed, and the server has no error")
	}
	eventually(t, "a line of it", func() bool { return len(log.all("observability no longer served")) == 1 })
}

// Without a server the program serves the handler.
func TestHandler(t *testing.T) {
	o, _ := start(t, observe.WithAddress(""))
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	if o.Addr() != nil || w.Code != 200 || !strings.Contains(w.Body.String(), "/metrics") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("at %v: %d %s", o.Addr(), w.Code, w.Body)
	}
}

// TestTwo: two Observers in one process have nothing in common.
func TestTwo(t *testing.T) {
	var all [2]*observe.Observer
	for i, name := range []string{"one", "two"} {
		o, _ := start(t, observe.WithServiceName(name))
		store, err := o.Wrap(kvdb.NewMemory(nil))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		for range i + 1 {
			_ = store.Put(t.Context(), []byte("k"), nil)
		}
		all[i] = o
	}
	if err := all[0].Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	_, metrics := get(t, all[1], "/metrics")
	for _, want := range []string{`service_name="two"`, `db_operation_name="put",db_system_name="memory",kvdb_outcome="ok"} 2`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics of the other one has no %s", want)
		}
	}
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "go_") && !strings.HasPrefix(f.GetName(), "process_") {
			t.Errorf("the registry of the process has %s", f.GetName())
		}
	}
}
