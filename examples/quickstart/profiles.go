package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/examples/internal/program"
)

const (
	maxProfile = 60 * time.Second // of the processor
	maxTrace   = 10 * time.Second // which grows by megabytes a second

	longestAnswer = maxProfile + 10*time.Second
)

var snapshots = []string{"heap", "allocs", "goroutine", "mutex", "block", "threadcreate"}

// listenProfiles listens on a loopback address. Without one it returns nil.
func listenProfiles(ctx context.Context, a program.Address, stderr io.Writer) (net.Listener, error) {
	if a.HostPort == "" {
		return nil, nil
	}
	return a.Listen(ctx, "quickstart", stderr)
}

// startProfiles serves the runtime's profiles, or nothing without a listener.
// Profiles under way end early when ctx does.
//
// Package net/http/pprof would do it, too, but importing it is enough to show
// them on http.DefaultServeMux, wherever that is served.
func startProfiles(ctx context.Context, l net.Listener, logger *zap.Logger) *program.HTTPServer {
	if l == nil {
		return nil
	}
	// Without these two the profiles of mutexes and of blocking stay empty.
	runtime.SetMutexProfileFraction(100)
	runtime.SetBlockProfileRate(int(time.Millisecond))

	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/{$}", serveProfileIndex)
	for _, name := range snapshots {
		mux.HandleFunc("GET /debug/pprof/"+name, func(w http.ResponseWriter, r *http.Request) { serveSnapshot(w, r, name) })
	}
	mux.HandleFunc("GET /debug/pprof/profile", record(ctx, 30*time.Second, maxProfile, "profile", pprof.StartCPUProfile, pprof.StopCPUProfile))
	mux.HandleFunc("GET /debug/pprof/trace", record(ctx, time.Second, maxTrace, "trace", trace.Start, trace.Stop))
	return program.ServeHTTP(l, mux, longestAnswer, logger)
}

func serveProfileIndex(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, "%s\nprofile?seconds=30\ntrace?seconds=1\n", strings.Join(snapshots, "\n"))
}

// serveSnapshot writes a profile as it is now; with debug=1 as text.
func serveSnapshot(w http.ResponseWriter, r *http.Request, name string) {
	debug := 0
	if r.FormValue("debug") == "1" {
		debug = 1
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	} else {
		download(w, name)
	}
	_ = pprof.Lookup(name).WriteTo(w, debug) // fails when the reader went away
}

// record returns a handler that records for some seconds, until the reader
// goes away, or until ctx is done.
func record(ctx context.Context, usual, longest time.Duration, name string, start func(io.Writer) error, stop func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, err := duration(r.FormValue("seconds"), usual, longest)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.Method == http.MethodHead {
			return
		}
		download(w, name)
		if err := start(w); err != nil {
			w.Header().Del("Content-Disposition")
			http.Error(w, err.Error(), http.StatusConflict) // another one is running
			return
		}
		defer stop()
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		case <-ctx.Done():
		}
	}
}

func duration(seconds string, usual, longest time.Duration) (time.Duration, error) {
	if seconds == "" {
		return usual, nil
	}
	n, err := strconv.ParseFloat(seconds, 64)
	if err != nil || !(n > 0 && n <= longest.Seconds()) {
		return 0, fmt.Errorf("seconds is %q: use a number above 0, at most %v", seconds, longest.Seconds())
	}
	return time.Duration(n * float64(time.Second)), nil
}

func download(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
}
