package instrument

import (
	"fmt"
	"slices"

	"github.com/otelkv/otelkv/monitoring/catalog"
)

// An operation is an index into the operations of an observer. For a store
// these are the ones below; their order is the order on /metrics.
type operation uint8

const (
	opGet operation = iota
	opPut
	opDelete
	opScan
	opView
	opUpdate
	opCompareAndSwap
	opPing
	opBatchPut
	opBatchDelete
	opBatchGet
	opBatch
	storeOperations
)

// operationInfo says what is known of an operation before it runs.
type operationInfo struct {
	name string

	// The outcomes and failures that this operation can have by its contract.
	// Only these get a series before they happen; any other gets one when it
	// happens.
	outcomes []outcome
	failures []failure

	stripes    int  // how many stripes its counts use; 0 means all
	callerTime bool // its duration contains the caller's own code
	batch      bool // counts items
	sends      bool // keys or values
	delivers   bool // keys or values
	absent     bool // the store has no capability for it
	lazy       bool // its stripes are made at its first use
	late       bool // and it has series only from then on
}

// fewStripes is enough for operations that last long enough not to meet on a
// cache line: a scan, a transaction and a batch take microseconds where a get
// from memory takes tens of nanoseconds.
const fewStripes = 4

// storeOperationInfo describes the operations of a kvdb store, with how many
// stripes each has.
var storeOperationInfo = [storeOperations]operationInfo{
	opGet:            contract(catalog.Get, 0),
	opPut:            contract(catalog.Put, 0),
	opDelete:         contract(catalog.Delete, 0),
	opScan:           contract(catalog.Scan, fewStripes),
	opView:           contract(catalog.View, fewStripes),
	opUpdate:         contract(catalog.Update, fewStripes),
	opCompareAndSwap: contract(catalog.CompareAndSwap, fewStripes),
	opPing:           contract(catalog.Ping, fewStripes),
	opBatchPut:       contract(catalog.BatchPut, fewStripes),
	opBatchDelete:    contract(catalog.BatchDelete, fewStripes),
	opBatchGet:       contract(catalog.BatchGet, fewStripes),
	opBatch:          contract(catalog.Batch, fewStripes),
}

// contract describes an operation as the catalogue does.
func contract(name catalog.Operation, stripes int) operationInfo {
	c := name.Contract()
	info := operationInfo{
		name: string(name), stripes: stripes, callerTime: c.CallerTime,
		batch: c.Batch, sends: c.Sends, delivers: c.Delivers,
	}
	for _, o := range c.Outcomes {
		info.outcomes = append(info.outcomes, outcome(slices.Index(outcomeNames[:], string(o))))
	}
	for _, kind := range c.Errors {
		info.failures = append(info.failures, failure(slices.Index(builtinFailureNames[:], string(kind))))
	}
	return info
}

// operationNamed finds an operation by the name it has on /metrics.
func operationNamed(infos []operationInfo, name string) (operation, error) {
	for i := range infos {
		if infos[i].name == name {
			return operation(i), nil
		}
	}
	return 0, fmt.Errorf("there is no operation %q", name)
}
