package limiter_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/limiter"
)

// An interval begins with the line that passes first, and is over at its very end.
func TestEdgeOfTheInterval(t *testing.T) {
	for name, tc := range map[string]struct {
		interval, later time.Duration
		burst           int
		ok              bool
	}{
		"at once":             {time.Second, 0, 1, false},
		"just before":         {time.Second, time.Second - 1, 1, false},
		"at the end":          {time.Second, time.Second, 1, true},
		"long after":          {time.Second, time.Hour, 1, true},
		"without an interval": {0, 0, 1, true},
		"a burst below one":   {time.Second, 0, -5, false},
		"a burst of two":      {time.Second, 0, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := limiter.Limiter{Interval: tc.interval, Burst: tc.burst}
				if n, ok := l.Allow(); n != 0 || !ok {
					t.Errorf("the first line: %d, %t", n, ok)
				}
				<-time.After(tc.later)
				if n, ok := l.Allow(); n != 0 || ok != tc.ok {
					t.Errorf("%d, %t, want %t", n, ok, tc.ok)
				}
			})
		})
	}
}

// What was held back is told once, whoever held it back, and though nothing passes for long.
func TestSuppressedIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limiter.Limiter{Interval: time.Minute}
		l.Allow()
		for range 3 {
			l.Allow()
			l.Suppress()
		}
		<-time.After(time.Hour)
		l.Suppress() // does not use up what may pass
		for i, want := range []int{7, 0} {
			if n, ok := l.Allow(); n != want || !ok {
				t.Errorf("line %d: %d, %t, want %d", i, n, ok, want)
			}
			<-time.After(time.Minute)
		}
	})
}

// Of many that come at once the burst passes, no more and no fewer, and nobody is lost.
func TestConcurrentLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limiter.Limiter{Interval: time.Minute, Burst: 10}
		var passed, told atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 100 {
					if n, ok := l.Allow(); ok {
						passed.Add(1)
						told.Add(int64(n))
					}
				}
			})
		}
		wg.Wait()
		<-time.After(time.Minute)
		n, ok := l.Allow()
		if passed.Load() != 10 || told.Load()+int64(n) != 790 || !ok {
			t.Errorf("%d passed, %d and %d were held back, %t", passed.Load(), told.Load(), n, ok)
		}
	})
}
