package instrument

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A collection is what one call of Produce works from.
type collection struct {
	keep                 func(string) bool
	counters, histograms metricdata.Temporality
	sources              []source
	operationCount       int    // of all sources
	parted               bool   // a store has been closed
	lost                 uint64 // farewells, to this reader
	registry             *Registry
	at, before           time.Time // of all points, and of those of the last collection
}

// A source is one store of a collection: its state now, and the same since the
// last collection for what is reported as a delta.
type source struct {
	*ledger
	seen   *seen
	infos  []operationInfo
	now    *snapshot
	at     time.Time // the collection's
	closed bool

	counted    *snapshot // for counters
	since      time.Time
	timed      *snapshot // for histograms
	timedSince time.Time
}

// delta switches the source to what happened since the last collection.
func (s *source) delta(last *snapshot, c *collection) {
	if last == nil {
		return
	}
	change := s.now.since(last)
	if c.counters == metricdata.DeltaTemporality {
		s.counted, s.since = change, c.before
	}
	if c.histograms == metricdata.DeltaTemporality {
		s.timed, s.timedSince = change, c.before
	}
}

// maxStep is by how much a clock that was set back is waited for. A clock that was
// wrong by more, before the machine asked for the time as a rule, is followed.
const maxStep = time.Minute

// stamp gives all points one time, after the last snapshot was taken: a receiver
// such as Prometheus refuses a whole export for a point that is older than the
// export before it, or as old.
func (c *collection) stamp() {
	c.at = time.Now().Round(0)                 // as points are told: without the monotonic clock
	earliest := c.before.Add(time.Millisecond) // Prometheus does not know less
	if c.at.Before(earliest) && earliest.Sub(c.at) <= maxStep {
		c.at = earliest
	}
	for i := range c.sources {
		c.sources[i].at = c.at
	}
}

// metrics builds everything that the collection's filter keeps.
func (c *collection) metrics() []metricdata.Metrics {
	var all []metricdata.Metrics
	add := func(d definition, build func() metricdata.Aggregation) {
		if !c.keep(d.name) {
			return
		}
		if data := build(); data != nil {
			all = append(all, metricdata.Metrics{Name: d.name, Unit: d.unit, Description: d.description, Data: data})
		}
	}
	add(durationMetric, c.durations)
	add(exponentialMetric, c.exponentials)
	add(latencyMetric, c.latencies)
	add(quantilesMetric, c.quantiles)
	add(requestsMetric, c.requests)
	add(errorsMetric, c.errors)
	add(readMetric, c.sum(func(s *opSnapshot) uint64 { return s.read }, nil))
	add(writtenMetric, c.sum(func(s *opSnapshot) uint64 { return s.written }, nil))
	add(requestSizeMetric, c.requestSizes)
	add(responseSizeMetric, c.responseSizes)
	add(itemsMetric, c.sum(func(s *opSnapshot) uint64 { return s.items }, func(i *operationInfo) bool { return i.batch }))
	add(inFlightMetric, c.inFlight)
	add(suppressedMetric, c.suppressed)
	add(utilizationMetric, c.utilization)
	add(lagMetric, c.lag)
	add(connectedMetric, c.connected)
	add(statsAgeMetric, c.statsAge)
	add(connectionsMetric, c.connections)
	add(farewellsLostMetric, c.farewellsLost)
	return append(all, c.engine()...)
}

// operations calls visit for each operation that each store has.
func (c *collection) operations(visit func(*source, operation, *operationInfo)) {
	for i := range c.sources {
		s := &c.sources[i]
		for op := range s.infos {
			if !s.infos[op].absent {
				visit(s, operation(op), &s.infos[op])
			}
		}
	}
}

func (s *source) set(op operation, label labelKind, value uint8) attribute.Set {
	return s.series.set(s.infos, seriesKey{op: op, label: label, value: value})
}

