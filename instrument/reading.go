package instrument

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A statsReading is what the engine said of itself last.
type statsReading struct {
	at     time.Time // zero before the first
	infos  []kvdb.StatInfo
	values []float64 // of infos; nil before the first; NaN is not known
}

// disagree returns what two stores in one registry declare differently, or nil:
// one name is one metric.
func disagree(a, b *statsReading) error {
	if a == nil || b == nil || slices.Equal(a.infos, b.infos) {
		return nil
	}
	known := make(map[string]kvdb.StatInfo, len(a.infos))
	for _, info := range a.infos {
		known[statLabel(info.Name)] = info
	}
	var errs []error
	for _, info := range b.infos {
		other, ok := known[statLabel(info.Name)]
		if ok && (other.Name != info.Name || other.Unit != info.Unit || other.Counter != info.Counter) {
			errs = append(errs, fmt.Errorf("the statistic %q (%s, counter %t) is %q (%s, counter %t) in another store",
				info.Name, info.Unit, info.Counter, other.Name, other.Unit, other.Counter))
		}
	}
	return errors.Join(errs...)
}

// statLabel is the name with what Prometheus does not tell apart made equal.
func statLabel(name string) string { return strings.ReplaceAll(name, ".", "_") }

// value returns the value of a statistic, which is likely to be at a place, or
// NaN.
func (r *statsReading) value(name string, at int) float64 {
	if at >= len(r.infos) || r.infos[at].Name != name {
		at = slices.IndexFunc(r.infos, func(i kvdb.StatInfo) bool { return i.Name == name })
	}
	if at < 0 || at >= len(r.values) {
		return math.NaN()
	}
	return r.values[at]
}

// since subtracts what an engine's counters read before. One that fell has
// begun anew.
func (r *statsReading) since(earlier *statsReading) *statsReading {
	if r == nil || earlier == nil {
		return r
	}
	d := &statsReading{at: r.at, infos: r.infos, values: slices.Clone(r.values)}
	for i := range d.values {
		if before := earlier.value(r.infos[i].Name, i); r.infos[i].Counter && before <= d.values[i] {
			d.values[i] -= before
		}
	}
	return d
}

// baseline returns what the next reading is compared with.
func (r *statsReading) baseline(last *statsReading, now time.Time) *statsReading {
	switch {
	case r == nil:
		return nil
	case !fresh(r.at, now):
		return last
	case last == nil || !slices.ContainsFunc(r.values, math.IsNaN):
		return r
	}
	filled := &statsReading{at: r.at, infos: r.infos, values: slices.Clone(r.values)}
	for i, v := range filled.values {
		if math.IsNaN(v) {
			filled.values[i] = last.value(r.infos[i].Name, i)
		}
	}
	return filled
}

// staleAfter is how old a reading may be to be shown.
const staleAfter = 3 * pollInterval

// fresh reports whether a reading is still worth showing.
func fresh(at, now time.Time) bool { return !at.IsZero() && now.Sub(at) <= staleAfter }

// keepStats keeps what the engine says of itself, and reports whether these are the
// values that were declared: others are of no use, and the last ones stay.
func (a *aside) keepStats(values []float64) bool {
	infos := a.stats.Load().infos
	if len(values) != len(infos) {
		return false
	}
	values = slices.Clone(values)
	for i, v := range values {
		if math.IsInf(v, 0) {
			values[i] = math.NaN()
		}
	}
	a.stats.Store(&statsReading{at: time.Now(), infos: infos, values: values})
	return true
}

// declares reports whether a name stands for the same metric here.
func (r *statsReading) declares(like kvdb.StatInfo) bool {
	for _, info := range r.infos {
		if info.Name == like.Name {
			return info.Unit == like.Unit && info.Counter == like.Counter
		}
	}
	return false
}
