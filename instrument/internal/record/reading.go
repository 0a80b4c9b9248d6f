package record

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A Reading is what the engine said of itself last.
type Reading struct {
	At     time.Time // zero before the first
	Infos  []kvdb.StatInfo
	Values []float64 // of infos; nil before the first; NaN is not known
	last   []float64 // likewise, with counters as they were known last
}

// next returns the reading of what the engine says now.
func (r *Reading) next(values []float64) *Reading {
	n := &Reading{At: time.Now(), Infos: r.Infos, Values: values, last: values}
	if r.last != nil && slices.ContainsFunc(values, math.IsNaN) {
		n.last = slices.Clone(values)
		for i, v := range values {
			if math.IsNaN(v) && n.Infos[i].Counter {
				n.last[i] = r.last[i]
			}
		}
	}
	return n
}

// recall returns the reading with its counters as they were known last.
func (r *Reading) recall() *Reading {
	if r == nil || r.Values == nil {
		return r
	}
	return &Reading{At: r.At, Infos: r.Infos, Values: r.last, last: r.last}
}

// disagree returns what two stores in one registry declare differently, or nil:
// one name is one metric.
func disagree(a, b *Reading) error {
	if a == nil || b == nil || slices.Equal(a.Infos, b.Infos) {
		return nil
	}
	known := make(map[string]kvdb.StatInfo, len(a.Infos))
	for _, info := range a.Infos {
		known[statLabel(info.Name)] = info
	}
	var errs []error
	for _, info := range b.Infos {
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

// Value returns the value of a statistic, which is likely to be at a place, or
// NaN.
func (r *Reading) Value(name string, at int) float64 {
	if at >= len(r.Infos) || r.Infos[at].Name != name {
		at = slices.IndexFunc(r.Infos, func(i kvdb.StatInfo) bool { return i.Name == name })
	}
	if at < 0 || at >= len(r.Values) {
		return math.NaN()
	}
	return r.Values[at]
}

// since subtracts what an engine's counters read before. One that fell has
// begun anew.
func (r *Reading) since(earlier *Reading) *Reading {
	if r == nil || earlier == nil {
		return r
	}
	d := &Reading{At: r.At, Infos: r.Infos, Values: slices.Clone(r.Values)}
	for i := range d.Values {
		if before := earlier.Value(r.Infos[i].Name, i); r.Infos[i].Counter && before <= d.Values[i] {
			d.Values[i] -= before
		}
	}
	return d
}

// baseline returns what the next reading is compared with.
func (r *Reading) baseline(last *Reading, now time.Time) *Reading {
	switch {
	case r == nil:
		return nil
	case !Fresh(r.At, now):
		return last
	case last == nil || !slices.ContainsFunc(r.Values, math.IsNaN):
		return r
	}
	filled := &Reading{At: r.At, Infos: r.Infos, Values: slices.Clone(r.Values)}
	for i, v := range filled.Values {
		if math.IsNaN(v) {
			filled.Values[i] = last.Value(r.Infos[i].Name, i)
		}
	}
	return filled
}

// staleAfter is how old a reading may be to be shown.
const staleAfter = 3 * PollInterval

// Fresh reports whether a reading is still worth showing.
func Fresh(at, now time.Time) bool { return !at.IsZero() && now.Sub(at) <= staleAfter }

// Declares reports whether a name stands for the same metric here.
func (r *Reading) Declares(like kvdb.StatInfo) bool {
	for _, info := range r.Infos {
		if info.Name == like.Name {
			return info.Unit == like.Unit && info.Counter == like.Counter
		}
	}
	return false
}
