package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A fault is a way to fail on purpose.
type fault int32

const (
	faultNone   fault = iota
	faultErrors       // some operations find the store unavailable
	faultSlow         // some operations take long
	faultLag          // a replica falls behind
	faultDisk         // the disk fills up
)

var faultNames = []string{"none", "errors", "slow", "lag", "disk"}

func (f fault) String() string { return faultNames[f] }

// What the faults do.
const (
	errorShare = 0.10
	slowShare  = 0.05
	slowBy     = 300 * time.Millisecond
	lagBy      = 30 * time.Second
	diskUsed   = 0.95
)

var (
	errUnknownFault = errors.New("unknown fault")
	errInjected     = errors.New("the fault errors is on")
)

// parseFault finds a fault by its name. The error matches errUnknownFault.
func parseFault(name string) (fault, error) {
	i := slices.Index(faultNames, name)
	if i < 0 {
		return faultNone, fmt.Errorf("%w %q: use %s", errUnknownFault, name, faultKinds())
	}
	return fault(i), nil
}

// faultKinds lists the names for a sentence.
func faultKinds() string {
	last := len(faultNames) - 1
	return strings.Join(faultNames[:last], ", ") + " or " + faultNames[last]
}

// faults is the fault that is on. It is safe for concurrent use.
type faults struct{ current atomic.Int32 }

func (f *faults) get() fault  { return fault(f.current.Load()) }
func (f *faults) set(k fault) { f.current.Store(int32(k)) }

// strike fails or delays an operation, or does neither.
func (f *faults) strike(ctx context.Context, op string) error {
	switch f.get() {
	case faultErrors:
		if rand.Float64() < errorShare {
			return &kvdb.Error{Op: op, Kind: kvdb.ErrUnavailable, Err: errInjected}
		}
	case faultSlow:
		if rand.Float64() < slowShare {
			return wait(ctx, op, slowBy)
		}
	}
	return nil
}

func wait(ctx context.Context, op string, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return kvdb.ContextError(op, ctx.Err())
	}
}
