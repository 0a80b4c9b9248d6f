package days

import "github.com/otelkv/otelkv/monitoring/catalog"

// A habit is how an operation is used: its share of a store's operations, and its shape.
type habit struct {
	share float64
	shape
}

// habits are those of operations that are used. Shares need not add up to 1, since the
// engines have not the same operations.
var habits = map[catalog.Operation]habit{
	catalog.Get:            {0.62, shape{40e-6, 0.9}},
	catalog.Put:            {0.18, shape{120e-6, 0.9}},
	catalog.Delete:         {0.03, shape{100e-6, 0.9}},
	catalog.Scan:           {0.05, shape{900e-6, 1.2}},
	catalog.View:           {0.01, shape{2e-3, 1.2}},
	catalog.Update:         {0.02, shape{3e-3, 1.1}},
	catalog.CompareAndSwap: {0.02, shape{150e-6, 0.9}},
	catalog.BatchPut:       {0.04, shape{600e-6, 1.0}},
	catalog.Batch:          {0.03, shape{700e-6, 1.0}},
}

// slow is how long operations take that a fault holds up.
var slow = shape{0.3, 0.1}

// straggler is what some operations of a healthy store take.
var straggler = shape{0.06, 0.7}

// Shares of a healthy store.
const (
	stragglers = 3e-4
	misses     = 0.08
)
