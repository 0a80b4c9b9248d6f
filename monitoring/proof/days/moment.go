package days

import (
	"math"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// A Moment is how a process and its stores do in a minute.
type Moment struct {
	Hour  float64 // of the day
	Slot  int     // of the instance
	Since int     // minutes, since the event that changes the moment has struck the instance

	Down     bool // it does not run
	Moved    bool // what runs next is an instance of its own, as after a deployment
	Restarts bool // it starts again, between two scrapes
	Unseen   bool // it runs, and a scrape finds nobody

	CPU, Memory float64           // shares
	Lost        float64           // records a minute that exporters lose
	Checks      map[string]string // the states of checks that do not pass
	Unready     bool              // readiness says no
	Dead        bool              // liveness says no

	Stores []Condition
}

// A Condition is how a store does in a minute.
type Condition struct {
	Load  float64                       // operations a second
	Batch float64                       // writes of batches a second, on top
	Slow  float64                       // the share that takes 0.3 s longer
	Pace  float64                       // by which durations are multiplied
	Fails map[catalog.ErrorKind]float64 // shares
	Only  catalog.Operation             // the only one that is slow or fails; empty: all
	Share map[catalog.Outcome]float64   // of canceled and conflict

	Oldest  float64 // the age in seconds of the oldest operation of its own
	Disk    float64 // the used share; NaN is unknown
	Failed  bool
	Written float64 // bytes of the engine

	SlowDisk float64 // events of the minute
	Stalled  float64 // the share of the minute

	Connected bool
	Lag       float64 // in seconds; NaN is unknown
	Replica   string  // the name of the replica; empty: that of the page

	Reading      float64 // the age in seconds of the oldest read transaction
	Free         float64 // the share of pages that are free
	FreelistSize float64
}

var unknown = math.NaN()

// fails sets a share of errors.
func (c *Condition) fails(kind catalog.ErrorKind, share float64) { c.Fails[kind] += share }
