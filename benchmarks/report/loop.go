package main

import (
	"context"
	"time"

	"github.com/otelkv/otelkv/kvdb"
)

// A loop does an operation n times.
type loop func(n int) error

// gets reads key from s. Every store is called through this one function and
// through the interface, so that what differs between two subjects is what
// their decorators do.
func gets(ctx context.Context, s kvdb.Store, key []byte) loop {
	return func(n int) error { return getLoop(ctx, s, key, n) }
}

//go:noinline
func getLoop(ctx context.Context, s kvdb.Store, key []byte, n int) error {
	for range n {
		if _, err := s.Get(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// clockPairs reads the monotonic clock twice, as any operation must whose
// duration is measured.
func clockPairs(n int) error {
	base := time.Now()
	var sum time.Duration
	for range n {
		start := time.Since(base)
		sum += time.Since(base) - start
	}
	if sum < 0 {
		return errClock
	}
	return nil
}
