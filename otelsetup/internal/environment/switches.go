package environment

import (
	"fmt"
	"math"
	"strings"

	"github.com/otelkv/otelkv/otelsetup/internal/oneline"
)

// Disabled reports whether the SDK is to do nothing.
func (v Variables) Disabled() bool { return strings.EqualFold(v.get(disabled), "true") }

// Exemplars reports whether there are any.
func (v Variables) Exemplars() bool { return !strings.EqualFold(v.get(exemplarFilter), "always_off") }

// HasSampler reports whether the SDK is to make a sampler of the environment.
func (v Variables) HasSampler() bool { return v.get(sampler) != "" }

// The verbosities of the SDK's own logger, a logr.Logger.
const (
	VerbosityNone  = math.MinInt
	VerbosityError = 0
	VerbosityWarn  = 1
	VerbosityInfo  = 4
	VerbosityDebug = 8
)

var verbosities = map[string]int{
	"none":  VerbosityNone,
	"error": VerbosityError,
	"warn":  VerbosityWarn,
	"info":  VerbosityInfo,
	"debug": VerbosityDebug,
}

// Verbosity returns up to which one the SDK's own logger logs. The default shows
// warnings: it is by them that the SDK tells of what it dropped.
func (v Variables) Verbosity() int {
	if verbosity, ok := verbosities[strings.ToLower(v.get(logLevel))]; ok {
		return verbosity
	}
	return VerbosityWarn
}

func checkLogLevel(value string) error {
	if _, ok := verbosities[strings.ToLower(value)]; !ok {
		return fmt.Errorf("%s is none of none, error, warn, info, debug", oneline.Value(value))
	}
	return nil
}

// sampler checks the variables of the sampler.
func (c *checker) sampler() {
	switch name := strings.ToLower(c.get(sampler)); name {
	case "", "always_on", "always_off", "parentbased_always_on", "parentbased_always_off":
	case "traceidratio", "parentbased_traceidratio":
		c.check(samplerArgument, checkRatio)
	default:
		c.wrong(sampler, fmt.Errorf("unknown sampler %s: there are [parentbased_]always_on, always_off and traceidratio", oneline.Value(name)))
	}
}
