package otelsetup

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// environment looks a variable up, as os.Getenv does. The SDK and its exporters
// read most variables by themselves and pass over what they cannot parse, so
// they are checked here first.
type environment func(name string) string

func (e environment) get(name string) string { return strings.TrimSpace(e(name)) }

// first returns the first of the variables that is set.
func (e environment) first(names ...string) (name, value string) {
	for _, name := range names {
		if value := e.get(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

const (
	envServiceName = "OTEL_SERVICE_NAME"
	envAttributes  = "OTEL_RESOURCE_ATTRIBUTES"
	envSampler     = "OTEL_TRACES_SAMPLER"
	envSamplerArg  = "OTEL_TRACES_SAMPLER_ARG"

	envOTLP       = "OTEL_EXPORTER_OTLP_"
	envOTLPTraces = "OTEL_EXPORTER_OTLP_TRACES_"
)

// endpoint returns the variable that holds the OTLP endpoint of a signal.
func (e environment) endpoint(signal string) (name, value string) {
	return e.first(signal+"ENDPOINT", envOTLP+"ENDPOINT")
}

// protocol returns the OTLP protocol of a signal.
func (e environment) protocol(signal string) string {
	if _, value := e.first(signal+"PROTOCOL", envOTLP+"PROTOCOL"); value != "" {
		return value
	}
	return "http/protobuf"
}

func (e environment) validate(c *config, p *problems) {
	_, err := e.attributes()
	p.add(envAttributes, err)
	if c.tracerProvider != nil {
		return
	}
	if c.sampler == nil {
		e.validateSampler(p)
	}
	_, endpoint := e.endpoint(envOTLPTraces)
	exports := c.endpoint != "" || endpoint != ""
	if exports {
		e.validateOTLP(envOTLPTraces, c.endpoint == "", p)
	}
	if exports || len(c.spanExporters) > 0 {
		for _, name := range []string{
			"OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT",
			"OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
		} {
			e.check(name, checkPositive, p)
		}
	}
}

func (e environment) check(name string, check func(string) error, p *problems) {
	if value := e.get(name); value != "" {
		p.add(name, check(value))
	}
}

func (e environment) validateSampler(p *problems) {
	switch name := strings.ToLower(e.get(envSampler)); name {
	case "", "always_on", "always_off", "parentbased_always_on", "parentbased_always_off":
	case "traceidratio", "parentbased_traceidratio":
		e.check(envSamplerArg, checkRatio, p)
	default:
		p.add(envSampler, fmt.Errorf("unknown sampler %q", name))
	}
}

// validateOTLP checks the variables that configure the exporter of a signal.
func (e environment) validateOTLP(signal string, endpoint bool, p *problems) {
	checkEndpoint := checkHTTPURL
	if e.protocol(signal) == "grpc" {
		checkEndpoint = checkTarget
	}
	for _, prefix := range []string{signal, envOTLP} {
		if endpoint {
			e.check(prefix+"ENDPOINT", checkEndpoint, p)
		}
		e.check(prefix+"PROTOCOL", oneOf("http/protobuf", "http/json", "grpc"), p)
		e.check(prefix+"TIMEOUT", checkPositive, p)
		e.check(prefix+"COMPRESSION", oneOf("gzip", "none"), p)
		e.check(prefix+"INSECURE", checkBool, p)
		e.check(prefix+"HEADERS", checkHeaders, p)
		e.check(prefix+"CERTIFICATE", checkCertificates, p)
		p.add(prefix+"CLIENT_CERTIFICATE", checkKeyPair(e.get(prefix+"CLIENT_CERTIFICATE"), e.get(prefix+"CLIENT_KEY")))
	}
}

// attributes returns those of OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME, in
// this order.
func (e environment) attributes() ([]attribute.KeyValue, error) {
	var attrs []attribute.KeyValue
	if list := e.get(envAttributes); list != "" {
		for pair := range strings.SplitSeq(list, ",") {
			if strings.TrimSpace(pair) == "" {
				continue
			}
			key, value, err := splitPair(pair)
			if err != nil {
				return nil, err
			}
			attrs = append(attrs, attribute.String(key, value))
		}
	}
	if name := e.get(envServiceName); name != "" {
		attrs = append(attrs, attribute.String("service.name", name))
	}
	return attrs, nil
}

// splitPair splits key=value with a percent-encoded value. Its errors do not
// show the value, which may be a credential.
func splitPair(pair string) (key, value string, err error) {
	key, value, found := strings.Cut(pair, "=")
	key = strings.TrimSpace(key)
	if !found || key == "" {
		return "", "", errors.New("not a list of key=value pairs")
	}
	value, err = url.PathUnescape(strings.TrimSpace(value))
	if err != nil {
		return "", "", fmt.Errorf("the value of %q is not percent-encoded properly", key)
	}
	return key, value, nil
}

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		for _, v := range values {
			if v == value {
				return nil
			}
		}
		return fmt.Errorf("%q is none of %s", value, strings.Join(values, ", "))
	}
}

func checkPositive(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 {
		return fmt.Errorf("%q is not a positive whole number", value)
	}
	return nil
}

func checkRatio(value string) error {
	if f, err := strconv.ParseFloat(value, 64); err != nil || !(f >= 0 && f <= 1) {
		return fmt.Errorf("%q is not a number from 0 to 1", value)
	}
	return nil
}

func checkBool(value string) error {
	return oneOf("true", "false")(strings.ToLower(value))
}

func checkHeaders(value string) error {
	for pair := range strings.SplitSeq(value, ",") {
		if _, _, err := splitPair(pair); err != nil {
			return err
		}
	}
	return nil
}

// checkHTTPURL does not show the URL in its error: it may hold a password.
func checkHTTPURL(value string) error {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("not an http or https URL with a host, such as http://localhost:4318")
	}
	return nil
}

// checkTarget accepts what gRPC takes: a URL, or host and port.
func checkTarget(value string) error {
	if _, err := url.Parse(value); err != nil {
		return errors.New("not a URL, such as http://localhost:4317")
	}
	return nil
}

func checkCertificates(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		return fmt.Errorf("no certificate in %s", file)
	}
	return nil
}

func checkKeyPair(certificate, key string) error {
	if certificate == "" && key == "" {
		return nil
	}
	if certificate == "" || key == "" {
		return errors.New("the client's certificate and its key go together")
	}
	_, err := tls.LoadX509KeyPair(certificate, key)
	return err
}