func (c *collection) requests() metricdata.Aggregation {
	points := make([]metricdata.DataPoint[int64], 0, 5*c.operationCount)
	c.operations(func(s *source, op operation, info *operationInfo) {
		var counts [outcomes]uint64
		for i := range s.counted.ops[op].tallies {
			counts[slot(i).outcome()] += s.counted.ops[op].tallies[i].count()
		}
		for o, n := range counts {
			if n > 0 || slices.Contains(info.outcomes, outcome(o)) {
				points = append(points, s.point(op, labelOutcome, uint8(o), n))
			}
		}
	})
	return c.counter(points)
}

func (c *collection) errors() metricdata.Aggregation {
	points := make([]metricdata.DataPoint[int64], 0, len(writeFailures)*c.operationCount)
	c.operations(func(s *source, op operation, info *operationInfo) {
		tallies := s.counted.ops[op].tallies[firstFailureSlot:]
		for f := range tallies {
			if failure(f) == failureConflict {
				continue // an outcome of its own
			}
			if n := tallies[f].count(); n > 0 || slices.Contains(info.failures, failure(f)) {
				points = append(points, s.point(op, labelFailure, uint8(f), n))
			}
		}
	})
	return c.counter(points)
}

// sum builds a counter from one number of each operation that matches.
func (c *collection) sum(
	value func(*opSnapshot) uint64, match func(*operationInfo) bool,
) func() metricdata.Aggregation {
	return func() metricdata.Aggregation {
		points := make([]metricdata.DataPoint[int64], 0, c.operationCount)
		c.operations(func(s *source, op operation, info *operationInfo) {
			if match == nil || match(info) {
				points = append(points, s.point(op, labelNone, 0, value(&s.counted.ops[op])))
			}
		})
		return c.counter(points)
	}
}

func (c *collection) counter(points []metricdata.DataPoint[int64]) metricdata.Aggregation {
	if len(points) == 0 {
		return nil
	}
	return metricdata.Sum[int64]{DataPoints: points, Temporality: c.counters, IsMonotonic: true}
}

func (s *source) point(op operation, label labelKind, value uint8, n uint64) metricdata.DataPoint[int64] {
	return metricdata.DataPoint[int64]{
		Attributes: s.set(op, label, value), StartTime: s.since, Time: s.at, Value: int64(n),
	}
}

func (c *collection) connections() metricdata.Aggregation {
	if !c.registry.server.listens.Load() {
		return nil
	}
	return metricdata.Sum[int64]{
		Temporality: metricdata.CumulativeTemporality,
		DataPoints: []metricdata.DataPoint[int64]{{
			StartTime: c.registry.start, Time: c.at, Value: c.registry.server.open.Load(),
		}},
	}
}

// farewellsLost is there once a store has been closed.
func (c *collection) farewellsLost() metricdata.Aggregation {
	if !c.parted {
		return nil
	}
	since := c.registry.start
	if c.counters == metricdata.DeltaTemporality && !c.before.IsZero() {
		since = c.before
	}
	return c.counter([]metricdata.DataPoint[int64]{{StartTime: since, Time: c.at, Value: int64(c.lost)}})
}

func (c *collection) suppressed() metricdata.Aggregation {
	var points []metricdata.DataPoint[int64]
	for i := range c.sources {
		if s := &c.sources[i]; s.now.logged {
			points = append(points, s.point(0, labelStore, 0, s.counted.suppressed))
		}
	}
	return c.counter(points)
}

func (c *collection) inFlight() metricdata.Aggregation {
	if len(c.sources) == 0 {
		return nil
	}
	sum := metricdata.Sum[int64]{Temporality: metricdata.CumulativeTemporality}
	for i := range c.sources {
		s := &c.sources[i]
		sum.DataPoints = append(sum.DataPoints, metricdata.DataPoint[int64]{
			Attributes: s.set(0, labelStore, 0), StartTime: s.start, Time: s.at,
			Value: int64(s.now.inFlight),
		})
	}
	return sum
}

// gauge builds a gauge from what each open store has to say.
func (c *collection) gauge(visit func(*source, func(attribute.Set, float64))) metricdata.Aggregation {
	var g metricdata.Gauge[float64]
	for i := range c.sources {
		s := &c.sources[i]
		if s.closed {
			continue
		}
		visit(s, func(set attribute.Set, value float64) {
			g.DataPoints = append(g.DataPoints, metricdata.DataPoint[float64]{Attributes: set, Time: s.at, Value: value})
		})
	}
	if len(g.DataPoints) == 0 {
		return nil
	}
	return g
}

