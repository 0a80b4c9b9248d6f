package demo

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

const (
	clients = 4
	pause   = 5 * time.Millisecond // of a client between two calls

	keys = 1000

	// Once in so many calls a client makes one that the store refuses, and one
	// that waits as if for a disk.
	refusedEvery = 500
	slowEvery    = 200
	slowBy       = 150 * time.Millisecond
)

// calls are what a client does in turn.
var calls = []struct {
	operation string
	do        func(ctx context.Context, s kvdb.Store, key []byte) error
}{
	{"put", func(ctx context.Context, s kvdb.Store, key []byte) error { return s.Put(ctx, key, key) }},
	{"get", get},
	{"get", get},
	{"get", get},
	{"delete", func(ctx context.Context, s kvdb.Store, key []byte) error { return s.Delete(ctx, key) }},
	{"get", get}, // which misses
}

func get(ctx context.Context, s kvdb.Store, key []byte) error {
	_, err := s.Get(ctx, key)
	return err
}

// startLoad makes the clients call the store, and tells the monitor, until ctx is
// done. Wait for what it returns then.
func startLoad(ctx context.Context, s kvdb.Store, m Monitor) *sync.WaitGroup {
	var load sync.WaitGroup
	m.UpdateConnections(clients)
	for c := range clients {
		load.Go(func() {
			for n := 1; sleep(ctx, pause); n++ {
				call(ctx, s, m, c, n)
			}
		})
	}
	load.Go(func() {
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			m.UpdateMemory(int64(now.Sys)) //nolint:gosec // far below the limit
			if !sleep(ctx, time.Second) {
				return
			}
		}
	})
	return &load
}

// call makes the n-th call of a client, and times it.
func call(ctx context.Context, s kvdb.Store, m Monitor, client, n int) {
	c := calls[n%len(calls)]
	key := fmt.Appendf(nil, "client %d key %d", client, n/len(calls)%keys)
	if n%refusedEvery == 0 {
		key = nil
	}
	began := time.Now()
	if n%slowEvery == 0 {
		sleep(ctx, slowBy)
	}
	err := c.do(ctx, s, key)
	m.RecordOperation(c.operation, time.Since(began), err)
}

// sleep returns false when ctx is done.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
