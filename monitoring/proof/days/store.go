package days

import (
	"math"
	"strconv"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A store is one of a process: what it has counted since the process began.
type store struct {
	engine, namespace string
	chance            chance
	form              *form
	operations        map[catalog.Operation]*operation
	now               Condition
	stalled, slowDisk float64
}

// An operation is one of a store.
type operation struct {
	habit
	outcomes  map[catalog.Outcome]float64
	errors    map[catalog.ErrorKind]float64
	durations map[catalog.ErrorKind]*durations // by error type, empty for none
}

func newStore(engine, namespace string, f *form, c chance) *store {
	return &store{engine: engine, namespace: namespace, form: f, chance: c, operations: map[catalog.Operation]*operation{}}
}

// operation is the one of a name, which a page has.
func (s *store) operation(name catalog.Operation) *operation {
	o := s.operations[name]
	if o == nil {
		o = &operation{
			habit: habits[name], outcomes: map[catalog.Outcome]float64{},
			errors: map[catalog.ErrorKind]float64{}, durations: map[catalog.ErrorKind]*durations{},
		}
		s.operations[name] = o
	}
	return o
}

// durations are those of an operation that ended in a type of error, or in none.
func (s *store) durations(name catalog.Operation, kind catalog.ErrorKind) *durations {
	o := s.operation(name)
	if o.durations[kind] == nil {
		o.durations[kind] = newDurations(s.form)
	}
	return o.durations[kind]
}

// live lets so many seconds pass.
func (s *store) live(c Condition, seconds float64) {
	s.now = c
	s.stalled += c.Stalled * seconds
	s.slowDisk += c.SlowDisk * seconds / 60
	for _, name := range catalog.Operations() { // in their order, for chance to be the same
		if o := s.operations[name]; o != nil {
			s.call(name, o, c, seconds)
		}
	}
}

func (s *store) call(name catalog.Operation, o *operation, c Condition, seconds float64) {
	rate := c.Load * o.share
	if name == catalog.BatchPut {
		rate += c.Batch
	}
	n := s.chance.count(rate * seconds)
	if n == 0 {
		return
	}
	struck := c.Only == "" || c.Only == name
	good := n
	for _, kind := range catalog.ErrorKinds() {
		_, can := o.errors[kind]
		if share := c.Fails[kind]; share == 0 || !can || !struck && !kind.CallersFault() {
			continue
		}
		failed := min(good, s.chance.count(n*c.Fails[kind]))
		good -= failed
		o.errors[kind] += failed
		o.outcomes[catalog.Error] += failed
		if failed > 0 {
			s.durations(name, kind).add(failed, o.shape, s.chance.Float64())
		}
	}
	left := good
	for _, outcome := range []catalog.Outcome{catalog.Canceled, catalog.Conflict, catalog.Miss} {
		if _, can := o.outcomes[outcome]; can {
			share := c.Share[outcome]
			if outcome == catalog.Miss {
				share = misses
			}
			some := min(left, s.chance.count(good*share))
			left -= some
			o.outcomes[outcome] += some
		}
	}
	o.outcomes[catalog.OK] += left
	s.take(name, o, c, good, struck)
}

// take adds the durations of operations that did not fail.
func (s *store) take(name catalog.Operation, o *operation, c Condition, n float64, struck bool) {
	d := s.durations(name, "")
	held := 0.0
	if struck {
		held = min(n, s.chance.count(n*c.Slow))
	}
	late := min(n-held, s.chance.count(n*stragglers))
	usual := o.shape
	if struck {
		usual.median *= math.Exp2(math.Round(4*math.Log2(c.Pace)) / 4) // few shapes, which are kept
	}
	d.add(held, slow, s.chance.Float64())
	d.add(late, straggler, s.chance.Float64())
	d.add(n-held-late, usual, s.chance.Float64())
}

// series are those of a line of the page. More come with the first error of a type.
func (s *store) series(l line, at func(line) labels.Labels) *series {
	name := catalog.Operation(l.value(catalog.OperationName))
	kind := catalog.ErrorKind(l.value(catalog.ErrorType))
	out := &series{labels: at(l)}
	switch l.name() {
	case catalog.Requests.PrometheusName():
		o, outcome := s.operation(name), catalog.Outcome(l.value(catalog.OutcomeAttribute))
		o.outcomes[outcome] = 0
		out.value = func() float64 { return o.outcomes[outcome] }
	case catalog.Errors.PrometheusName():
		o := s.operation(name)
		o.errors[kind] = 0
		out.value = func() float64 { return o.errors[kind] }
	case durationName + "_bucket", durationName + "_count":
		return s.duration(l, out)
	default:
		gauge := gauges[l.name()]
		if gauge == nil {
			panic("nothing says what is " + l.String())
		}
		out.value = func() float64 { return gauge(s) }
	}
	return out
}

// duration is a series of a histogram, which is there from the start only without an error.
func (s *store) duration(l line, out *series) *series {
	name := catalog.Operation(l.value(catalog.OperationName))
	kind := catalog.ErrorKind(l.value(catalog.ErrorType))
	if kind == "" {
		s.durations(name, "")
	}
	get := func() *durations { return s.operations[name].durations[kind] }
	switch bucket := l.Get(labels.BucketLabel); {
	case s.form.whole():
		if bucket != "" {
			return nil // all are in one series
		}
		out.histogram = func() *histogram.Histogram {
			if d := get(); d != nil {
				return d.histogram()
			}
			return nil
		}
	default:
		bound := math.Inf(1)
		if bucket != "" {
			bound, _ = strconv.ParseFloat(bucket, 64)
		}
		out.value = func() float64 {
			if d := get(); d != nil {
				return d.cumulative(bound)
			}
			return unknown
		}
	}
	return out
}
