package limiter_test

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/limiter"
)

func TestLimiter(t *testing.T) {
	for name, tc := range map[string]struct {
		burst int
		want  []int // for each call, how many were suppressed; below 0 it is held back itself
	}{
		"one":   {0, []int{0, -1, -1, 2, -1, -1, 2, -1, -1}},
		"three": {3, []int{0, 0, 0, 0, 0, 0, 0, 0, 0}},
		"two":   {2, []int{0, 0, -1, 1, 0, -1, 1, 0, -1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := limiter.Limiter{Interval: 3 * time.Second, Burst: tc.burst}
				for i, want := range tc.want {
					suppressed, ok := l.Allow()
					if ok != (want >= 0) || ok && suppressed != want {
						t.Errorf("line %d: %d, %t, want %d", i, suppressed, ok, want)
					}
					<-time.After(time.Second)
				}
			})
		})
	}
}

func TestSuppress(t *testing.T) {
	l := limiter.Limiter{Interval: time.Nanosecond}
	l.Suppress()
	l.Suppress()
	if n, ok := l.Allow(); n != 2 || !ok {
		t.Errorf("%d, %t, want 2", n, ok)
	}
}

func TestField(t *testing.T) {
	if f := limiter.Field(0); !f.Equals(zap.Skip()) {
		t.Errorf("%+v", f)
	}
	if f := limiter.Field(3); !f.Equals(zap.Int("suppressed", 3)) {
		t.Errorf("%+v", f)
	}
}
