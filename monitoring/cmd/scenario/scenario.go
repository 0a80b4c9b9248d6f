// Package scenario has, for each alert of monitoring/cmd/generate, series over time and what
// fires of them, in each way in which alerts go wrong. promtool's tests are made of them, and
// monitoring/proof holds each number of the rules to them.
package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otelkv/otelkv/monitoring/catalog"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/engine"
	"github.com/otelkv/otelkv/monitoring/cmd/internal/promql"
)

// Kinds of what a scenario shows.
const (
	fires      = "fires"
	below      = "stays quiet just below"
	resolves   = "resolves"
	lowTraffic = "low traffic"
	reset      = "counter reset"
	missing    = "missing series"
	oneOfMany  = "one of many instances"
)

// Kinds are all ways in which an alert has to be shown.
var Kinds = []string{fires, below, resolves, lowTraffic, reset, missing, oneOfMany}

// A Scenario is series over time, a sample a minute, and what an alert does then.
type Scenario = scenario

type scenario struct {
	alert  string
	shows  []string
	native bool // has native histograms
	series []lane
	checks []check
}

// Alert is the name of the alert.
func (s scenario) Alert() string { return s.alert }

// Shows are the ways of going wrong that are shown, of [Kinds].
func (s scenario) Shows() []string { return s.shows }

// Native says whether the series have native histograms.
func (s scenario) Native() bool { return s.native }

// Series are all of them.
func (s scenario) Series() []Lane { return s.series }

// Checks say what fires.
func (s scenario) Checks() []Check { return s.checks }

// Expects says whether the alert has to be seen with a severity.
func (s scenario) Expects(severity string) bool {
	return slices.ContainsFunc(s.checks, func(c check) bool { return strings.Contains(c.firing, severity) })
}

// A Lane is a series, in the notation of promtool.
type Lane = lane

type lane struct{ name, values string }

// Name is the series.
func (l lane) Name() string { return l.name }

// Values are its samples, from the first minute on.
func (l lane) Values() string { return l.values }

// A Check is what fires at a minute: severity@instance, or severity alone.
type Check = check

type check struct {
	at     int
	firing string
}

// At is the minute.
func (c check) At() int { return c.at }

// Firing are all that fire.
func (c check) Firing() []string { return strings.Fields(c.firing) }

// Exempt says why an alert cannot go wrong in a way.
func Exempt(alert, kind string) string { return exempt[alert][kind] }

var exempt = map[string]map[string]string{
	"KVDiskFull":            {lowTraffic: aGauge, reset: aGauge},
	"KVDiskFilling":         {lowTraffic: aGauge, reset: aGauge},
	"KVSaturationHigh":      {lowTraffic: aGauge, reset: aGauge},
	"KVEngineFailed":        {lowTraffic: "one is enough"},
	"KVStoreHung":           {lowTraffic: "one is enough", reset: aGauge},
	"KVDiskSlow":            {lowTraffic: "it counts events of the engine"},
	"KVWriteStalled":        {lowTraffic: "it counts seconds of the engine"},
	"KVReadTransactionOld":  {lowTraffic: "one is enough", reset: aGauge},
	"KVFreelistBloated":     {lowTraffic: aGauge, reset: aGauge},
	"KVReplicaDisconnected": {lowTraffic: aGauge, reset: aGauge},
	"KVReplicationLagHigh":  {lowTraffic: aGauge, reset: aGauge},
	"KVCapacityHigh":        {lowTraffic: "it is about high traffic"},
	"KVRestarting":          {lowTraffic: "it is not about traffic", reset: "a reset is a restart"},
	"KVTelemetryAbsent":     {lowTraffic: "it is not about traffic", reset: "it counts nothing", below: "there is no threshold"},
	"KVTelemetryLossy":      {lowTraffic: "any loss that lasts counts", below: "there is no threshold"},
	"KVNotReady":            {lowTraffic: aGauge, reset: aGauge},
	"KVCheckUnknown":        {lowTraffic: aGauge, reset: aGauge},
	"KVWatchdog": {
		below: always, resolves: always, lowTraffic: always, reset: always, missing: always, oneOfMany: always,
	},
}

const (
	aGauge = "it is a gauge of a state"
	always = "it fires always"
)

// Instances of the service that scenarios are about.
const a, b, c = "a:1", "b:1", "c:1"

// on is a series of a store of an instance.
func on(instance string, m catalog.Metric, values string, labels ...string) lane {
	return of(instance, m, values, append(labels, catalog.SystemName, "pebble", catalog.Namespace, "orders")...)
}

// of is a series of an instance.
func of(instance string, m catalog.Metric, values string, labels ...string) lane {
	return named(m.PrometheusName(), instance, values, labels...)
}

func named(name, instance, values string, labels ...string) lane {
	all := map[string]string{"job": "shop", "instance": instance}
	for i := 0; i < len(labels); i += 2 {
		all[catalog.PrometheusLabel(labels[i])] = labels[i+1]
	}
	var list []string
	for _, k := range slices.Sorted(maps.Keys(all)) {
		list = append(list, fmt.Sprintf("%s=%q", k, all[k]))
	}
	return lane{name + "{" + strings.Join(list, ",") + "}", values}
}

// stat is the metric of an engine's statistic.
func stat(name string) catalog.Metric {
	for _, e := range engine.All() {
		for _, m := range e.Metrics() {
			if m.Name == name {
				return m
			}
		}
	}
	panic(name)
}

// A value that does not change for so many minutes.
func still(value float64, minutes int) string {
	return fmt.Sprintf("%sx%d", promql.Number(value), minutes-1)
}

// none is that there are no samples.
func none(minutes int) string { return fmt.Sprintf("_x%d", minutes) }

// rising is a counter that adds so much a minute, from a value on.
func rising(from, perMinute float64, minutes int) string {
	return fmt.Sprintf("%s+%sx%d", promql.Number(from), promql.Number(perMinute), minutes-1)
}

func join(parts ...string) string { return strings.Join(parts, " ") }

// up is whether a target was reached; it is stale when there is none any more.
func up(instance, values string) lane { return named("up", instance, values) }

// present says that stores of instances tell of themselves.
func present(minutes int, instances ...string) (lanes []lane) {
	for _, i := range instances {
		lanes = append(lanes, on(i, catalog.InFlight, still(0, minutes)))
	}
	return lanes
}
