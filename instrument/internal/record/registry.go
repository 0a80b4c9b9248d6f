package record

import (
	"errors"
	"sync"
	"time"
)

// ErrTaken is that an open store has the name.
var ErrTaken = errors.New("the name is taken")

// A Registry holds the ledgers of stores until readers have seen them. It is
// safe for concurrent use.
type Registry struct {
	Layout      *layout
	Start       time.Time
	Connections Connections
	most        MostSeries
	clockFalls  func() uint64
	Sweeps      func(*Ledger) // of a MeterProvider: what it has of a dropped ledger; nil where Producers tell

	mu      sync.Mutex
	ledgers []*Ledger // of open stores, and of closed ones with a reader to see
	readers []*Reader
	lost    uint64 // farewells, before there was a reader
	open    int
	parted  bool          // a store has been closed
	dropped []*Ledger     // which a MeterProvider still calls for
	stop    chan struct{} // of what attends to the ledgers; nil while no store is open
	stopped chan struct{}
}

// NewRegistry returns an empty registry, whose durations are counted with
// further bounds in seconds and, if that is asked for, in exponential buckets. With
// an error, which is of the bounds, it goes without them. Most says how many series
// there may be of what it holds.
func NewRegistry(further []float64, exponential bool, most MostSeries) (*Registry, error) {
	l, err := newLayout(further)
	if err != nil {
		l, _ = newLayout(nil)
	}
	if exponential {
		l.place()
	}
	return &Registry{Layout: l, Start: time.Now(), most: most, clockFalls: clockFalls}, err
}

// NewRecord returns a record of the given operations, which [Registry.Register] adds
// to the registry.
func (r *Registry) NewRecord(infos []OperationInfo, s *Series, o Options) *Record {
	return newRecord(r.Layout, r.most, infos, s, o)
}

// Register adds a record, unless an open store has its name. It goes on in the
// ledger of a closed store that had the same series, if there is one with
// readers to see.
func (r *Registry) Register(rec *Record) (reopened bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.taken(rec.Series); err != nil {
		return false, err
	}
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() {
			if err := disagree(l.aside.Stats.Load(), rec.Stats.Load()); err != nil {
				return false, err
			}
		}
	}
	r.forget(time.Now())
	reopened = r.reopen(rec)
	if !reopened {
		r.ledgers = append(r.ledgers, rec.Ledger)
	}
	r.open++
	if r.open == 1 {
		r.stop, r.stopped = make(chan struct{}), make(chan struct{})
		go r.attend(r.stop, r.stopped)
	}
	return reopened, nil
}

// taken returns an error if an open store has the name. The caller holds mu.
func (r *Registry) taken(s *Series) error {
	for _, l := range r.ledgers {
		if l.closedAt.IsZero() && l.Series.sameStore(s) {
			return ErrTaken
		}
	}
	return nil
}

// Unregister marks a record as final. It frees the name at once.
func (r *Registry) Unregister(rec *Record) {
	r.mu.Lock()
	if rec.closed.Swap(true) {
		r.mu.Unlock()
		return
	}
	rec.Ledger.closedAt, r.parted = time.Now(), true
	r.open--
	var stopped chan struct{}
	if r.open == 0 {
		close(r.stop)
		stopped = r.stopped
	}
	r.mu.Unlock()
	if stopped != nil {
		<-stopped //otelkv:waitok attend waits for nobody
	}
	rec.Ledger.settle()
	r.expire()
	if r.Sweeps != nil {
		time.AfterFunc(Farewell, r.expire) // nobody may come
	}
}

func (s *Series) sameStore(other *Series) bool {
	return s.System == other.System && s.Namespace == other.Namespace
}
