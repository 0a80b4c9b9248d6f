package instrument

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// errTaken is that an open store has the name.
var errTaken = errors.New("the name is taken")

// pollInterval is how often the windows of the quantiles move on and the
// engines' own statistics are read.
const pollInterval = 10 * time.Second

// A recordRegistry holds the ledgers of stores until readers have seen them. It is
// safe for concurrent use.
type recordRegistry struct {
	layout *layout
	start  time.Time
	server server // of connections
	most   mostSeries
	sweeps func(*ledger) // of a MeterProvider: what it has of a dropped ledger; nil where Producers tell

	mu      sync.Mutex
	ledgers []*ledger // of open stores, and of closed ones with a reader to see
	readers []*reader
	lost    uint64 // farewells, before there was a reader
	open    int
	parted  bool          // a store has been closed
	dropped []*ledger     // which a MeterProvider still calls for
	stop    chan struct{} // of the rotation; nil while no store is open
	stopped chan struct{}
}

// newRecordRegistry returns an empty registry, whose durations are counted with
// further bounds in seconds and, if that is asked for, in exponential buckets. With
// an error, which is of the bounds, it goes without them. Most says how many series
// there may be of what it holds.
func newRecordRegistry(further []float64, exponential bool, most mostSeries) (*recordRegistry, error) {
	l, err := newLayout(further)
	if err != nil {
		l, _ = newLayout(nil)
	}
	if exponential {
		l.place()
	}
	return &recordRegistry{layout: l, start: time.Now(), most: most}, err
}

// register adds a record, unless an open store has its name. It goes on in the
// ledger of a closed store that had the same series, if there is one with
// readers to see.
func (r *recordRegistry) register(rec *record) (reopened bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.taken(rec.series); err != nil {
		return false, err
	}
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() {
			if err := disagree(l.aside.stats.Load(), rec.stats.Load()); err != nil {
				return false, err
			}
		}
	}
	r.forget(time.Now())
	reopened = r.reopen(rec)
	if !reopened {
		r.ledgers = append(r.ledgers, rec.ledger)
	}
	r.open++
	if r.open == 1 && r.sweeps == nil { // a provider's readers are not told the quantiles
		r.stop, r.stopped = make(chan struct{}), make(chan struct{})
		go r.rotate(r.stop, r.stopped)
	}
	return reopened, nil
}

// taken returns an error if an open store has the name. The caller holds mu.
func (r *recordRegistry) taken(s *series) error {
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() && l.series.sameStore(s) {
			return errTaken
		}
	}
	return nil
}

// unregister marks a record as final. It frees the name at once.
func (r *recordRegistry) unregister(rec *record) {
	r.mu.Lock()
	if rec.closed.Swap(true) {
		r.mu.Unlock()
		return
	}
	rec.ledger.closedAt, r.parted = time.Now(), true
	r.open--
	var stopped chan struct{}
	if r.open == 0 && r.sweeps == nil {
		close(r.stop)
		stopped = r.stopped
	}
	r.mu.Unlock()
	if stopped != nil {
		<-stopped //otelkv:waitok rotate waits for nobody
	}
	rec.ledger.settle()
	r.expire()
	if r.sweeps != nil {
		time.AfterFunc(farewell, r.expire) // nobody may come
	}
}

// rotate moves the windows of the quantiles on.
func (r *recordRegistry) rotate(stop, stopped chan struct{}) {
	defer close(stopped)
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		r.mu.Lock()
		ledgers := slices.Clone(r.ledgers)
		r.mu.Unlock()
		for _, l := range ledgers {
			l.rotate()
		}
	}
}

func (s *series) sameStore(other *series) bool {
	return s.system == other.system && s.namespace == other.namespace
}
