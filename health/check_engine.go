package health

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// Engine checks the state of an engine from two sources, of which at least one
// is needed: the store's own statistics ([kvdb.StatsReader]), where a write
// stall warns for half a minute, stalls that took more than half of the time since
// the last run fail until they take less than a quarter, and [kvdb.StatFailed] fails
// at once; and the function state, which returns the engine's standing error, nil
// when there is none, such as the last one of its background work. An error
// that matches [kvdb.ErrReadOnly], [kvdb.ErrCorruption], [kvdb.ErrNoSpace], [kvdb.ErrEngineFailed] or
// [kvdb.ErrClosed], of either source, fails at once. It says the name and
// "writes stalled", "read only", "corrupt", "out of space", "closed" or, for
// another error, "failed".
func Engine(name string, store kvdb.Store, state func(context.Context) error) Check {
	c := newCheck(name, "failed", 0)
	if store != nil && c.noStore(store) {
		return c
	}
	c.Network = overNetwork(store)
	reader, ok := kvdb.As[kvdb.StatsReader](store)
	if !ok && state == nil {
		c.err = errors.New("neither a store with a StatsReader nor a function tells the engine's state")
		return c
	}
	e := &engine{name: name, state: state, stalls: newWriteStalls(name)}
	if ok {
		e.stats = newStats(reader)
		e.stall, e.failed = e.stats.find(kvdb.StatWriteStallTime), e.stats.find(kvdb.StatFailed)
	}
	c.Run = e.run
	return c
}

type engine struct {
	name  string
	stats *stats
	state func(context.Context) error

	stall, failed int // places of statistics; -1 is none
	stalls        writeStalls
}

func (e *engine) run(ctx context.Context) error {
	if e.state != nil {
		if err := e.state(ctx); err != nil {
			return e.explain(err)
		}
	}
	if e.stats == nil {
		return nil
	}
	values, err := e.stats.read(ctx, nil)
	if err != nil {
		return e.explain(err)
	}
	if e.failed >= 0 && values[e.failed] == 1 {
		return Decisive(because(e.name+" failed", errEngineFailed))
	}
	if e.stall >= 0 && !math.IsNaN(values[e.stall]) {
		return e.stalls.judge(values[e.stall], time.Now())
	}
	return nil
}

var errEngineFailed = errors.New("the engine takes no more writes until it is opened again")

func (e *engine) explain(err error) error {
	for _, known := range [...]struct {
		kind   error
		reason string
	}{
		{kvdb.ErrReadOnly, "read only"},
		{kvdb.ErrCorruption, "corrupt"},
		{kvdb.ErrNoSpace, "out of space"},
		{kvdb.ErrEngineFailed, "failed"},
		{kvdb.ErrClosed, "closed"},
	} {
		if errors.Is(err, known.kind) {
			return Decisive(because(e.name+" "+known.reason, err))
		}
	}
	return err
}
