package otelsetup

// WithLenientEnvironment makes Start go on when a variable is malformed: it logs
// what is wrong, as "environment ignored" at the level error, and starts as if
// no variable of the package comment were set, so that nothing leaves the machine
// to where nobody meant it to. That is for a program that serves whatever its
// telemetry does. What is wrong with options is still an error.
//
// The OpenTelemetry SDK goes on to read by itself its limits, the attributes in
// OTEL_RESOURCE_ATTRIBUTES, the exemplar filter, and for exporters that options
// ask for their batches, intervals and headers; it passes over what it cannot
// parse.
//
// By default, a malformed variable is an error of Start.
func WithLenientEnvironment() Option {
	return optionFunc(func(c *config) { c.lenient = true })
}

// settle returns what is wrong with the options and the environment or, where
// that is the environment alone and the caller lenient, goes on without it and
// returns what was ignored.
func (c *config) settle() (ignored, err error) {
	err = c.validate()
	if err == nil || !c.lenient {
		return nil, err
	}
	ignored = err
	c.env, c.disabled = func(string) string { return "" }, false
	if err := c.validate(); err != nil {
		return nil, err
	}
	return ignored, nil
}
