package environment

import "fmt"

// A Use is which variables have an effect beside the options of the program.
type Use struct {
	Endpoint       string // of the program, instead of those of the environment
	TracerProvider bool   // of the program: no variable about traces is read
	Sampler        bool   // of the program
	SpanExporters  bool   // of the program, whose batches are the environment's
	LogExporters   bool   // likewise
}

// Check tells wrong of each variable that is malformed. Those that have no effect
// are not looked at. A variable that two signals share is told of for each.
func (v Variables) Check(use Use, wrong func(variable string, err error)) {
	c := &checker{Variables: v, use: use, report: wrong}
	c.check(disabled, checkBool)
	_, err := c.Attributes()
	c.wrong(attributes, err)
	c.check(serviceName, checkUTF8)
	c.check(logLevel, checkLogLevel) // for most people it is the level of everything
	_, err = c.Propagator()
	c.wrong(propagators, err)
	if c.Disabled() {
		return
	}
	if !use.TracerProvider {
		c.traces()
	}
	c.metrics()
	c.logs()
}

type checker struct {
	Variables
	use    Use
	report func(variable string, err error)
}

func (c *checker) wrong(variable string, err error) {
	if err != nil {
		c.report(variable, err)
	}
}

func (c *checker) check(name string, check func(string) error) {
	if value := c.get(name); value != "" {
		c.wrong(name, check(value))
	}
}

func (c *checker) traces() {
	if !c.use.Sampler {
		c.sampler()
	}
	if r := c.exporters(Traces); r.OTLP || r.Console || c.use.SpanExporters {
		c.batches(Traces)
	}
}

func (c *checker) logs() {
	if r := c.exporters(Logs); r.OTLP || r.Console || c.use.LogExporters {
		c.batches(Logs)
	}
}

func (c *checker) metrics() {
	c.check(exemplarFilter, anyCase(oneOf("always_on", "always_off", "trace_based")))
	r := c.exporters(Metrics)
	if !r.OTLP && !r.Console {
		return
	}
	c.check(exportInterval, checkMilliseconds)
	c.check(exportTimeout, checkMilliseconds)
	if r.OTLP {
		c.check(Metrics.otlp+otlpTemporality, anyCase(oneOf("cumulative", "delta", "lowmemory")))
		c.check(Metrics.otlp+otlpAggregation, anyCase(oneOf("explicit_bucket_histogram", "base2_exponential_bucket_histogram")))
	}
}

// exporters checks where a signal goes to.
func (c *checker) exporters(s Signal) Routes {
	r, err := c.Routes(s, c.use.Endpoint)
	c.wrong(s.exporter, err)
	if r.OTLP {
		c.otlpOf(s)
	}
	return r
}

// otlpOf checks the variables that configure the OTLP exporter of a signal.
func (c *checker) otlpOf(s Signal) {
	receiver := c.Receiver(s, c.use.Endpoint)
	checkEndpoint, headers := CheckURL, checkHeaders
	if receiver.Protocol == GRPC {
		checkEndpoint, headers = checkTarget, checkMetadata
	}
	for _, prefix := range []string{s.otlp, otlp} {
		if c.use.Endpoint == "" {
			c.check(prefix+otlpEndpoint, checkEndpoint)
		}
		c.check(prefix+otlpProtocol, oneOf(HTTP, HTTPJSON, GRPC))
		c.check(prefix+otlpTimeout, checkMilliseconds)
		c.check(prefix+otlpCompression, oneOf("gzip", "none"))
		c.check(prefix+otlpInsecure, checkBool)
		c.check(prefix+otlpHeaders, headers)
		c.check(prefix+otlpCertificate, checkCertificates)
		c.wrong(prefix+otlpClientCert, checkKeyPair(c.get(prefix+otlpClientCert), c.get(prefix+otlpClientKey)))
	}
	if receiver.Protocol == HTTPJSON && s != Traces {
		c.wrong(c.otlp(s, otlpProtocol).name,
			fmt.Errorf("%s is there for traces only: set %s to %s or %s", HTTPJSON, s.otlp+otlpProtocol, HTTP, GRPC))
	}
	if receiver.Insecure {
		v := c.first(s.otlp+otlpCertificate, otlp+otlpCertificate, s.otlp+otlpClientCert, otlp+otlpClientCert)
		if v.name != "" {
			c.wrong(v.name, fmt.Errorf("the endpoint of %s is not an https one", s.Name))
		}
	}
}
