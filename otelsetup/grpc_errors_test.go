package otelsetup_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/kvdb"
)

// slowHealth is a server that answers a Check when the client has gone.
type slowHealth struct{ *health.Server }

func (slowHealth) Check(ctx context.Context, _ *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// serve returns a connection to a real server, and what ends the server.
func serve(t *testing.T, s healthpb.HealthServer) (*grpc.ClientConn, func()) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, s)
	served := make(chan error)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		<-served
	})
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, server.Stop
}

func check(ctx context.Context, conn *grpc.ClientConn) error {
	_, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{Service: "unknown"})
	return err
}

// What a real gRPC client returns counts as what it is, though package instrument
// does not import gRPC.
func TestErrorsOfGRPC(t *testing.T) {
	for _, c := range []struct {
		name string
		call func(t *testing.T) error
		want string
	}{
		{"deadline", func(t *testing.T) error {
			conn, _ := serve(t, slowHealth{health.NewServer()})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			return check(ctx, conn)
		}, "error timeout"},
		{"canceled", func(t *testing.T) error {
			conn, _ := serve(t, slowHealth{health.NewServer()})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return check(ctx, conn)
		}, "canceled "},
		{"no server", func(t *testing.T) error {
			conn, stop := serve(t, health.NewServer())
			stop()
			return check(t.Context(), conn)
		}, "error unavailable"},
		{"closed connection", func(t *testing.T) error {
			conn, _ := serve(t, health.NewServer())
			_ = conn.Close()
			return check(t.Context(), conn)
		}, "canceled "},
		{"not found", func(t *testing.T) error {
			conn, _ := serve(t, health.NewServer())
			return check(t.Context(), conn)
		}, "error _OTHER"},
		{"data loss", func(*testing.T) error { return status.Error(codes.DataLoss, "page 7") }, "error corruption"},
		{"internal", func(*testing.T) error { return status.Error(codes.Internal, "oops") }, "error _OTHER"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.call(t)
			if err == nil {
				t.Fatal("no error")
			}
			for how, e := range map[string]error{
				"itself":  err,
				"wrapped": fmt.Errorf("etcd: %w", err),
				"joined":  errors.Join(errors.New("retried"), err),
			} {
				if got := recordedAs(t, e); got != c.want {
					t.Errorf("%s: %v is recorded as %q, want %q", how, e, got, c.want)
				}
			}
		})
	}
}

// recordedAs returns the outcome and the type of a call that ends with err.
func recordedAs(t *testing.T, err error) string {
	t.Helper()
	registry := instrument.NewRegistry()
	r, problem := instrument.NewRecorder(kvdb.Info{System: "etcd"}, []string{"get"}, instrument.WithRegistry(registry))
	if problem != nil {
		t.Fatal(problem)
	}
	defer r.Close()
	_, _ = instrument.Do(context.Background(), r.Operation("get").Call(), func(context.Context) (int, error) { return 0, err })
	reader := metric.NewManualReader(metric.WithProducer(registry.NewProducer()))
	_ = metric.NewMeterProvider(metric.WithReader(reader))
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	return counted(all, "kvdb.requests", "kvdb.outcome") + " " + counted(all, "kvdb.errors", "error.type")
}

// counted returns the value of an attribute of the point of a metric that is 1.
func counted(all metricdata.ResourceMetrics, name, attribute string) string {
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if m.Name != name || !ok {
				continue
			}
			for _, p := range sum.DataPoints {
				for _, a := range p.Attributes.ToSlice() {
					if p.Value == 1 && string(a.Key) == attribute {
						return a.Value.AsString()
					}
				}
			}
		}
	}
	return ""
}
