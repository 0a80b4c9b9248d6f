package instrument

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/otelkv/otelkv/kvdb"
)

// A statsReading is what the engine said of itself last.
type statsReading struct {
	at     time.Time // zero before the first
	infos  []kvdb.StatInfo
	values []float64 // of infos; nil before the first; NaN is not known
}

// declared returns what a store's statistics are. A declaration that is wrong,
// and one that panics, is an error of Wrap: nobody would see it later.
func declared(r kvdb.StatsReader) (_ *statsReading, err error) {
	if r == nil {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the store's StatInfos panicked: %v", p)
		}
	}()
	infos := slices.Clone(r.StatInfos())
	return &statsReading{infos: infos}, kvdb.CheckStatInfos(infos)
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

// readStats takes a reading, which costs nobody but itself: one that fails, or
// has not the values that were declared, leaves the last one.
func (r *record) readStats(ctx context.Context, from kvdb.StatsReader) {
	infos := r.stats.Load().infos
	values, err := from.AppendStats(ctx, make([]float64, 0, len(infos)))
	if err != nil {
		return
	}
	if len(values) != len(infos) {
		r.miscounted.Do(func() {
			otel.Handle(fmt.Errorf("instrument: %s %q: AppendStats gave %d values for the %d statistics that StatInfos declares: they are not shown",
				r.series.system, r.series.namespace, len(values), len(infos)))
		})
		return
	}
	values = slices.Clone(values)
	for i, v := range values {
		if math.IsInf(v, 0) {
			values[i] = math.NaN()
		}
	}
	r.stats.Store(&statsReading{at: time.Now(), infos: infos, values: values})
}

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

// stat returns the reading of an engine statistic, if it is fresh and known.
func (s *snapshot) stat(name string) (value float64, ok bool) {
	if s.stats == nil || !fresh(s.stats.at, s.at) {
		return 0, false
	}
	value = s.stats.value(name, 0)
	return value, !math.IsNaN(value)
}

// statsAge is how old the engine's statistics are; before the first reading it
// counts from start.
func (s *snapshot) statsAge(start time.Time) time.Duration {
	if s.stats.at.IsZero() {
		return s.at.Sub(start)
	}
	return s.at.Sub(s.stats.at)
}
