package main

import (
	"context"
	"errors"
	"fmt"
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
// logger of package otelsetup, and by a Tee. The JSON is thrown away, too.
func (s *session) correlatedLogs() (row, error) { return s.logs(io.Discard, io.Discard) }

// correlatedSlogs measures the same line of slog: over the pipeline of package otelsetup, and by slog's
// handler of JSON beside the bridge.
func (s *session) correlatedSlogs() (row, error) {
	ours, err := benchmarks.NewOTelKVSlog(s.ctx, io.Discard)
	if err != nil {
		return row{}, err
	}
	return s.lineLoggers(ours, benchmarks.NewMultiLog(io.Discard))
}

// pipedLogs measures the same with JSON that goes into a pipe, as that of a
// standard output does.
func (s *session) pipedLogs() (_ row, err error) {
	ours, err := openDrain()
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, ours.close()) }()
	theirs, err := openDrain()
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, theirs.close()) }()
	return s.logs(ours.File, theirs.File)
}

func (s *session) logs(ourJSON, theirJSON io.Writer) (row, error) {
	ours, err := benchmarks.NewOTelKVLog(s.ctx, ourJSON)
	if err != nil {
		return row{}, err
	}
	return s.lineLoggers(ours, benchmarks.NewTeeLog(theirJSON))
}

// A lossTeller is a logger that knows how many of its lines JSON lacks.
type lossTeller interface {
	benchmarks.LineLogger
	Lost() uint64
}

// lineLoggers measures two loggers side by side, and closes them.
func (s *session) lineLoggers(ours lossTeller, theirs benchmarks.LineLogger) (_ row, err error) {
	defer func() { err = errors.Join(err, ours.Close(), theirs.Close()) }()
	sampled, end := benchmarks.SampledParent(s.ctx)
	defer end()
	samples, err := measure(s.ctx, []subject{
		{"log", lines(sampled, ours), 1, long},
		{"log_theirs", lines(sampled, theirs), 1, long},
	}, max(1, s.rounds/logShare))
	if err != nil {
		return row{}, err
	}
	if lost := ours.Lost(); lost > 0 {
		return row{}, fmt.Errorf("%d lines were lost, which costs less than to write them", lost)
	}
	e, err := ratioOf(samples["log"], samples["log_theirs"])
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