func (c *collection) utilization() metricdata.Aggregation {
	return c.gauge(func(s *source, yield func(attribute.Set, float64)) {
		if disk, ok := s.now.stat(DiskUtilizationStat); ok {
			yield(s.series.set(s.infos, seriesKey{label: labelResource, further: "disk"}), disk.Value)
		}
	})
}

func (c *collection) statsAge() metricdata.Aggregation {
	return c.gauge(func(s *source, yield func(attribute.Set, float64)) {
		if s.now.stats != nil {
			yield(s.set(0, labelStore, 0), s.now.statsAge(s.start).Seconds())
		}
	})
}

func (c *collection) lag() metricdata.Aggregation {
	return c.replicas(func(lag *time.Duration) (float64, bool) {
		if lag == nil {
			return 0, false
		}
		return lag.Seconds(), true
	})
}

func (c *collection) connected() metricdata.Aggregation {
	return c.replicas(func(lag *time.Duration) (float64, bool) {
		if lag == nil {
			return 0, true
		}
		return 1, true
	})
}

func (c *collection) replicas(value func(*time.Duration) (float64, bool)) metricdata.Aggregation {
	return c.gauge(func(s *source, yield func(attribute.Set, float64)) {
		if s.now.lag == nil || !fresh(s.now.lag.at, s.now.at) {
			return
		}
		for name, lag := range s.now.lag.lag {
			if v, ok := value(lag); ok {
				yield(s.series.set(s.infos, seriesKey{label: labelReplica, further: clean(name)}), v)
			}
		}
	})
}

// engine builds the metrics that the engines bring themselves. Stores of
// several engines may share a name; who disagrees with the first about what it
// is, is left out.
func (c *collection) engine() []metricdata.Metrics {
	var all []metricdata.Metrics
	index := make(map[string]int)
	for i := range c.sources {
		s := &c.sources[i]
		if s.now.stats == nil || !fresh(s.now.stats.at, s.now.at) {
			continue
		}
		for _, stat := range s.counted.stats.stats {
			if !strings.HasPrefix(stat.Name, engineStatPrefix) || s.closed && !stat.Counter || !c.keep(stat.Name) {
				continue
			}
			at, ok := index[stat.Name]
			if !ok {
				at = len(all)
				index[stat.Name] = at
				all = append(all, metricdata.Metrics{
					Name: stat.Name, Unit: stat.Unit, Description: stat.Help, Data: c.engineData(stat.Counter),
				})
			}
			if all[at].Unit == stat.Unit {
				all[at].Data = appendPoint(all[at].Data, stat.Counter, metricdata.DataPoint[float64]{
					Attributes: s.set(0, labelStore, 0), StartTime: s.since, Time: s.at, Value: stat.Value,
				})
			}
		}
	}
	return all
}

func (c *collection) engineData(counter bool) metricdata.Aggregation {
	if counter {
		return metricdata.Sum[float64]{Temporality: c.counters, IsMonotonic: true}
	}
	return metricdata.Gauge[float64]{}
}

func appendPoint(data metricdata.Aggregation, counter bool, p metricdata.DataPoint[float64]) metricdata.Aggregation {
	switch d := data.(type) {
	case metricdata.Sum[float64]:
		if counter && !hasPoint(d.DataPoints, p.Attributes) {
			d.DataPoints = append(d.DataPoints, p)
		}
		return d
	case metricdata.Gauge[float64]:
		if !counter && !hasPoint(d.DataPoints, p.Attributes) {
			p.StartTime = time.Time{}
			d.DataPoints = append(d.DataPoints, p)
		}
		return d
	default:
		return data
	}
}

// hasPoint reports whether an engine named one statistic twice.
func hasPoint(points []metricdata.DataPoint[float64], set attribute.Set) bool {
	return len(points) > 0 && points[len(points)-1].Attributes.Equals(&set)
}
