package otelsetup

import (
	"os"
	"strings"
	"sync"
)

// WithLenientEnvironment makes Start go on when a variable is malformed: it logs
// what is wrong, as "environment ignored" at the level error, and starts as if
// no variable of the package comment were set, so that nothing leaves the machine
// to where nobody meant it to. That is for a program that serves whatever its
// telemetry does. What is wrong with options is still an error.
//
// The OpenTelemetry SDK goes on to read by itself its limits, the attributes in
// OTEL_RESOURCE_ATTRIBUTES, the exemplar filter, and for exporters that options
// ask for their batches, intervals and headers; it passes over what it cannot
// parse. Attributes that are wrong, such as text that is not UTF-8, are left out:
// while Start runs, OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME of the process
// are without them.
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

// hiding is what the environment of the process lacks while a Start runs that
// must not see it. Several may run at once, and one may hang.
var hiding struct {
	sync.Mutex
	starts int
	hidden map[string]string
}

// hideBadAttributes takes what is wrong out of the variables that the SDK's
// providers read by themselves while they are made, until restore is called. They
// would add text to the resource that no export gets past, and a log record has no
// other way to another resource.
func hideBadAttributes() (restore func()) {
	hiding.Lock()
	defer hiding.Unlock()
	if hiding.starts++; hiding.starts > 1 {
		return showAttributes
	}
	var good []string
	list, name := os.Getenv(envAttributes), os.Getenv(envServiceName)
	for pair := range strings.SplitSeq(list, ",") {
		if _, err := splitAttribute(pair); err == nil {
			good = append(good, pair)
		}
	}
	hiding.hidden = make(map[string]string)
	hide := func(variable, before, after string) {
		if before != after && os.Setenv(variable, after) == nil {
			hiding.hidden[variable] = before
		}
	}
	hide(envAttributes, list, strings.Join(good, ","))
	if checkUTF8(name) != nil {
		hide(envServiceName, name, "")
	}
	if sampler := os.Getenv(envSampler); sampler != "" { // which has no effect, and the SDK shows a wrong one whole
		hide(envSampler, sampler, "parentbased_always_on")
	}
	return showAttributes
}

// showAttributes puts back what is hidden, once for each hideBadAttributes.
func showAttributes() {
	hiding.Lock()
	defer hiding.Unlock()
	if hiding.starts--; hiding.starts > 0 {
		return
	}
	for variable, before := range hiding.hidden {
		_ = os.Setenv(variable, before) // as it was: it cannot fail
	}
	hiding.hidden = nil
}
