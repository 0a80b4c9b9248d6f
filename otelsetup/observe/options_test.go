package observe_test

import (
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/otelsetup"
	"github.com/otelkv/otelkv/otelsetup/observe"
	"github.com/otelkv/otelkv/pprofx"
)

// TestRefused: an error says which option is wrong and what to do, and leaves
// nothing behind, which the test of leaks of the package would find.
func TestRefused(t *testing.T) {
	tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogger(zap.NewNop()))
	if err != nil {
		t.Fatal(err)
	}
	defer tel.Shutdown(t.Context())
	h, err := health.New(health.WithMeterProvider(noop.NewMeterProvider()))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	p, err := pprofx.Start(pprofx.WithMeterProvider(noop.NewMeterProvider()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	full := http.NewServeMux()
	full.HandleFunc("/metrics", func(http.ResponseWriter, *http.Request) {})
	file := write(t, filepath.Join(t.TempDir(), "file"), "")

	base := onFreePorts(new(lines))
	base = base[:len(base):len(base)]
	for _, c := range []struct {
		name    string
		base    []observe.Option
		options []observe.Option
		says    []string
	}{
		{"nil parts", nil, []observe.Option{observe.WithTelemetry(nil), observe.WithHealth(nil), observe.WithProfiler(nil), observe.WithMux(nil), observe.WithListener((*net.TCPListener)(nil))},
			[]string{"WithTelemetry(nil)", "WithHealth(nil)", "WithProfiler(nil)", "WithMux(nil)", "WithListener: the listener is a nil *net.TCPListener", "checking its error"}},
		{"a name for telemetry that has one", nil, []observe.Option{observe.WithTelemetry(tel), observe.WithServiceName("x")}, []string{"WithTelemetry: give what WithServiceName"}},
		{"options for a Health that is there", base, []observe.Option{observe.WithHealth(h), observe.WithHealthOptions(health.WithLogger(nil))}, []string{"WithHealth: give the options"}},
		{"a directory for a profiler that is there", base, []observe.Option{observe.WithProfiler(p)}, []string{"WithProfiler: give what WithProfiles"}},
		{"no directory", base, []observe.Option{observe.WithDirectory("")}, []string{`WithDirectory(""): name a directory`}},
		{"a directory that is a file", base, []observe.Option{observe.WithDirectory(file)}, []string{"observe: pprofx: ", file}},
		{"times", base, []observe.Option{observe.WithDrain(-1), observe.WithShutdownTimeout(0), observe.WithCheckInterval(0)}, []string{"WithCheckInterval(0s): use more than 0", "WithDrain(-1ns): use 0 or more", "WithShutdownTimeout(0s): use more than 0"}},
		{"no host and port", base, []observe.Option{observe.WithAddress("9464")}, []string{"WithAddress: ", "use host:port, such as 127.0.0.1:9464"}},
		{"no port", base, []observe.Option{observe.WithAddress("127.0.0.1:99999")}, []string{"WithAddress: ", "use host:port"}},
		{"an address that is taken", base, []observe.Option{observe.WithAddress(taken.Addr().String())}, []string{"choose another address with WithAddress"}},
		{"an address of profiles that is taken", base, []observe.Option{observe.WithProfiles(taken.Addr().String())}, []string{"observe: pprofx: ", "in use"}},
		{"profiles for everybody", base, []observe.Option{observe.WithProfiles(":0")}, []string{"credentials are needed", "WithToken"}},
		{"a mux with /metrics", base, []observe.Option{observe.WithMux(full)}, []string{"WithMux: leave out of the mux what is added here", "/metrics"}},
		{"a file without a server", base, []observe.Option{observe.WithAddress(""), observe.WithWebConfigFile("web.yml")}, []string{"nothing is served here", "add WithAddress"}},
		{"the check of a user", base, []observe.Option{observe.WithChecks(health.Check{Name: "x"})}, []string{`health: check "x"`}},
		{"the telemetry of a user", base, []observe.Option{observe.WithTelemetryOptions(otelsetup.WithOTLPEndpoint("nonsense"))}, []string{"observe: otelsetup: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := observe.Start(t.Context(), append(c.base, c.options...)...)
			if o != nil || err == nil || !strings.HasPrefix(err.Error(), "observe: ") {
				t.Fatalf("%v, %v", o, err)
			}
			for _, says := range c.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q", err, says)
				}
			}
		})
	}
}

