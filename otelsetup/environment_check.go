package otelsetup

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// validate finds the variables that are malformed. Those that have no effect
// are not looked at.
func (e environment) validate(c *config, p *problems) {
	e.check(envDisabled, checkBool, p)
	_, err := e.attributes()
	p.add(envAttributes, err)
	e.check(envServiceName, checkUTF8, p)
	e.check(envDiagnostics, checkDiagnostics, p) // for most people it is the level of everything
	if c.disabled {
		return
	}
	if c.tracerProvider == nil {
		e.validateTraces(c, p)
	}
	e.validateMetrics(c, p)
	e.validateLogs(c, p)
}

func (e environment) check(name string, check func(string) error, p *problems) {
	if value := e.get(name); value != "" {
		p.add(name, check(value))
	}
}

func (e environment) validateTraces(c *config, p *problems) {
	if c.sampler == nil {
		e.validateSampler(p)
	}
	r := e.validateExport(c, signalTraces, p)
	if r.otlp || r.console || len(c.spanExporters) > 0 {
		e.validateBatches(envSpanBatches, p)
	}
}

func (e environment) validateLogs(c *config, p *problems) {
	r := e.validateExport(c, signalLogs, p)
	if r.otlp || r.console || len(c.logExporters) > 0 {
		e.validateBatches(envLogBatches, p)
	}
}

func (e environment) validateMetrics(c *config, p *problems) {
	e.check(envExemplarFilter, anyCase(oneOf("always_on", "always_off", "trace_based")), p)
	r := e.validateExport(c, signalMetrics, p)
	if !r.otlp && !r.console {
		return
	}
	e.check(envMetricExports+"INTERVAL", checkMilliseconds, p)
	e.check(envMetricExports+"TIMEOUT", checkMilliseconds, p)
	if r.otlp {
		e.check(signalMetrics.otlp+"TEMPORALITY_PREFERENCE", anyCase(oneOf("cumulative", "delta", "lowmemory")), p)
		e.check(signalMetrics.otlp+"DEFAULT_HISTOGRAM_AGGREGATION",
			anyCase(oneOf("explicit_bucket_histogram", "base2_exponential_bucket_histogram")), p)
	}
}

func (e environment) validateSampler(p *problems) {
	switch name := strings.ToLower(e.get(envSampler)); name {
	case "", "always_on", "always_off", "parentbased_always_on", "parentbased_always_off":
	case "traceidratio", "parentbased_traceidratio":
		e.check(envSamplerArg, checkRatio, p)
	default:
		p.add(envSampler, fmt.Errorf("unknown sampler %s: there are [parentbased_]always_on, always_off and traceidratio", oneline.Value(name)))
	}
}

// validateExport checks where a signal goes to.
func (e environment) validateExport(c *config, s signal, p *problems) routes {
	r, err := c.routes(s)
	p.add(s.exporter, err)
	if r.otlp {
		e.validateOTLP(c, s, p)
	}
	return r
}

// validateOTLP checks the variables that configure the exporter of a signal.
func (e environment) validateOTLP(c *config, s signal, p *problems) {
	receiver := c.receiver(s)
	checkEndpoint, headers := checkHTTPURL, checkHeaders
	if receiver.protocol == protocolGRPC {
		checkEndpoint, headers = checkTarget, checkMetadata
	}
	for _, prefix := range []string{s.otlp, envOTLP} {
		if c.endpoint == "" {
			e.check(prefix+"ENDPOINT", checkEndpoint, p)
		}
		e.check(prefix+"PROTOCOL", oneOf(protocolHTTP, protocolJSON, protocolGRPC), p)
		e.check(prefix+"TIMEOUT", checkMilliseconds, p)
		e.check(prefix+"COMPRESSION", oneOf("gzip", "none"), p)
		e.check(prefix+"INSECURE", checkBool, p)
		e.check(prefix+"HEADERS", headers, p)
		e.check(prefix+"CERTIFICATE", checkCertificates, p)
		p.add(prefix+"CLIENT_CERTIFICATE", checkKeyPair(e.get(prefix+"CLIENT_CERTIFICATE"), e.get(prefix+"CLIENT_KEY")))
	}
	if receiver.protocol == protocolJSON && s != signalTraces {
		v := e.first(s.otlp+"PROTOCOL", envOTLP+"PROTOCOL")
		p.add(v.name, fmt.Errorf("%s is there for traces only: set %sPROTOCOL to %s or %s", protocolJSON, s.otlp, protocolHTTP, protocolGRPC))
	}
	if receiver.insecure {
		v := e.first(s.otlp+"CERTIFICATE", envOTLP+"CERTIFICATE", s.otlp+"CLIENT_CERTIFICATE", envOTLP+"CLIENT_CERTIFICATE")
		if v.name != "" {
			p.add(v.name, fmt.Errorf("the endpoint of %s is not an https one", s.name))
		}
	}
}

