package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// serverShare of the rounds is enough, 30 pairs by default: a run is a
	// hundred times as long as a slice.
	serverShare = 10

	// serverRun is about how long redis-benchmark runs at a time: long against
	// what it takes to open its 50 connections.
	serverRun = 500 * time.Millisecond
)

// Flags of a server and of the one that it is compared with.
var (
	telemetryOnOff = [2]string{"-telemetry=true", "-telemetry=false"}
	tracesOnOff    = [2]string{"-traces=10", "-traces=0"}
)

// serverCPU measures the CPU time that kvserver takes for a request of
// redis-benchmark, with one flag and with the other.
func serverCPU(test string, flags [2]string) func(*session) (row, error) {
	return func(s *session) (row, error) {
		if _, err := cpuTime(os.Getpid()); err != nil {
			return row{}, &leftOutError{"the CPU time of another process: " + err.Error()}
		}
		if err := haveRedisBenchmark(); err != nil {
			return row{}, err
		}
		path, err := s.kvserver()
		if err != nil {
			return row{}, err
		}
		return s.compareServers(path, test, flags)
	}
}

// compareServers starts the two servers, with the defaults of their other flags, and
// stops them.
func (s *session) compareServers(path, test string, flags [2]string) (_ row, err error) {
	scratch, err := os.MkdirTemp("", "otelkv-report-")
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	var servers [2]*kvserver
	for i, flag := range flags {
		if servers[i], err = startKVServer(s.ctx, path, filepath.Join(scratch, flag), flag); err != nil {
			return row{}, err
		}
		defer servers[i].stop()
	}
	requests, err := warm(servers, test, serverRun)
	if err != nil {
		return row{}, err
	}
	pairs := max(1, s.rounds/serverShare)
	with, without, err := cpuPairs(servers, pairs, func(server *kvserver) (float64, error) {
		return cpuPerRequest(server, test, requests)
	})
	if err != nil {
		return row{}, err
	}
	e, err := pairedRatioOf(with, without)
	if err != nil {
		return row{}, err
	}
	r := e.row()
	r.Note = fmt.Sprintf("%d pairs of %d requests", pairs, requests)
	return r, nil
}

// cpuPairs measures pairs, the first of each and the second in turns.
func cpuPairs[S any](servers [2]S, pairs int, measure func(S) (float64, error)) (first, second []float64, err error) {
	var samples [2][]float64
	for i := range samples {
		samples[i] = make([]float64, pairs)
	}
	for pair := range pairs {
		for _, i := range order(len(servers), pair) {
			if samples[i][pair], err = measure(servers[i]); err != nil {
				return nil, nil, err
			}
		}
	}
	return samples[0], samples[1], nil
}

// warm stores the key that redis-benchmark gets, so that each get is a hit,
// and finds how many requests fill a run.
func warm(servers [2]*kvserver, test string, run time.Duration) (int, error) {
	requests := 2000
	for _, server := range servers {
		if err := server.load("set", 1); err != nil {
			return 0, err
		}
		for elapsed := time.Duration(0); elapsed < run/2; {
			begin := time.Now()
			if err := server.load(test, requests); err != nil {
				return 0, err
			}
			if elapsed = time.Since(begin); elapsed < run/2 {
				requests *= 2
			}
		}
	}
	return requests, nil
}

// cpuPerRequest returns nanoseconds.
func cpuPerRequest(server *kvserver, test string, requests int) (float64, error) {
	before, err := server.cpu()
	if err != nil {
		return 0, fmt.Errorf("the CPU time of kvserver: %w", err)
	}
	if err := server.load(test, requests); err != nil {
		return 0, err
	}
	after, err := server.cpu()
	if err != nil {
		return 0, fmt.Errorf("the CPU time of kvserver: %w", err)
	}
	return float64(after-before) / float64(requests), nil
}
