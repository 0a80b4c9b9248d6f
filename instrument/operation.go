package instrument

import (
	"fmt"

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
}

var (
	readOutcomes  = []outcome{outcomeOK, outcomeCanceled, outcomeError}
	getOutcomes   = []outcome{outcomeOK, outcomeMiss, outcomeCanceled, outcomeError}
	writeOutcomes = []outcome{outcomeOK, outcomeConflict, outcomeCanceled, outcomeError}

	readFailures = []failure{
		failureTimeout, failureClosed, failureUnavailable, failureCorruption,
		failureInvalidArgument, failurePanic, failureOther,
	}
	writeFailures = []failure{
		failureTimeout, failureClosed, failureReadOnly, failureTooLarge, failureUnavailable,
		failureCorruption, failureNoSpace, failureInvalidArgument, failurePanic, failureOther,
	}
	deleteFailures = []failure{
		failureTimeout, failureClosed, failureReadOnly, failureUnavailable,
		failureCorruption, failureNoSpace, failureInvalidArgument, failurePanic, failureOther,
	}
	viewFailures = []failure{
		failureTimeout, failureClosed, failureUnavailable, failureCorruption, failurePanic, failureOther,
	}
	pingFailures = []failure{failureTimeout, failureClosed, failureUnavailable, failureOther}
)

// fewStripes is enough for operations that last long enough not to meet on a
// cache line: a scan, a transaction and a batch take microseconds where a get
// from memory takes tens of nanoseconds.
const fewStripes = 4

// storeOperationInfo describes the operations of a kvdb store.
var storeOperationInfo = [storeOperations]operationInfo{
	opGet:    {name: string(catalog.Get), sends: true, delivers: true, outcomes: getOutcomes, failures: readFailures},
	opPut:    {name: string(catalog.Put), sends: true, outcomes: writeOutcomes, failures: writeFailures},
	opDelete: {name: string(catalog.Delete), sends: true, outcomes: writeOutcomes, failures: deleteFailures},
	opScan:   {name: string(catalog.Scan), sends: true, delivers: true, outcomes: readOutcomes, failures: readFailures, stripes: fewStripes, callerTime: true},
	opView: {
		name: string(catalog.View), sends: true, delivers: true, outcomes: []outcome{outcomeOK, outcomeAborted, outcomeCanceled, outcomeError},
		failures: viewFailures, stripes: fewStripes, callerTime: true,
	},
	opUpdate: {
		name: string(catalog.Update), sends: true, delivers: true, outcomes: []outcome{outcomeOK, outcomeConflict, outcomeAborted, outcomeCanceled, outcomeError},
		failures: writeFailures, stripes: fewStripes, callerTime: true,
	},
	opCompareAndSwap: {
		name: string(catalog.CompareAndSwap), sends: true, outcomes: []outcome{outcomeOK, outcomeMiss, outcomeConflict, outcomeCanceled, outcomeError},
		failures: writeFailures, stripes: fewStripes,
	},
	opPing:        {name: string(catalog.Ping), outcomes: readOutcomes, failures: pingFailures, stripes: fewStripes},
	opBatchPut:    {name: string(catalog.BatchPut), sends: true, outcomes: writeOutcomes, failures: writeFailures, stripes: fewStripes, batch: true},
	opBatchDelete: {name: string(catalog.BatchDelete), sends: true, outcomes: writeOutcomes, failures: deleteFailures, stripes: fewStripes, batch: true},
	opBatchGet:    {name: string(catalog.BatchGet), sends: true, delivers: true, outcomes: readOutcomes, failures: readFailures, stripes: fewStripes, batch: true},
	opBatch:       {name: string(catalog.Batch), sends: true, outcomes: writeOutcomes, failures: writeFailures, stripes: fewStripes, batch: true},
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
