package exporters

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// A receiver is where an OTLP exporter sends to, and, for HTTP, through what.
type receiver struct {
	environment.Receiver
	client *http.Client
}

func (r receiver) spans(ctx context.Context) (sdktrace.SpanExporter, error) {
	if r.Protocol == environment.GRPC {
		return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(r.security()), otlptracegrpc.WithEndpoint(r.Target))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(r.URL), otlptracehttp.WithHTTPClient(r.client))
}

func (r receiver) metrics(ctx context.Context) (sdkmetric.Exporter, error) {
	if r.Protocol == environment.GRPC {
		return otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(r.security()), otlpmetricgrpc.WithEndpoint(r.Target))
	}
	return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(r.URL), otlpmetrichttp.WithHTTPClient(r.client))
}

func (r receiver) logs(ctx context.Context) (sdklog.Exporter, error) {
	if r.Protocol == environment.GRPC {
		return otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(r.security()), otlploggrpc.WithEndpoint(r.Target))
	}
	return otlploghttp.New(ctx, otlploghttp.WithEndpointURL(r.URL), otlploghttp.WithHTTPClient(r.client))
}

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
