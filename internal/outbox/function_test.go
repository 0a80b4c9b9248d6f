package outbox

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestFunction(t *testing.T) {
	for name, tc := range map[string]struct {
		call func() int
		want string
	}{
		"returns": {func() int { return 7 }, ""},
		"panics":  {func() int { panic("no") }, "panic: no"},
		"exits":   {func() int { runtime.Goexit(); return 0 }, errExit.Error()},
	} {
		f := NewFunction(tc.call)
		for range 2 { // what happened once does not count the next time
			v, err := f.Call(t.Context())
			if tc.want == "" && (v != 7 || err != nil) || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("%s: %d, %v", name, v, err)
			}
		}
	}
}

// TestFunctionThatHangs costs one goroutine, however often it is called.
func TestFunctionThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var calls atomic.Int64
		f := NewFunction(func() int64 {
			n := calls.Add(1)
			<-release
			return n
		})
		began := time.Now()
		for i, want := range []error{errLate, errBusy, errBusy} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := f.Call(ctx); !errors.Is(err, want) {
				t.Errorf("call %d: %v, want %v", i, err, want)
			}
			cancel()
		}
		if d := time.Since(began); d != time.Second || calls.Load() != 1 {
			t.Errorf("%d calls, %v", calls.Load(), d)
		}
		close(release)
		synctest.Wait()
		if v, err := f.Call(t.Context()); v != 2 || err != nil {
			t.Errorf("afterwards: %d, %v", v, err)
		}
	})
}
