// Package statistics is how the adapters of engines declare their statistics, and read all of
// them from one state of the engine. It emits no telemetry.
package statistics

import "github.com/otelkv/otelkv/kvdb"

// A Table are the statistics of an engine, in the order of their values. R is what the values
// of one moment are made from.
type Table[R any] []Row[R]

// A Row is a statistic, with how it is read; NaN is not known.
type Row[R any] struct {
	kvdb.StatInfo
	Value func(*R) float64
}

// Infos returns what the statistics are. The caller owns the result.
func (t Table[R]) Infos() []kvdb.StatInfo {
	infos := make([]kvdb.StatInfo, len(t))
	for i := range t {
		infos[i] = t[i].StatInfo
	}
	return infos
}

// Append appends the value of each statistic to dst.
func (t Table[R]) Append(dst []float64, r *R) []float64 {
	for i := range t {
		dst = append(dst, t[i].Value(r))
	}
	return dst
}

// Gauge declares a value that goes up and down. What engines tell changes with them, so that
// its stability is that of development.
func Gauge[R any](name, unit, help string, value func(*R) float64) Row[R] {
	return Row[R]{kvdb.StatInfo{Name: name, Unit: unit, Help: help, Stability: kvdb.StabilityDevelopment}, value}
}

// Counter declares a value that only grows.
func Counter[R any](name, unit, help string, value func(*R) float64) Row[R] {
	row := Gauge(name, unit, help, value)
	row.Counter = true
	return row
}

// Truth is the value of a statistic that is so, or is not.
func Truth(so bool) float64 {
	if so {
		return 1
	}
	return 0
}
