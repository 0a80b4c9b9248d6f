package otelsetup

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// receiver makes the exporters for where a signal goes to.
type receiver struct{ environment.Receiver }

// security is a URL for the options that take the scheme from one: nothing else
// switches the transport's security on in the exporter of logs.
func (r receiver) security() string {
	if r.Insecure {
		return "http://localhost"
	}
	return "https://localhost"
}

// kind is the otel.component.type of the exporter.
func (r receiver) kind(item string) string {
	switch r.Protocol {
	case environment.GRPC:
		return "otlp_grpc_" + item + "_exporter"
	case environment.HTTPJSON:
		return "otlp_http_json_" + item + "_exporter"
	}
	return "otlp_http_" + item + "_exporter"
}

// newOTLP connects a signal and makes its exporter, with one of the methods of a
// receiver.
func newOTLP[E any](ctx context.Context, t *Telemetry, c *config, s environment.Signal,
	newExporter func(receiver, context.Context, *http.Client) (E, error),
) (exporter E, r receiver, err error) {
	r, client, err := t.connect(c, s)
	if err == nil {
		exporter, err = newExporter(r, ctx, client)
	}
	if err != nil {
		err = fmt.Errorf("OTLP exporter of %s: %w", s.Name, err)
	}
	return exporter, r, err
}

func (r receiver) newSpanExporter(ctx context.Context, client *http.Client) (*otlptrace.Exporter, error) {
	if r.Protocol == environment.GRPC {
		return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(r.security()), otlptracegrpc.WithEndpoint(r.Target))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(r.URL), otlptracehttp.WithHTTPClient(client))
}

func (r receiver) newMetricExporter(ctx context.Context, client *http.Client) (sdkmetric.Exporter, error) {
	if r.Protocol == environment.GRPC {
		return otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(r.security()), otlpmetricgrpc.WithEndpoint(r.Target))
	}
	return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(r.URL), otlpmetrichttp.WithHTTPClient(client))
}

func (r receiver) newLogExporter(ctx context.Context, client *http.Client) (sdklog.Exporter, error) {
	if r.Protocol == environment.GRPC {
		return otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(r.security()), otlploggrpc.WithEndpoint(r.Target))
	}
	return otlploghttp.New(ctx, otlploghttp.WithEndpointURL(r.URL), otlploghttp.WithHTTPClient(client))
}
