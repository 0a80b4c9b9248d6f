package program

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A program that hangs is ended when its time is over, and said to be; one that ends in
// time, or was not asked to end, is left alone.
func TestEndWithin(t *testing.T) {
	for name, tt := range map[string]struct {
		asked  bool
		takes  time.Duration
		forced bool
	}{
		"in time":   {true, 9 * time.Second, false},
		"hangs":     {true, time.Hour, true},
		"not asked": {false, time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var said strings.Builder
				var after time.Duration
				forced, began := false, time.Now()
				stop := endWithin(ctx, 10*time.Second, "shop", &said, func(status int) {
					forced, after = status == 1, time.Since(began)
				})
				if tt.asked {
					cancel()
				}
				time.Sleep(tt.takes)
				stop()
				synctest.Wait()
				if forced != tt.forced || forced && after != 10*time.Second || forced != strings.HasPrefix(said.String(), "shop: not ended 10s after") {
					t.Errorf("forced: %t, after %v: %q", forced, after, said.String())
				}
			})
		})
	}
	// The process of a test stays.
	ctx, cancel := context.WithCancel(t.Context())
	stop := EndWithin(ctx, 0, "shop", new(strings.Builder))
	cancel()
	stop()
}
