package otelsetup

import (
	"errors"
	"fmt"
	"math"

	"go.uber.org/zap/zapcore"

	"github.com/otelkv/otelkv/internal/typednil"
	"github.com/otelkv/otelkv/otelsetup/internal/environment"
)

// validate returns every problem with the options and the environment at once.
func (c *config) validate() error {
	var p problems
	c.validateConflicts(&p)
	c.validateLogging(&p)
	c.validateNils(&p)
	for _, attr := range c.attributes {
		if !attr.Valid() {
			p.add("WithResourceAttributes", fmt.Errorf("the attribute %q has no key or no value", attr.Key))
		}
	}
	for _, bound := range c.durationBounds {
		if !(bound > 0) || math.IsInf(bound, 1) {
			p.add("WithDurationBounds", fmt.Errorf("%v is not a positive number of seconds", bound))
		}
	}
	for _, reader := range c.readers {
		if reader.factory == nil {
			p.add("WithReader", errors.New("the factory is nil"))
		}
	}
	if c.registry != nil && (typednil.Is(c.registry.Registerer) || typednil.Is(c.registry.Gatherer)) {
		p.add("WithPrometheusRegistry", errors.New("one of the registerer and the gatherer is nil: pass both, or neither"))
	}
	if c.shutdownTimeout <= 0 {
		p.add("WithShutdownTimeout", fmt.Errorf("%v is not positive", c.shutdownTimeout))
	}
	if c.endpoint != "" {
		p.add("WithOTLPEndpoint", environment.CheckURL(c.endpoint))
	}
	c.env.Check(environment.Use{
		Endpoint:       c.endpoint,
		TracerProvider: c.tracerProvider != nil,
		Sampler:        c.sampler != nil,
		SpanExporters:  len(c.spanExporters) > 0,
		LogExporters:   len(c.logExporters) > 0,
	}, p.add)
	return p.err()
}

// validateConflicts finds the options that configure what another one brings
// along ready-made.
func (c *config) validateConflicts(p *problems) {
	logger := "logger of WithLogger"
	if c.slog != nil {
		logger = "handler of WithSlog"
	}
	for _, conflict := range []struct {
		given        bool
		option, with string
	}{
		{c.tracerProvider != nil && len(c.spanProcessors) > 0, "WithSpanProcessor", "provider of WithTracerProvider"},
		{c.tracerProvider != nil && len(c.spanExporters) > 0, "WithSpanExporter", "provider of WithTracerProvider"},
		{c.tracerProvider != nil && c.sampler != nil, "WithSampler", "provider of WithTracerProvider"},
		{c.tracerProvider != nil && c.defaultSampler != nil, "WithDefaultSampler", "provider of WithTracerProvider"},
		{c.logger != nil && c.logWriter != nil, "WithLogWriter", logger},
		{c.logger != nil && c.logLevel != nil, "WithLogLevel", logger},
		{c.logger != nil && c.logSampling != nil, "WithLogSampling", logger},
	} {
		if conflict.given {
			p.add(conflict.option, errors.New("has no effect on the "+conflict.with))
		}
	}
}

// validateNils finds nil pointers in interfaces, as a constructor leaves whose
// error nobody looked at: their methods would panic later, far from here. A nil
// alone changes nothing.
func (c *config) validateNils(p *problems) {
	check := func(option string, value any) {
		p.add(option, typednil.Check(value))
	}
	check("WithTracerProvider", c.tracerProvider)
	check("WithSampler", c.sampler)
	check("WithDefaultSampler", c.defaultSampler)
	check("WithSlog", c.slog)
	check("WithLogWriter", c.logWriter)
	for _, sp := range c.spanProcessors {
		check("WithSpanProcessor", sp)
	}
	for _, e := range c.spanExporters {
		check("WithSpanExporter", e)
	}
	for _, e := range c.logExporters {
		check("WithLogExporter", e)
	}
}

func (c *config) validateLogging(p *problems) {
	if c.logLevel != nil && (*c.logLevel < zapcore.DebugLevel || *c.logLevel > zapcore.FatalLevel) {
		p.add("WithLogLevel", fmt.Errorf("%v is not a level from debug to fatal", *c.logLevel))
	}
	if s := c.logSampling; s != nil && (s.interval <= 0 || s.first < 0 || s.thereafter < 0 || s.first+s.thereafter == 0) {
		p.add("WithLogSampling", fmt.Errorf("%d lines and then every %d-th in %v would not log anything", s.first, s.thereafter, s.interval))
	}
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
	c.env, c.disabled = environment.None, false
	if err := c.validate(); err != nil {
		return nil, err
	}
	return ignored, nil
}
