package redishook_test

import (
	"context"
	"os/exec"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"
	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startServer runs a Redis server until the end of the test, and returns its address.
func startServer(t testing.TB, args ...string) (address string, server *process.Process) {
	t.Helper()
	address, host, port := process.FreePort(t)
	args = append([]string{"--bind", host, "--port", strconv.Itoa(port), "--loglevel", "warning", "--save", "", "--dir", t.TempDir()}, args...)
	server = process.Start(t, exec.CommandContext(context.WithoutCancel(t.Context()), process.Installed(t, "redis-server"), args...))
	client := connect(t, &redis.Options{Addr: address})
	server.Eventually(t, "Redis", func() bool {
		err := client.Ping(t.Context()).Err()
		return err == nil || redis.HasErrorPrefix(err, "NOAUTH")
	})
	_ = client.Close()
	return address, server
}

// connect returns a client that is closed at the end of the test.
func connect(t testing.TB, options *redis.Options) *redis.Client {
	t.Helper()
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// A telemetry is what a hook reports to.
type telemetry struct {
	registry *instrument.Registry
	producer *instrument.Producer
	spans    *tracetest.SpanRecorder
	tracers  *sdktrace.TracerProvider
	log      *testutil.Log
	options  []instrument.Option
}

func newTelemetry(t testing.TB) *telemetry {
	t.Helper()
	tel := &telemetry{registry: instrument.NewRegistry(), spans: tracetest.NewSpanRecorder()}
	tel.producer = tel.registry.NewProducer()
	tel.tracers = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(tel.spans))
	logger, log := testutil.NewLog(t, zapcore.InfoLevel)
	tel.log = log
	tel.options = []instrument.Option{
		instrument.WithRegistry(tel.registry), instrument.WithTracerProvider(tel.tracers), instrument.WithLogger(logger),
	}
	return tel
}

func (tel *telemetry) collect(t testing.TB) testutil.Samples {
	return testutil.Collect(t, tel.producer)
}

// instrument puts a hook on a client until the end of the test.
func (tel *telemetry) instrument(t testing.TB, client redis.UniversalClient, options ...instrument.Option) *redishook.Hook {
	t.Helper()
	hook, err := redishook.Instrument(client, append(tel.options, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hook.Close() })
	return hook
}

// requests returns what kvdb.requests counted, as "GET ok", without zeros.
func (tel *telemetry) requests(t testing.TB) map[string]float64 {
	t.Helper()
	counts := make(map[string]float64)
	for _, s := range tel.collect(t).Find("kvdb.requests") {
		if s.Value > 0 {
			counts[s.Attributes["db.operation.name"]+" "+s.Attributes["kvdb.outcome"]] += s.Value
		}
	}
	return counts
}
