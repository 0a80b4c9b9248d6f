package main

import (
	"context"
	"errors"
	"io"

	"github.com/otelkv/otelkv/benchmarks"
)

const (
	// linesBetweenFlushes fit into the queues of both batch processors, so that
	// neither side saves the work for a record by dropping it.
	linesBetweenFlushes = 1000

	// logShare of the rounds is enough for two long subjects.
	logShare = 2
)

// correlatedLogs measures a line that has the ids of a sampled span, to JSON
// and through a batch processor to an exporter that throws it away: by the
// logger of package otelsetup, and by a Tee.
func (s *session) correlatedLogs() (_ row, err error) {
	ours, err := benchmarks.NewOTelKVLog(s.ctx, io.Discard)
	if err != nil {
		return row{}, err
	}
	theirs := benchmarks.NewTeeLog(io.Discard)
	defer func() { err = errors.Join(err, ours.Close(), theirs.Close()) }()
	sampled, end := benchmarks.SampledParent(s.ctx)
	defer end()
	samples, err := measure(s.ctx, []subject{
		{"log", lines(sampled, ours), 1, long},
		{"log_tee", lines(sampled, theirs), 1, long},
	}, max(1, s.rounds/logShare))
	if err != nil {
		return row{}, err
	}
	e, err := ratioOf(samples["log"], samples["log_tee"])
	if err != nil {
		return row{}, err
	}
	return e.row(), nil
}

func lines(ctx context.Context, l benchmarks.LineLogger) loop {
	return func(n int) error {
		for i := range n {
			l.Log(ctx)
			if i%linesBetweenFlushes == linesBetweenFlushes-1 {
				if err := l.Flush(ctx); err != nil {
					return err
				}
			}
		}
		return l.Flush(ctx)
	}
}