// A listener that is handed over is closed with an error of Start, too.
func TestListenerOfAFailedStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := observe.Start(t.Context(), observe.WithListener(l), observe.WithAddress("127.0.0.1:0")); err == nil || !strings.Contains(err.Error(), "WithAddress and WithListener: choose one") {
		t.Error(err)
	}
	_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute))
	if c, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v, %v", c, err)
	}
}

// TestDefaultAddresses: two programs that say nothing of addresses can run on one
// machine, and OpenTelemetry's variables are meant.
func TestDefaultAddresses(t *testing.T) {
	var all []*observe.Observer
	for range 2 {
		log := new(lines)
		o, err := observe.Start(t.Context(), observe.WithTelemetryOptions(otelsetup.WithLogWriter(log)))
		if err != nil {
			t.Fatal(err)
		}
		defer o.Shutdown(t.Context())
		all = append(all, o)
		gone := 0
		if o.Addr().String() != "127.0.0.1:9464" {
			gone++
		}
		if o.Profiler().Addr().String() != "127.0.0.1:6060" {
			gone++
		}
		eventually(t, "the first line", func() bool { return len(log.all("observing")) == 1 })
		told := log.all("address taken")
		if len(told) != gone {
			t.Errorf("at %v and %v: %v", o.Addr(), o.Profiler().Addr(), told)
		}
		for _, line := range told {
			if option := line["detail"]; option != "WithAddress" && option != "WithProfiles" {
				t.Errorf("%v", line)
			}
		}
		if host, _, _ := net.SplitHostPort(o.Addr().String()); host != "127.0.0.1" {
			t.Errorf("it serves at %v", o.Addr())
		}
	}
	if all[0].Addr().String() == all[1].Addr().String() {
		t.Error("two serve at one address")
	}
	t.Setenv("OTEL_EXPORTER_PROMETHEUS_PORT", "many")
	if _, err := observe.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_PROMETHEUS_PORT") {
		t.Errorf("a bad port: %v", err)
	}
	for _, name := range []string{"OTEL_EXPORTER_PROMETHEUS_PORT", "OTEL_EXPORTER_PROMETHEUS_HOST"} {
		for _, value := range []string{"https://shop:hunter2@collector", strings.Repeat("x", 100<<10) + "hunter2"} {
			t.Setenv(name, value)
			_, err := observe.Start(t.Context(), observe.WithProfiles(""))
			if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "hunter2") || len(err.Error()) > 500 {
				t.Errorf("%s: error %.300v", name, err)
			}
		}
		t.Setenv(name, "")
	}
	_, port, _ := net.SplitHostPort(all[1].Addr().String())
	t.Setenv("OTEL_EXPORTER_PROMETHEUS_PORT", port)
	if _, err := observe.Start(t.Context(), observe.WithProfiles("")); err == nil || !strings.Contains(err.Error(), "choose another address") {
		t.Errorf("a port that is taken and meant: %v", err)
	}
	t.Setenv("OTEL_EXPORTER_PROMETHEUS_PORT", "0")
	t.Setenv("OTEL_EXPORTER_PROMETHEUS_HOST", "localhost")
	o, err := observe.Start(t.Context(), observe.WithProfiles(""), observe.WithTelemetryOptions(otelsetup.WithLogWriter(new(lines))))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(t.Context())
	if status, _ := get(t, o, "/metrics"); status != http.StatusOK {
		t.Errorf("at %v: %d", o.Addr(), status)
	}
}
