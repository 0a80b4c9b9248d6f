package catalog

import "slices"

// A Contract says what an operation can do before it has done it. The series of
// what it can do exist from the start, so that a rate never begins with "no
// data"; those of anything else come when it happens.
type Contract struct {
	// Capabilities are those of package kvdb of which one brings the operation.
	// A store of any kind has the operations without.
	Capabilities []string

	Outcomes []Outcome
	Errors   []ErrorKind // of the outcome Error

	CallerTime bool // its duration contains the caller's own code
	Batch      bool // counts items
	Sends      bool // keys or values
	Delivers   bool // keys or values
}

// Contract returns that of an operation of a store. It has neither outcomes nor
// errors for any other, as a program can declare for a Recorder.
func (o Operation) Contract() Contract { return contracts[o] }

// In reports whether a store with the given capabilities, named as package kvdb
// names them, has an operation of this contract.
func (c Contract) In(capabilities []string) bool {
	return len(c.Capabilities) == 0 || slices.ContainsFunc(c.Capabilities, func(name string) bool {
		return slices.Contains(capabilities, name)
	})
}

var (
	readOutcomes  = []Outcome{OK, Canceled, Error}
	writeOutcomes = []Outcome{OK, Conflict, Canceled, Error}

	readErrors = []ErrorKind{
		ErrTimeout, ErrClosed, ErrUnavailable, ErrCorruption, ErrInvalidArgument, ErrPanic, ErrOther,
	}
	writeErrors = []ErrorKind{
		ErrTimeout, ErrClosed, ErrReadOnly, ErrTooLarge, ErrUnavailable,
		ErrCorruption, ErrNoSpace, ErrInvalidArgument, ErrPanic, ErrOther,
	}
	deleteErrors = []ErrorKind{
		ErrTimeout, ErrClosed, ErrReadOnly, ErrUnavailable,
		ErrCorruption, ErrNoSpace, ErrInvalidArgument, ErrPanic, ErrOther,
	}
	viewErrors = []ErrorKind{ErrTimeout, ErrClosed, ErrUnavailable, ErrCorruption, ErrPanic, ErrOther}
	pingErrors = []ErrorKind{ErrTimeout, ErrClosed, ErrUnavailable, ErrOther}
)

// lasting adds engine_failed, for the writes that every store has. It can end any other
// operation, too: but it goes on, so that those lose nothing by series that begin with
// it, and there is no room for all of them.
func lasting(kinds []ErrorKind) []ErrorKind {
	return slices.Insert(slices.Clone(kinds), len(kinds)-2, ErrEngineFailed)
}

var contracts = map[Operation]Contract{
	Get:    {Outcomes: []Outcome{OK, Miss, Canceled, Error}, Errors: readErrors, Sends: true, Delivers: true},
	Put:    {Outcomes: writeOutcomes, Errors: lasting(writeErrors), Sends: true},
	Delete: {Outcomes: writeOutcomes, Errors: lasting(deleteErrors), Sends: true},
	Scan: {
		Capabilities: []string{"Scanner", "PrefixScanner"},
		Outcomes:     readOutcomes, Errors: readErrors, CallerTime: true, Sends: true, Delivers: true,
	},
	View: {
		Capabilities: []string{"Viewer"},
		Outcomes:     []Outcome{OK, Aborted, Canceled, Error}, Errors: viewErrors, CallerTime: true, Sends: true, Delivers: true,
	},
	Update: {
		Capabilities: []string{"Updater"},
		Outcomes:     []Outcome{OK, Conflict, Aborted, Canceled, Error}, Errors: writeErrors, CallerTime: true, Sends: true, Delivers: true,
	},
	CompareAndSwap: {
		Capabilities: []string{"Swapper"},
		Outcomes:     []Outcome{OK, Miss, Conflict, Canceled, Error}, Errors: writeErrors, Sends: true,
	},
	Ping:        {Capabilities: []string{"Pinger"}, Outcomes: readOutcomes, Errors: pingErrors},
	BatchPut:    {Capabilities: []string{"Batcher"}, Outcomes: writeOutcomes, Errors: writeErrors, Sends: true, Batch: true},
	BatchDelete: {Capabilities: []string{"Batcher"}, Outcomes: writeOutcomes, Errors: deleteErrors, Sends: true, Batch: true},
	BatchGet:    {Capabilities: []string{"MultiGetter", "SizedMultiGetter"}, Outcomes: readOutcomes, Errors: readErrors, Sends: true, Delivers: true, Batch: true},
	Batch:       {Capabilities: []string{"Batcher"}, Outcomes: writeOutcomes, Errors: writeErrors, Sends: true, Batch: true},
}
