package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A Program is what a fault needs of the program that it is in.
type Program struct {
	Name string

	// Calls is the instrumented store, for faults of callers.
	Calls kvdb.Store

	// Operations returns how many operations there have been, so that callers who go
	// wrong are a part of all. Nil is none.
	Operations func() uint64

	// OwnLoad says that the program makes its load itself, and asks Idle.
	OwnLoad bool

	// Replica is told that there is a simulated replica, with the first fault that needs
	// one. Nil is a program that has one from the start.
	Replica func()

	// Again makes the program end and start again with a fault that is on from the
	// start. It returns at once, and may be called again: the last call decides. Nil is a
	// program that cannot.
	Again func(Fault)

	// Silent says that the program has no telemetry that could be lost.
	Silent bool

	// For tests.
	machine machine
	free    int64
}

// freeBytes returns the size of the pages that the fault freelist frees.
func (p *Program) freeBytes() int64 { return cmp.Or(p.free, freeBytes) }

// A Switch turns faults on and off, one at a time. It is safe for concurrent use.
type Switch struct {
	store   *Store
	program Program
	turn    chan struct{}         // held by who changes the fault
	now     atomic.Pointer[Fault] // for readers
	end     func()                // of what is on
	closed  bool
	lossy   bool        // since the start: with the telemetry of the fault
	leaves  atomic.Bool // for another process

	chunks *chunks // of the fault freelist; nil before it
	refill task    // of its end
}

// Start returns a switch that has turned a fault on. The error matches ErrUnsupported
// if it cannot be had. The caller closes the switch before the store.
func (s *Store) Start(p Program, f Fault) (*Switch, error) {
	w := &Switch{store: s, program: p, turn: make(chan struct{}, 1), end: func() {}, lossy: f.Kind == Telemetry}
	w.now.Store(&Fault{})
	return w, w.Set(f)
}

// On returns the fault that is on.
func (w *Switch) On() Fault { return *w.now.Load() }

// Idle reports whether the load has to stop. A nil Switch has no fault.
func (w *Switch) Idle() bool { return w != nil && w.On().Kind == Idle }

// Set ends the fault that is on, and turns on another one. It waits until what the former
// has begun has ended. If the latter is not possible, the error matches ErrUnsupported and
// the former stays, unless only the attempt has shown it: then none is on.
func (w *Switch) Set(f Fault) error {
	if err := w.check(f); err != nil {
		return err
	}
	w.turn <- struct{}{}
	defer func() { <-w.turn }()
	if w.closed {
		return fmt.Errorf("%w: %s is ending", ErrUnsupported, w.program.Name)
	}
	w.end()
	w.end = func() {}
	w.now.Store(&Fault{})
	if w.another(f) {
		w.leaves.Store(true)
		w.now.Store(&f)
		w.program.Again(f)
		return nil
	}
	if f.Kind == None {
		return nil
	}
	return w.begin(f)
}

func (w *Switch) begin(f Fault) error {
	ended := make(chan struct{})
	on := &active{Fault: f, ended: ended, used: f.used()}
	w.store.on.Store(on)
	end, err := w.background(on)
	if err != nil {
		close(ended)
		w.store.on.Store(nil)
		return err
	}
	w.end = func() {
		close(ended)
		w.store.on.Store(nil)
		end()
	}
	w.now.Store(&f)
	return nil
}

// check returns why the program or its engine cannot have a fault.
func (w *Switch) check(f Fault) error {
	if err := w.store.Check(f); err != nil {
		return err
	}
	if (f.Kind == Restart || w.another(f)) && w.program.Again == nil {
		return fmt.Errorf("%w: %s cannot start itself again", ErrUnsupported, w.program.Name)
	}
	switch {
	case f.Kind == Idle && !w.program.OwnLoad:
		return fmt.Errorf("%w: %s makes no load of its own, stop its clients", ErrUnsupported, w.program.Name)
	case f.Kind == Telemetry && w.program.Silent:
		return fmt.Errorf("%w: %s runs without telemetry", ErrUnsupported, w.program.Name)
	case f.Kind == Engine:
		return w.store.checkEngine()
	case f.Kind == Memory:
		return w.checkMemory()
	}
	return nil
}

// Check returns an error that matches ErrUnsupported for a fault that the engine
// cannot have.
func (s *Store) Check(f Fault) error { return Check(s.engine, f) }

// Check returns an error that matches ErrUnsupported for a fault that an engine cannot
// have, by its name.
func Check(engine string, f Fault) error {
	if engines := table[f.Kind].engines; engines != nil && !slices.Contains(engines, engine) {
		return fmt.Errorf("%w: the fault %v takes the engine %s, and this one is %s", ErrUnsupported, f.Kind, strings.Join(engines, " or "), engine)
	}
	return nil
}

// closeLimit is how long Close waits. What still hangs then is the store's to end.
const closeLimit = time.Second

// Close ends the fault that is on, and waits a second at most for what it has begun, some
// of which is in calls of the store. Later ones are refused.
func (w *Switch) Close() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.close()
	}()
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case <-ended:
	case <-limit.C:
	}
}

func (w *Switch) close() {
	w.turn <- struct{}{}
	defer func() { <-w.turn }()
	w.end()
	w.end, w.closed = func() {}, true
	w.refill.stop()
}

// background begins what goes on while a fault is on, and returns what ends it.
func (w *Switch) background(on *active) (end func(), err error) {
	nothing := func() {}
	switch on.Kind {
	case Lag, Replica:
		if !w.store.replica.Swap(true) && w.program.Replica != nil {
			w.program.Replica()
		}
		if on.Kind == Replica {
			w.store.failovers.Add(1)
		}
	case Hang:
		return w.hang(), nil
	case Canceled:
		return w.crowd(cancelCall), nil
	case Conflicts:
		return w.crowd(loseUpdate), nil
	case Stall:
		return w.stall(on.ended), nil
	case SlowDisk:
		return w.slowDisk(on.ended), nil
	case OldRead:
		return w.oldRead(on.ended), nil
	case Freelist:
		return w.bloatFreelist(), nil
	case Saturation:
		return w.burn(on.ended), nil
	case Memory:
		return w.holdMemory(on.ended)
	case Engine:
		return nothing, w.store.failEngine()
	case Restart:
		return w.restart(on), nil
	}
	return nothing, nil
}

// Others names the kinds besides none and errors that Possible returns.
func (w *Switch) Others() string {
	var names []string
	for _, k := range w.Possible() {
		if k != None && k != Errors {
			names = append(names, k.String())
		}
	}
	return strings.Join(names, ", ")
}

// Possible returns the kinds that the program and its engine can have.
func (w *Switch) Possible() (kinds []Kind) {
	for k := range table {
		if w.check(Fault{Kind: Kind(k)}) == nil {
			kinds = append(kinds, Kind(k))
		}
	}
	return kinds
}
