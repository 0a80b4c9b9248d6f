package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/otelkv/otelkv/benchmarks"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/pprofx"
)

// idle is package pprofx as a program has it all day: a listener, a directory,
// watchers, and a closed gate of labels. Nobody profiles.
func idle(dir string) []pprofx.Option {
	return []pprofx.Option{
		pprofx.WithAddress("127.0.0.1:0"), pprofx.WithDirectory(dir), pprofx.WithFlightRecorder(0, 0),
		pprofx.WithLabels(instrument.ProfilerLabels{}),
	}
}

// recording is package pprofx with nothing but a directory, and so with its
// flight recorder.
func recording(dir string) []pprofx.Option {
	return []pprofx.Option{pprofx.WithDirectory(dir)}
}

// beside measures a Get beside a profiler with the options. The profiler is one
// of the process, so it starts before each slice and is closed after it; the
// slices without it, and those of the bare store, lie between.
func beside(options func(dir string) []pprofx.Option) func(*session) (row, error) {
	return func(s *session) (_ row, err error) {
		dir, err := os.MkdirTemp("", "otelkv-report-")
		if err != nil {
			return row{}, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

		subjects := []subject{
			{bare, gets(s.ctx, s.stores.Bare, benchmarks.Key), 1, short},
			{otelkv, gets(s.ctx, s.stores.OTelKV, benchmarks.Key), 1, short},
		}
		counts, err := calibrate(subjects)
		if err != nil {
			return row{}, err
		}
		without, with := make([]float64, s.rounds), make([]float64, s.rounds)
		for round := range s.rounds {
			var times [3]float64
			for _, i := range order(len(times), round) {
				if err := s.ctx.Err(); err != nil {
					return row{}, err
				}
				if i == len(subjects) {
					times[i], err = profiled(subjects[1], counts[1], options(dir))
				} else {
					times[i], err = subjects[i].sample(counts[i])
				}
				if err != nil {
					return row{}, err
				}
			}
			without[round], with[round] = times[1]-times[0], times[2]-times[0]
		}
		e, err := ratioOf(with, without)
		if err != nil {
			return row{}, err
		}
		return e.row(), nil
	}
}

// profiled samples a subject beside a profiler.
func profiled(s subject, n int, options []pprofx.Option) (_ float64, err error) {
	p, err := pprofx.Start(options...)
	if err != nil {
		return 0, fmt.Errorf("starting a profiler: %w", err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return s.sample(n)
}