// validateBatches checks the variables of a batch processor. A batch that is
// larger than the queue would never be full.
func (e environment) validateBatches(prefix string, p *problems) {
	e.check(prefix+"SCHEDULE_DELAY", checkMilliseconds, p)
	e.check(prefix+"EXPORT_TIMEOUT", checkMilliseconds, p)
	e.check(prefix+"MAX_QUEUE_SIZE", checkQueue, p)
	e.check(prefix+"MAX_EXPORT_BATCH_SIZE", func(value string) error {
		if err := checkPositive(value); err != nil {
			return err
		}
		if n, _ := strconv.Atoi(value); n > e.queue(prefix) {
			return fmt.Errorf("%d is more than the queue's size of %d", n, e.queue(prefix))
		}
		return nil
	}, p)
}

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(values, value) {
			return nil
		}
		return fmt.Errorf("%s is none of %s", oneline.Value(value), strings.Join(values, ", "))
	}
}

func anyCase(check func(string) error) func(string) error {
	return func(value string) error { return check(strings.ToLower(value)) }
}

// The SDK multiplies by a million and makes room for the queue at once.
const (
	maxMilliseconds = math.MaxInt32
	maxQueue        = 1_000_000
)

func checkPositive(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 {
		return fmt.Errorf("%s is not a positive whole number", oneline.Value(value))
	}
	return nil
}

func checkMilliseconds(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 || n > maxMilliseconds {
		return fmt.Errorf("%s is not a positive whole number of milliseconds", oneline.Value(value))
	}
	return nil
}

func checkQueue(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n <= 0 || n > maxQueue {
		return fmt.Errorf("%s is not a whole number from 1 to %d", oneline.Value(value), maxQueue)
	}
	return nil
}

func checkRatio(value string) error {
	if f, err := strconv.ParseFloat(value, 64); err != nil || !(f >= 0 && f <= 1) {
		return fmt.Errorf("%s is not a number from 0 to 1", oneline.Value(value))
	}
	return nil
}

func checkBool(value string) error {
	return anyCase(oneOf("true", "false"))(value)
}

// checkHeaders refuses what would be refused again with each request. It says
// which header it is by its place (see splitPair).
func checkHeaders(list string) error {
	for i, pair := range pairs(list) {
		key, value, err := splitPair(pair)
		switch {
		case err != nil:
			return fmt.Errorf("header %d: %w", i+1, err)
		case strings.ContainsFunc(key, func(r rune) bool {
			return r <= ' ' || r >= unicode.MaxASCII || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
		}):
			return fmt.Errorf("header %d: its name has a character that none can have; headers are name=value,name=value", i+1)
		case strings.ContainsFunc(value, unicode.IsControl):
			return fmt.Errorf("header %d: its value has a control character", i+1)
		}
	}
	return nil
}

// checkMetadata is checkHeaders for gRPC, which allows less and fails each call
// over the rest.
func checkMetadata(list string) error {
	if err := checkHeaders(list); err != nil {
		return err
	}
	for i, pair := range pairs(list) {
		key, value, _ := splitPair(pair)
		switch {
		case strings.ContainsFunc(key, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
		}):
			return fmt.Errorf("header %d: its name has a character that gRPC does not know", i+1)
		case !strings.HasSuffix(key, "-bin") && strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
			return fmt.Errorf("header %d: its value is not ASCII, as gRPC has it", i+1)
		}
	}
	return nil
}

// checkUTF8 does not show the text: it may be a part of a credential.
func checkUTF8(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8")
	}
	return nil
}

func checkDiagnostics(value string) error {
	if _, ok := diagnosticLevels[strings.ToLower(value)]; !ok {
		return fmt.Errorf("%s is none of none, error, warn, info, debug", oneline.Value(value))
	}
	return nil
}
