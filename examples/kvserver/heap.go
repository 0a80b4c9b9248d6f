package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"
	"time"

	"github.com/otelkv/otelkv/examples/kvserver/internal/resp"
)

const (
	// heapSlack is what Go may have besides what is alive: garbage of some large
	// values, and pages that are not full. Less makes it collect more often.
	heapSlack = 8 << 20

	heapInterval = 250 * time.Millisecond
)

// boundHeap keeps the garbage of what clients hold within the memory that is theirs.
// By default Go lets garbage grow until it is as much as what is alive, so that a budget
// of 128 MiB would be 256 MiB of the machine's. The limit is above the program's own
// memory by the budget and heapSlack, and as usual by twice the data of an engine that
// keeps it in Go's memory. What is over goes back to the operating system a while later.
// A limit of the user's, GOMEMLIMIT, is left alone.
func boundHeap(budget *resp.Budget, e engine, engineMemory int) (stop func()) {
	before := debug.SetMemoryLimit(-1)
	if before != math.MaxInt64 {
		return func() {}
	}
	runtime.GC()
	own := newHeap()
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		tick := time.NewTicker(heapInterval)
		defer tick.Stop()
		data := dataSize{own: own.live}
		unused := release{mapped: own.mapped}
		for {
			now := newHeap()
			held := int64(budget.Size() - budget.Left())
			if unused.due(now, held) {
				debug.FreeOSMemory()
			}
			limit := own.mapped + int64(budget.Size()) + heapSlack
			if e.inMemory() {
				limit += 2 * data.after(now, held)
			} else if e.inGo {
				limit += int64(engineMemory)
			}
			debug.SetMemoryLimit(limit)
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		ended.Wait() //otelkv:waitok it looks at nothing that could hang
		debug.SetMemoryLimit(before)
	}
}

// A dataSize tells what is alive that is neither the program's own nor charged: the
// least after some collections, since what passes is no data.
type dataSize struct {
	own     int64
	cycles  uint64
	held    int64 // at most, since the collection before the last one
	sizes   [4]int64
	samples int
}

// after returns the size, when so much is charged.
func (d *dataSize) after(now heap, held int64) int64 {
	most := max(d.held, held)
	d.held = most
	if now.cycles != d.cycles {
		d.cycles, d.held = now.cycles, held
		d.sizes[d.samples%len(d.sizes)] = max(0, now.live-d.own-most)
		d.samples++
	}
	return slices.Min(d.sizes[:])
}

// A heap is what Go has of memory, in bytes.
type heap struct {
	live      int64  // after the last collection
	mapped    int64  // of the operating system
	allocated int64  // since the start
	cycles    uint64 // of the collector
}

func newHeap() heap {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/allocs:bytes"},
	}
	metrics.Read(samples)
	value := func(i int) int64 { return int64(samples[i].Value.Uint64()) }
	return heap{live: value(0), mapped: value(1) - value(2), cycles: samples[3].Value.Uint64(), allocated: value(4)}
}
