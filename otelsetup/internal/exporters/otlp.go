package exporters

import (
	"context"
	"fmt"
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

// made makes the exporters of a signal, E with a kind being N.
func made[E, N any](ctx context.Context, settings Settings, s environment.Signal,
	otlp func(receiver, context.Context) (E, error), item string, named func(E, string) N, toConsole func(*console) E,
) ([]N, error) {
	routes, err := settings.Environment.Routes(s, settings.Endpoint)
	if err != nil {
		return nil, err
	}
	var all []N
	if routes.OTLP {
		r, err := settings.connect(s)
		if err != nil {
			return nil, fmt.Errorf("OTLP exporter of %s: %w", s.Name, err)
		}
		exporter, err := otlp(r, ctx)
		if err != nil {
			return nil, fmt.Errorf("OTLP exporter of %s: %w", s.Name, err)
		}
		all = append(all, named(exporter, r.kind(item)))
	}
	if routes.Console {
		all = append(all, named(toConsole(&console{settings.Console}), "console_"+item+"_exporter"))
	}
	return all, nil
}
