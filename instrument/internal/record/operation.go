package record

import (
	"fmt"
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An Operation is an index into the operations of an observer. For a store
// these are the ones below; their order is the order on /metrics.
type Operation uint8

// The operations of a kvdb store.
const (
	OpGet Operation = iota
	OpPut
	OpDelete
	OpScan
	OpView
	OpUpdate
	OpCompareAndSwap
	OpPing
	OpBatchPut
	OpBatchDelete
	OpBatchGet
	OpBatch
	StoreOperations
)

// OperationInfo says what is known of an operation before it runs.
type OperationInfo struct {
	Name string

	// The outcomes and failures that this operation can have by its contract.
	// Only these get a series before they happen; any other gets one when it
	// happens.
	Outcomes []Outcome
	Failures []Failure

	stripes    int  // how many stripes its counts use; 0 means all
	CallerTime bool // its duration contains the caller's own code
	Batch      bool // counts items
	Sends      bool // keys or values
	Delivers   bool // keys or values
	Absent     bool // the store has no capability for it
	Lazy       bool // its stripes are made at its first use
	Late       bool // and it has series only from then on
}

// fewStripes is enough for operations that last long enough not to meet on a
// cache line: a scan, a transaction and a batch take microseconds where a get
// from memory takes tens of nanoseconds.
const fewStripes = 4

// StoreOperationInfo describes the operations of a kvdb store, with how many
// stripes each has.
var StoreOperationInfo = [StoreOperations]OperationInfo{
	OpGet:            contract(catalog.Get, 0),
	OpPut:            contract(catalog.Put, 0),
	OpDelete:         contract(catalog.Delete, 0),
	OpScan:           contract(catalog.Scan, fewStripes),
	OpView:           contract(catalog.View, fewStripes),
	OpUpdate:         contract(catalog.Update, fewStripes),
	OpCompareAndSwap: contract(catalog.CompareAndSwap, fewStripes),
	OpPing:           contract(catalog.Ping, fewStripes),
	OpBatchPut:       contract(catalog.BatchPut, fewStripes),
	OpBatchDelete:    contract(catalog.BatchDelete, fewStripes),
	OpBatchGet:       contract(catalog.BatchGet, fewStripes),
	OpBatch:          contract(catalog.Batch, fewStripes),
}

// contract describes an operation as the catalogue does.
func contract(name catalog.Operation, stripes int) OperationInfo {
	c := name.Contract()
	info := OperationInfo{
		Name: string(name), stripes: stripes, CallerTime: c.CallerTime,
		Batch: c.Batch, Sends: c.Sends, Delivers: c.Delivers,
	}
	for _, o := range c.Outcomes {
		info.Outcomes = append(info.Outcomes, Outcome(slices.Index(outcomeNames[:], string(o))))
	}
	for _, kind := range c.Errors {
		info.Failures = append(info.Failures, Failure(slices.Index(builtinFailureNames[:], string(kind))))
	}
	return info
}

// OperationNamed finds an operation by the name it has on /metrics.
func OperationNamed(infos []OperationInfo, name string) (Operation, error) {
	for i := range infos {
		if infos[i].Name == name {
			return Operation(i), nil
		}
	}
	return 0, fmt.Errorf("there is no operation %q", name)
}

// MaxOperations is how many operations a recorder can have.
const MaxOperations = 64

// OtherOperation is the operation that an undeclared one counts as.
const OtherOperation = string(catalog.Other)

// EarlyOperations is how many operations of a Recorder have series from the start;
// those behind them have them from their first use on, as long as there is room.
const EarlyOperations = 12
