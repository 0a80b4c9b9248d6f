package otelsetup

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

const (
	protocolHTTP = "http/protobuf"
	protocolJSON = "http/json"
	protocolGRPC = "grpc"
)

// A receiver is where the OTLP exporter of a signal sends to. The exporters
// read the environment too, but each in its own way: whether a gRPC endpoint
// without a scheme is secure, for one, depends on the signal. They are told.
type receiver struct {
	protocol string
	url      string // for HTTP
	target   string // for gRPC
	insecure bool
}

// receiver returns that of a signal: the option's, that of the environment, or
// the default one of the specification.
func (c *config) receiver(s signal) receiver {
	r := receiver{protocol: c.env.protocol(s)}
	endpoint, base := c.endpoint, true
	if endpoint == "" {
		v := c.env.endpoint(s)
		endpoint, base = v.value, v.name != s.otlp+"ENDPOINT"
	}
	if r.protocol == protocolGRPC {
		r.dial(endpoint, c.env.insecure(s))
		return r
	}
	if endpoint == "" {
		endpoint = "http://localhost:4318"
	}
	r.url = endpoint
	if base {
		r.url = strings.TrimSuffix(endpoint, "/") + s.path
	}
	u, err := url.Parse(endpoint)
	r.insecure = err == nil && u.Scheme == "http"
	return r
}

// dial sets what gRPC is to dial. A scheme that is not that of a URL is gRPC's
// own affair, such as dns:///host:port.
func (r *receiver) dial(endpoint string, insecure bool) {
	if endpoint == "" {
		endpoint = "http://localhost:4317"
	}
	r.target, r.insecure = endpoint, insecure
	u, err := url.Parse(endpoint)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		r.target, r.insecure = u.Host, u.Scheme == "http"
	}
}

// security is a URL for the options that take the scheme from one: nothing else
// switches the transport's security on in the exporter of logs.
func (r receiver) security() string {
	if r.insecure {
		return "http://localhost"
	}
	return "https://localhost"
}

// kind is the otel.component.type of the exporter.
func (r receiver) kind(item string) string {
	switch r.protocol {
	case protocolGRPC:
		return "otlp_grpc_" + item + "_exporter"
	case protocolJSON:
		return "otlp_http_json_" + item + "_exporter"
	}
	return "otlp_http_" + item + "_exporter"
}

// newOTLP connects a signal and makes its exporter, with one of the methods of a
// receiver.
func newOTLP[E any](ctx context.Context, t *Telemetry, c *config, s signal,
	newExporter func(receiver, context.Context, *http.Client) (E, error),
) (exporter E, r receiver, err error) {
	r, client, err := t.connect(c, s)
	if err == nil {
		exporter, err = newExporter(r, ctx, client)
	}
	if err != nil {
		err = fmt.Errorf("OTLP exporter of %s: %w", s.name, err)
	}
	return exporter, r, err
}

func (r receiver) newSpanExporter(ctx context.Context, client *http.Client) (*otlptrace.Exporter, error) {
	if r.protocol == protocolGRPC {
		return otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(r.security()), otlptracegrpc.WithEndpoint(r.target))
	}
	return otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(r.url), otlptracehttp.WithHTTPClient(client))
}

func (r receiver) newMetricExporter(ctx context.Context, client *http.Client) (sdkmetric.Exporter, error) {
	if r.protocol == protocolGRPC {
		return otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpointURL(r.security()), otlpmetricgrpc.WithEndpoint(r.target))
	}
	return otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(r.url), otlpmetrichttp.WithHTTPClient(client))
}

func (r receiver) newLogExporter(ctx context.Context, client *http.Client) (sdklog.Exporter, error) {
	if r.protocol == protocolGRPC {
		return otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(r.security()), otlploggrpc.WithEndpoint(r.target))
	}
	return otlploghttp.New(ctx, otlploghttp.WithEndpointURL(r.url), otlploghttp.WithHTTPClient(client))
}
