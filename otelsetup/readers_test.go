package otelsetup_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelkv/otelkv/otelsetup"
)

// A listener is an exporter that keeps names of metrics, or hangs in everything.
type listener struct {
	hangs bool
	names chan string // buffered
}

func (*listener) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}

func (*listener) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (l *listener) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	if l.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			select {
			case l.names <- m.Name:
			default:
			}
		}
	}
	return nil
}

func (l *listener) ForceFlush(ctx context.Context) error { return l.end(ctx) }
func (l *listener) Shutdown(ctx context.Context) error   { return l.end(ctx) }

func (l *listener) end(ctx context.Context) error {
	if l.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (l *listener) option() otelsetup.Option {
	return otelsetup.WithReader(l.Temporality, func(p sdkmetric.Producer) (sdkmetric.Reader, error) {
		return sdkmetric.NewPeriodicReader(l, sdkmetric.WithProducer(p), sdkmetric.WithInterval(time.Hour)), nil
	})
}

// A reader that hangs takes no time from the others, whichever comes first.
func TestReaderThatHangs(t *testing.T) {
	for name, receiverHangs := range map[string]bool{"the receiver": true, "the program's reader": false} {
		t.Run(name, func(t *testing.T) {
			b := new(backend)
			url := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if receiverHangs {
					io.Copy(io.Discard, r.Body)
					<-r.Context().Done()
					return
				}
				b.ServeHTTP(w, r)
			}))
			l := &listener{hangs: !receiverHangs, names: make(chan string, 1000)}
			tel, err := otelsetup.Start(t.Context(), otelsetup.WithLogWriter(io.Discard), otelsetup.WithOTLPEndpoint(url), l.option(), otelsetup.WithShutdownTimeout(2*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			use(t, tel, "orders")
			if err := tel.Shutdown(t.Context()); err == nil || !strings.Contains(err.Error(), "metrics") {
				t.Errorf("error %v, want one about the metrics", err)
			}
			arrived := b.metric("kvdb.requests") != nil
			for len(l.names) > 0 {
				arrived = <-l.names == "kvdb.requests" || arrived
			}
			if !arrived {
				t.Error("the one that does not hang got nothing")
			}
		})
	}
}
