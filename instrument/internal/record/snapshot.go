package record

import (
	"math"
	"slices"
	"time"
)

// A snapshot is a copy of a ledger's totals at one moment, from which one
// collection is made.
type snapshot struct {
	At         time.Time
	infos      []OperationInfo
	started    uint64
	InFlight   uint64
	Oldest     time.Duration // in flight; 0 below the interval of the watch
	OldestOwn  OldOperation  // likewise, of those without code of the caller
	Suppressed uint64        // lines
	Ops        []OperationSnapshot
	Stats      *Reading // nil where the engine has none
	Pool       *Reading // nil where it has no connections
	Lag        *lagReading

	Compat, Logged bool
}

// An OperationSnapshot is one operation of it.
type OperationSnapshot struct {
	shown                bool // it has series
	Read, Written, Items uint64
	Sizes                sizeCounts
	Sized                bool
	Sent, Delivered      uint64  // the sums of the sizes
	Tallies              []Tally // by slot; without counts until the first use
	Quantiles            []float64
}

// snapshot drains the stripes and copies the totals. Quantiles are worked out
// only when they are asked for.
func (l *Ledger) snapshot(shares []float64) *snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &snapshot{
		infos: l.infos, Ops: make([]OperationSnapshot, len(l.totals)), Compat: l.compat, Logged: l.logged,
		Stats: l.aside.Stats.Load(), Pool: l.aside.pool.Load(), Lag: l.aside.lag.Load(),
	}
	s.InFlight = l.drain()
	for _, r := range l.records {
		for _, o := range r.oldest() {
			s.Oldest = max(s.Oldest, o.Age)
			if o.Op = r.places[o.Op]; !l.infos[o.Op].CallerTime && o.Age > s.OldestOwn.Age {
				s.OldestOwn = o
			}
		}
	}
	s.At, s.Suppressed = time.Now(), l.suppressed+l.aside.Suppressed.Load()
	for i, t := range l.totals {
		if t == nil {
			t = new(total)
		}
		s.started += t.started
		if !l.infos[i].Late || t.started > 0 {
			s.Ops[i] = t.snapshot(l, shares)
		}
	}
	return s
}

// glance is a snapshot without the operations.
func (l *Ledger) glance() *snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &snapshot{
		At: time.Now(), Compat: l.compat, Logged: l.logged, Stats: l.aside.Stats.Load(), Pool: l.aside.pool.Load(), Lag: l.aside.lag.Load(),
	}
}

func (t *total) snapshot(l *Ledger, shares []float64) OperationSnapshot {
	s := OperationSnapshot{
		shown: true, Read: t.read, Written: t.written, Items: t.items, Sent: t.sizes.sent, Delivered: t.sizes.delivered,
		Tallies: make([]Tally, l.slots),
	}
	if t.sizes.counts != nil {
		s.Sizes, s.Sized = *t.sizes.counts, true
	}
	for i, y := range t.tallies {
		if y != nil {
			s.Tallies[i] = Tally{
				Counts: slices.Clone(y.Counts), Nanos: y.Nanos, Spread: y.Spread.clone(), Exemplars: slices.Clone(y.Exemplars),
			}
		}
	}
	if len(shares) > 0 {
		s.Quantiles = t.window.quantiles(l.Layout, shares)
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
	d.Suppressed -= earlier.Suppressed
	d.Ops = make([]OperationSnapshot, len(s.Ops))
	copy(d.Ops, s.Ops) // and some may be newer than the earlier one
	for i := range earlier.Ops {
		d.Ops[i] = s.Ops[i].since(&earlier.Ops[i], earlier.At)
	}
	d.Stats = s.Stats.since(earlier.Stats)
	d.Pool = s.Pool.since(earlier.Pool)
	return &d
}

// baseline returns what the next snapshot is compared with: this one, but with
// what was told last of the engine where its readings are too old to be told at a
// moment, or not known.
func (s *snapshot) baseline(last *snapshot, at time.Time) *snapshot {
	if s.Stats == nil && s.Pool == nil {
		return s
	}
	b := *s
	var stats, pool *Reading
	if last != nil {
		stats, pool = last.Stats, last.Pool
	}
	b.Stats, b.Pool = s.Stats.baseline(stats, at), s.Pool.baseline(pool, at)
	return &b
}

func (s OperationSnapshot) since(earlier *OperationSnapshot, at time.Time) OperationSnapshot {
	s.Read -= earlier.Read
	s.Written -= earlier.Written
	s.Items -= earlier.Items
	for i := range sizeBuckets {
		s.Sizes.Request[i] -= earlier.Sizes.Request[i]
		s.Sizes.Response[i] -= earlier.Sizes.Response[i]
	}
	s.Sent -= earlier.Sent
	s.Delivered -= earlier.Delivered
	tallies := slices.Clone(s.Tallies)
	for i := range earlier.Tallies {
		tallies[i] = s.Tallies[i].since(earlier.Tallies[i], at)
	}
	s.Tallies = tallies
	return s
}

func (t Tally) since(earlier Tally, at time.Time) Tally {
	if earlier.Counts == nil {
		return t
	}
	counts := make([]uint64, len(t.Counts))
	for i := range counts {
		counts[i] = t.Counts[i] - earlier.Counts[i]
	}
	exemplars := slices.Clone(t.Exemplars)
	for i := range exemplars {
		if !exemplars[i].At.After(at) {
			exemplars[i] = Exemplar{}
		}
	}
	return Tally{
		Counts: counts, Nanos: t.Nanos - earlier.Nanos, Spread: t.Spread.since(earlier.Spread), Exemplars: exemplars,
	}
}

// Count is the number of operations, the sum of the buckets.
func (t *Tally) Count() uint64 {
	var n uint64
	for _, c := range t.Counts {
		n += c
	}
	return n
}

// Add merges another tally of the same layout into t, which may be empty.
func (t *Tally) Add(other *Tally) {
	if other.Counts == nil {
		return
	}
	if t.Counts == nil {
		t.Counts = make([]uint64, len(other.Counts))
	}
	for i, n := range other.Counts {
		t.Counts[i] += n
	}
	t.Nanos = plusNanos(t.Nanos, other.Nanos)
	t.Spread.merge(other.Spread)
	if other.Exemplars == nil {
		return
	}
	if t.Exemplars == nil {
		t.Exemplars = make([]Exemplar, len(t.Counts))
	}
	for i, e := range other.Exemplars {
		if e.At.After(t.Exemplars[i].At) {
			t.Exemplars[i] = e
		}
	}
}

// ended is the number of operations that have ended, with whatever outcome.
func (s *snapshot) ended() uint64 {
	var n uint64
	for i := range s.Ops {
		for j := range s.Ops[i].Tallies {
			n += s.Ops[i].Tallies[j].Count()
		}
	}
	return n
}

// Stat returns the reading of an engine statistic, if it is fresh and known.
func (s *snapshot) Stat(name string) (value float64, ok bool) {
	if s.Stats == nil || !Fresh(s.Stats.At, s.At) {
		return 0, false
	}
	value = s.Stats.Value(name, 0)
	return value, !math.IsNaN(value)
}

// StatsAge is how old the engine's statistics are; before the first reading it
// counts from start.
func (s *snapshot) StatsAge(start time.Time) time.Duration {
	if s.Stats.At.IsZero() {
		return s.At.Sub(start)
	}
	return s.At.Sub(s.Stats.At)
}

// Everything merges tallies.
func Everything(tallies []Tally) *Tally {
	var t Tally
	for i := range tallies {
		t.Add(&tallies[i])
	}
	return &t
}
