package otelsetup

import (
	"cmp"
	"errors"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// environment looks a variable up, as os.Getenv does. The SDK and its exporters
// read most variables by themselves and pass over what they cannot parse, so
// they are checked here first.
type environment func(name string) string

// A variable is one that is set, or the zero value.
type variable struct{ name, value string }

func (e environment) get(name string) string { return strings.TrimSpace(e(name)) }

// first returns the first of the variables that is set.
func (e environment) first(names ...string) variable {
	for _, name := range names {
		if value := e.get(name); value != "" {
			return variable{name, value}
		}
	}
	return variable{}
}

const (
	envServiceName    = "OTEL_SERVICE_NAME"
	envAttributes     = "OTEL_RESOURCE_ATTRIBUTES"
	envDisabled       = "OTEL_SDK_DISABLED"
	envDiagnostics    = "OTEL_LOG_LEVEL"
	envSampler        = "OTEL_TRACES_SAMPLER"
	envSamplerArg     = "OTEL_TRACES_SAMPLER_ARG"
	envExemplarFilter = "OTEL_METRICS_EXEMPLAR_FILTER"

	envOTLP          = "OTEL_EXPORTER_OTLP_"
	envSpanBatches   = "OTEL_BSP_"
	envLogBatches    = "OTEL_BLRP_"
	envMetricExports = "OTEL_METRIC_EXPORT_"
)

// endpoint returns the OTLP endpoint of a signal.
func (e environment) endpoint(s signal) variable {
	return e.first(s.otlp+"ENDPOINT", envOTLP+"ENDPOINT")
}

// protocol returns the OTLP protocol of a signal.
func (e environment) protocol(s signal) string {
	if v := e.first(s.otlp+"PROTOCOL", envOTLP+"PROTOCOL"); v.value != "" {
		return v.value
	}
	return protocolHTTP
}

// insecure reports whether a gRPC endpoint without a scheme goes without TLS.
func (e environment) insecure(s signal) bool {
	return strings.EqualFold(e.first(s.otlp+"INSECURE", envOTLP+"INSECURE").value, "true")
}

// disabled reports whether the SDK is to do nothing.
func (e environment) disabled() bool {
	return strings.EqualFold(e.get(envDisabled), "true")
}

// exemplars reports whether there are any.
func (e environment) exemplars() bool {
	return !strings.EqualFold(e.get(envExemplarFilter), "always_off")
}

// queue returns how many records may wait, of the kind whose variables begin
// so. The default is the specification's.
func (e environment) queue(batches string) int {
	if n, err := strconv.Atoi(e.get(batches + "MAX_QUEUE_SIZE")); err == nil {
		return n
	}
	return 2048
}

// attributes returns those of OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, in
// this order.
func (e environment) attributes() ([]attribute.KeyValue, error) {
	var attrs []attribute.KeyValue
	if list := e.get(envAttributes); list != "" {
		for _, pair := range pairs(list) {
			attr, err := splitAttribute(pair)
			if err != nil {
				return nil, err
			}
			attrs = append(attrs, attr)
		}
	}
	if name := e.get(envServiceName); name != "" {
		attrs = append(attrs, attribute.String(catalog.ServiceName, name))
	}
	return attrs, nil
}

// pairs returns those of a list, with their places. An empty one, as after a comma
// at the end, is none, in every variable.
func pairs(list string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, pair := range strings.Split(list, ",") {
			if strings.TrimSpace(pair) != "" && !yield(i, pair) {
				return
			}
		}
	}
}

// splitPair splits key=value with a percent-encoded value. Its errors show
// neither: the value may be a credential and, where a header is written with a
// colon, so may what is before the sign.
func splitPair(pair string) (key, value string, err error) {
	key, value, found := strings.Cut(pair, "=")
	key = strings.TrimSpace(key)
	if !found || key == "" {
		return "", "", errors.New("not a list of key=value pairs")
	}
	value, err = url.PathUnescape(strings.TrimSpace(value))
	if err != nil {
		return "", "", errors.New("a value is not percent-encoded properly")
	}
	return key, value, nil
}

// splitAttribute is splitPair for an attribute, which is UTF-8.
func splitAttribute(pair string) (attribute.KeyValue, error) {
	key, value, err := splitPair(pair)
	if err == nil && cmp.Or(checkUTF8(key), checkUTF8(value)) != nil {
		err = errors.New("not UTF-8, once it is percent-decoded")
	}
	return attribute.String(key, value), err
}
