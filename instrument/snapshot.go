package instrument

import (
	"math"
	"slices"
	"time"
)

// A snapshot is a copy of a ledger's totals at one moment, from which one
// collection is made.
type snapshot struct {
	at         time.Time
	infos      []operationInfo
	started    uint64
	inFlight   uint64
	suppressed uint64 // lines
	ops        []opSnapshot
	stats      *statsReading // nil where the engine has none
	pool       *statsReading // nil where it has no connections
	lag        *lagReading

	compat, logged bool
}

type opSnapshot struct {
	shown                bool // it has series
	read, written, items uint64
	sizes                sizeCounts
	sized                bool
	sent, delivered      uint64  // the sums of the sizes
	tallies              []tally // by slot; without counts until the first use
	quantiles            []float64
}

// snapshot drains the stripes and copies the totals. Quantiles are worked out
// only when they are asked for.
func (l *ledger) snapshot(shares []float64) *snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &snapshot{
		infos: l.infos, ops: make([]opSnapshot, len(l.totals)), compat: l.compat, logged: l.logged,
		stats: l.aside.stats.Load(), pool: l.aside.pool.Load(), lag: l.aside.lag.Load(),
	}
	s.inFlight = l.drain()
	s.at, s.suppressed = time.Now(), l.suppressed+l.aside.suppressed.Load()
	for i, t := range l.totals {
		if t == nil {
			t = new(total)
		}
		s.started += t.started
		if !l.infos[i].late || t.started > 0 {
			s.ops[i] = t.snapshot(l, shares)
		}
	}
	return s
}

// glance is a snapshot without the operations.
func (l *ledger) glance() *snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &snapshot{
		at: time.Now(), compat: l.compat, logged: l.logged, stats: l.aside.stats.Load(), pool: l.aside.pool.Load(), lag: l.aside.lag.Load(),
	}
}

func (t *total) snapshot(l *ledger, shares []float64) opSnapshot {
	s := opSnapshot{
		shown: true, read: t.read, written: t.written, items: t.items, sent: t.sizes.sent, delivered: t.sizes.delivered,
		tallies: make([]tally, l.slots),
	}
	if t.sizes.counts != nil {
		s.sizes, s.sized = *t.sizes.counts, true
	}
	for i, y := range t.tallies {
		if y != nil {
			s.tallies[i] = tally{
				counts: slices.Clone(y.counts), nanos: y.nanos, spread: y.spread.clone(), exemplars: slices.Clone(y.exemplars),
			}
		}
	}
	if len(shares) > 0 {
		s.quantiles = t.window.quantiles(l.layout, shares)
	}
	return s
}

// since returns what happened after an earlier snapshot of the same ledger.
// Gauges stay as they are.
func (s *snapshot) since(earlier *snapshot) *snapshot {
	if earlier == nil {
		return s
	}
	d := *s
	d.suppressed -= earlier.suppressed
	d.ops = make([]opSnapshot, len(s.ops))
	copy(d.ops, s.ops) // and some may be newer than the earlier one
	for i := range earlier.ops {
		d.ops[i] = s.ops[i].since(&earlier.ops[i], earlier.at)
	}
	d.stats = s.stats.since(earlier.stats)
	d.pool = s.pool.since(earlier.pool)
	return &d
}

// baseline returns what the next snapshot is compared with: this one, but with
// what was told last of the engine where its readings are too old to be told,
// or not known.
func (s *snapshot) baseline(last *snapshot) *snapshot {
	if s.stats == nil && s.pool == nil {
		return s
	}
	b := *s
	var stats, pool *statsReading
	if last != nil {
		stats, pool = last.stats, last.pool
	}
	b.stats, b.pool = s.stats.baseline(stats, s.at), s.pool.baseline(pool, s.at)
	return &b
}

func (s opSnapshot) since(earlier *opSnapshot, at time.Time) opSnapshot {
	s.read -= earlier.read
	s.written -= earlier.written
	s.items -= earlier.items
	for i := range sizeBuckets {
		s.sizes.request[i] -= earlier.sizes.request[i]
		s.sizes.response[i] -= earlier.sizes.response[i]
	}
	s.sent -= earlier.sent
	s.delivered -= earlier.delivered
	tallies := slices.Clone(s.tallies)
	for i := range earlier.tallies {
		tallies[i] = s.tallies[i].since(earlier.tallies[i], at)
	}
	s.tallies = tallies
	return s
}

func (t tally) since(earlier tally, at time.Time) tally {
	if earlier.counts == nil {
		return t
	}
	counts := make([]uint64, len(t.counts))
	for i := range counts {
		counts[i] = t.counts[i] - earlier.counts[i]
	}
	exemplars := slices.Clone(t.exemplars)
	for i := range exemplars {
		if !exemplars[i].at.After(at) {
			exemplars[i] = exemplar{}
		}
	}
	return tally{
		counts: counts, nanos: t.nanos - earlier.nanos, spread: t.spread.since(earlier.spread), exemplars: exemplars,
	}
}

// count is the number of operations, the sum of the buckets.
func (t *tally) count() uint64 {
	var n uint64
	for _, c := range t.counts {
		n += c
	}
	return n
}

// add merges another tally of the same layout into t, which may be empty.
func (t *tally) add(other *tally) {
	if other.counts == nil {
		return
	}
	if t.counts == nil {
		t.counts = make([]uint64, len(other.counts))
	}
	for i, n := range other.counts {
		t.counts[i] += n
	}
	t.nanos = plusNanos(t.nanos, other.nanos)
	t.spread.merge(other.spread)
	if other.exemplars == nil {
		return
	}
	if t.exemplars == nil {
		t.exemplars = make([]exemplar, len(t.counts))
	}
	for i, e := range other.exemplars {
		if e.at.After(t.exemplars[i].at) {
			t.exemplars[i] = e
		}
	}
}

// ended is the number of operations that have ended, with whatever outcome.
func (s *snapshot) ended() uint64 {
	var n uint64
	for i := range s.ops {
		for j := range s.ops[i].tallies {
			n += s.ops[i].tallies[j].count()
		}
	}
	return n
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

// everything merges tallies.
func everything(tallies []tally) *tally {
	var t tally
	for i := range tallies {
		t.add(&tallies[i])
	}
	return &t
}
