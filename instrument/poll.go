package instrument

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/otelkv/otelkv/instrument/internal/record"
	"github.com/otelkv/otelkv/kvdb"
)

// pollTimeout ends a reading; the values of the last one stay.
const pollTimeout = 5 * time.Second

// lastTimeout ends the reading that Close makes.
const lastTimeout = time.Second

var errPanicked = errors.New("the reading panicked")

// pollers read an engine's statistics, connections and replication lag in the background, so
// that a scrape does no I/O and an engine that hangs hangs alone.
type pollers struct {
	rec     *record.Record     // what they read for
	cancel  context.CancelFunc // no further readings but the last one
	abandon context.CancelFunc // not that one either
	done    sync.WaitGroup
}

// start begins to poll.
func (p *pollers) start(rec *record.Record, v views) {
	open, abandon := context.WithCancel(context.Background())
	ctx, cancel := context.WithCancel(open)
	p.rec, p.cancel, p.abandon = rec, cancel, abandon
	if v.statsReader != nil {
		p.counts(open, ctx, func(ctx context.Context) error { return readStats(ctx, rec, v.statsReader) })
	}
	if v.poolReader != nil {
		p.counts(open, ctx, func(ctx context.Context) error { return readPool(ctx, rec, v.poolReader) })
	}
	if v.lagger != nil {
		rec.ExpectLag()
		p.done.Go(func() { every(ctx, func(ctx context.Context) error { return readLag(ctx, rec, v.lagger) }) })
	}
}

// counts calls read as every does until ctx ends, and once more then, for what was counted since. An
// engine of which the last reading failed is not asked again, since Close would wait for it, nor is
// one that is not open any more.
func (p *pollers) counts(open, ctx context.Context, read func(context.Context) error) {
	p.done.Go(func() {
		if every(ctx, read) && open.Err() == nil {
			_ = readOnce(open, lastTimeout, read)
		}
	})
}

// every calls read now and at each interval until the context ends, never twice at once. It reports
// whether the last reading did not fail, but for one that the end cut short.
func every(ctx context.Context, read func(context.Context) error) bool {
	tick := time.NewTicker(record.PollInterval)
	defer tick.Stop()
	for well := true; ; {
		err := readOnce(ctx, pollTimeout, read)
		if err == nil || ctx.Err() == nil {
			well = err == nil
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		if ctx.Err() != nil {
			return well
		}
	}
}

// readOnce calls read with a time-out. A panic counts as a reading that failed.
func readOnce(ctx context.Context, timeout time.Duration, read func(context.Context) error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return read(ctx)
}

// stop ends the pollers. A reading that ignores its context is waited for no
// longer than its time-out; its goroutine ends when it returns.
func (p *pollers) stop() {
	if p.cancel == nil {
		return
	}
	p.cancel()
	defer p.abandon() // the engine is closed next
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.done.Wait()
	}()
	timeout := time.NewTimer(pollTimeout)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	}
	p.rec.Recall()
}

// readStats reads the engine's statistics. Values that are no more or less than
// were declared are told of once.
func readStats(ctx context.Context, rec *record.Record, from kvdb.StatsReader) error {
	declared := len(rec.Stats.Load().Infos)
	values, err := from.AppendStats(ctx, make([]float64, 0, declared))
	if err != nil || rec.KeepStats(values) {
		return err
	}
	rec.Miscounted.Do(func() {
		otel.Handle(fmt.Errorf("instrument: %s %q: AppendStats gave %d values for the %d statistics that StatInfos declares: they are not shown",
			rec.Series.System, rec.Series.Namespace, len(values), declared))
	})
	return nil
}

func readPool(ctx context.Context, rec *record.Record, from kvdb.PoolReader) error {
	p, err := from.PoolStats(ctx)
	if err == nil {
		rec.KeepPool(p)
	}
	return err
}

func readLag(ctx context.Context, rec *record.Record, from kvdb.Lagger) error {
	lag, err := from.ReplicationLag(ctx)
	switch {
	case err == nil:
		rec.KeepLag(lag)
	case errors.Is(err, kvdb.ErrLagUnknown):
		rec.LoseLag()
	}
	return err
}

// declared returns what a store's statistics are, nil where it has none. A declaration that is wrong,
// and one that panics, is an error of Wrap: nobody would see it later.
func declared(r kvdb.StatsReader) (infos []kvdb.StatInfo, err error) {
	if r == nil {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the store's StatInfos panicked: %v", p)
		}
	}()
	infos = append(make([]kvdb.StatInfo, 0), r.StatInfos()...) // not nil, even if there are none
	return infos, kvdb.CheckStatInfos(infos)
}
