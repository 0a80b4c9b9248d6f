package instrument

import (
	"context"
	"runtime/pprof"
	"sync/atomic"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/monitoring/catalog"
)

// ProfilerLabels is the gate of the labels by which a CPU or goroutine profile
// splits by operation: db.system.name, db.namespace and db.operation.name, on
// the goroutine of each operation of every store and Recorder of the process,
// as there is one profiler a process. While it is open an operation costs some
// ten nanoseconds more, and nothing more is allocated unless its context has
// labels of its own, which are kept beside these. By default, it is closed, and
// an operation pays for one atomic load.
//
// The labels cover the engine and the goroutines that it starts meanwhile. One that
// goes on after the operation, such as the read loop of a connection that was
// dialled in it, keeps them as long as it runs, also in profiles taken later:
// nobody can take the labels off another goroutine. So connect before the first
// profile, as with a ping at the start, and where a client dials on a goroutine
// of its own, as that of net/http does, take them off there, in its dialler:
//
//	pprof.SetGoroutineLabels(context.Background())
//
// An adapter opens what it opens in [kvdb.Unlabeled]. Pebble's goroutines take them
// off themselves, and kvpebble does so for the rest in a store that it has opened;
// go-redis and bbolt leave nothing behind.
//
// The body of a loop over a scan and the function of a view or an update run with
// the caller's labels. When an operation ends, also by a panic, the goroutine has
// the labels of the context that the operation was called with: labels that were set by
// [pprof.SetGoroutineLabels] and are not in that context are lost, as the
// runtime does not tell them. [pprof.Do] hands them on. The context that the
// engine gets has no labels of this gate.
//
// The zero value is ready, all values are the same gate, and it is safe for
// concurrent use.
type ProfilerLabels struct{}

// Enable opens the gate for the operations that begin from now on. It stays
// open until Disable has been called as often as Enable.
func (ProfilerLabels) Enable() { profilers.Add(1) }

// Disable takes back one Enable. One too many does nothing. Operations under
// way keep their labels until they end.
func (ProfilerLabels) Disable() {
	for n := profilers.Load(); n > 0; n = profilers.Load() {
		if profilers.CompareAndSwap(n, n-1) {
			return
		}
	}
}

// profilers counts those who want labels. Every operation reads it, so that it
// must not share a cache line with what is written often.
var profilers struct {
	_ [128]byte
	atomic.Int64
	_ [120]byte
}

// labels are those of the goroutine of an operation; nil where nobody wants
// any.
type labels struct {
	context.Context //nolint:containedctx // only a context carries labels to a goroutine
	set             pprof.LabelSet
}

// storeLabels are those of the operations of a store. They are made when they are
// first needed, since most programs never profile so.
type storeLabels struct {
	rec  *record.Record
	each []atomic.Pointer[labels] // by operation; nil until the first use
}

func newStoreLabels(rec *record.Record) storeLabels {
	return storeLabels{rec, make([]atomic.Pointer[labels], len(rec.Infos))}
}

// of returns the labels of an operation below a caller without any.
func (s *storeLabels) of(op record.Operation) *labels {
	at := &s.each[op]
	if l := at.Load(); l != nil {
		return l
	}
	series := s.rec.Series
	set := pprof.Labels(
		catalog.SystemName, series.System,
		catalog.Namespace, series.Namespace,
		catalog.OperationName, s.rec.Infos[op].Name,
	)
	at.CompareAndSwap(nil, &labels{pprof.WithLabels(context.Background(), set), set})
	return at.Load()
}

// below returns the labels with those of the caller, over which they win.
func (l *labels) below(caller context.Context) *labels {
	labelled := false
	pprof.ForLabels(caller, func(string, string) bool {
		labelled = true
		return false
	})
	if !labelled {
		return l
	}
	return &labels{pprof.WithLabels(caller, l.set), l.set}
}

// put gives the calling goroutine the labels.
func (l *labels) put() {
	if l != nil {
		pprof.SetGoroutineLabels(l)
	}
}

// takeOff gives the calling goroutine back the labels of its caller, or of a
// context made from the caller's.
func (l *labels) takeOff(caller context.Context) {
	if l != nil {
		pprof.SetGoroutineLabels(caller)
	}
}
