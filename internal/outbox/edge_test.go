package outbox

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// A line says where it was written, which is not where the box writes it; without that
// option of the logger it says nothing of it.
func TestLogTellsWhereItHappened(t *testing.T) {
	for name, write := range map[string]func(*Log) int{
		"debug": func(l *Log) int { l.Debug("a"); return line() }, "info": func(l *Log) int { l.Info("a"); return line() },
		"warn": func(l *Log) int { l.Warn("a"); return line() }, "error": func(l *Log) int { l.Error("a"); return line() },
	} {
		for _, with := range []bool{true, false} {
			core, lines := observer.New(zap.DebugLevel)
			l := NewLog(zap.New(core, zap.WithCaller(with)))
			at := write(l)
			l.Close(t.Context())
			if n := lines.Len(); n != 1 {
				t.Fatalf("%s: %d lines", name, n)
			}
			caller := lines.All()[0].Caller
			if caller.Defined != with || with && (filepath.Base(caller.File) != "edge_test.go" || caller.Line != at) {
				t.Errorf("%s, %t: %v", name, with, caller)
			}
		}
	}
}

// line returns that of its caller.
func line() int {
	_, _, n, _ := runtime.Caller(1)
	return n
}

func TestLogWithoutLoggerStillCalls(t *testing.T) {
	l := NewLog(nil)
	made := make(chan struct{})
	if !l.Then(func() { close(made) }) {
		t.Error("dropped")
	}
	<-made
	if n, err := l.Write([]byte("line\n")); n != 5 || err != nil || l.Stalled(time.Now()) < 0 {
		t.Errorf("%d, %v", n, err)
	}
	l.Close(t.Context())
}

func TestTry(t *testing.T) {
	cause := errors.New("cause")
	var none func() int
	for name, tc := range map[string]struct {
		call func() int
		want string
	}{
		"a value":       {func() int { return 7 }, ""},
		"an error":      {func() int { panic(cause) }, "panic: cause"},
		"a nil panic":   {func() int { panic(nil) }, "panic: panic called with nil argument"},
		"no function":   {none, "panic: runtime error"},
		"a nested call": {func() int { v, _ := Try(context.Background(), func() int { return 7 }); return v }, ""},
	} {
		v, err := Try(t.Context(), tc.call)
		if tc.want == "" && (v != 7 || err != nil) || tc.want != "" && (v != 0 || err == nil || !strings.HasPrefix(err.Error(), tc.want)) {
			t.Errorf("%s: %d, %v", name, v, err)
		}
	}
}

// Whoever does not wait leaves the function to end by itself, and what it returns is
// nobody's.
func TestNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		release := make(chan struct{})
		f := NewFunction(func() int { <-release; return 1 })
		if v, err := f.Call(ctx); v != 0 || !errors.Is(err, errLate) {
			t.Errorf("%d, %v", v, err)
		}
		if v, err := f.Call(t.Context()); v != 0 || !errors.Is(err, errBusy) {
			t.Errorf("meanwhile: %d, %v", v, err)
		}
		close(release)
		synctest.Wait()
		if v, err := f.Call(t.Context()); v != 1 || err != nil {
			t.Errorf("afterwards: %d, %v", v, err)
		}
	})
}

func TestSizes(t *testing.T) {
	for size, want := range map[int]int{-1: 0, 0: 0, 1: 1, 2: 2, 9: 5} {
		synctest.Test(t, func(t *testing.T) {
			b, added := New(size, nil), 0
			for range 5 {
				if b.Add(func() {}) { // nothing is taken before the test waits
					added++
				}
			}
			if size < 5 && added < want || size > 0 && added < 1 || size <= 0 && added > 0 {
				t.Errorf("size %d: %d added", size, added)
			}
			if left := b.Close(t.Context()); left != 0 || b.Dropped() != int64(5-added) {
				t.Errorf("size %d: %d left, %d dropped of %d", size, left, b.Dropped(), 5-added)
			}
		})
	}
}

// A call may use the box itself.
func TestCallsOfTheBox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(2, nil)
		var order []string
		b.Add(func() {
			b.Add(func() { order = append(order, "inner") })
			order = append(order, "outer")
			if b.Dropped() != 0 || b.Stalled(time.Now()) != 0 {
				t.Error("dropped, or stalled")
			}
		})
		synctest.Wait()
		if len(order) != 2 || order[0] != "outer" {
			t.Errorf("%q", order)
		}
		left := make(chan int, 1)
		b.Add(func() { // which cannot wait for itself
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			left <- b.Close(ctx)
		})
		if n := <-left; n != 1 {
			t.Errorf("%d left", n)
		}
		if n := b.Close(t.Context()); n != 0 {
			t.Errorf("%d left afterwards", n)
		}
	})
}

// Closing twice at once, with calls under way and more that come, loses no call and
// counts none twice.
func TestClosedByMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(8, func(int) {})
		release := make(chan struct{})
		b.Add(func() { <-release })
		synctest.Wait()
		for range 4 {
			b.Add(func() { t.Error("a call after Close") })
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		var mu sync.Mutex
		var sum, least int
		least = 9
		for range 3 {
			wg.Go(func() {
				left := b.Close(ctx)
				mu.Lock()
				defer mu.Unlock()
				sum, least = sum+left, min(least, left)
			})
		}
		wg.Wait()
		if sum != 3+4 || least != 1 || b.Dropped() != 4 { // the one under way, and once what waits
			t.Errorf("%d left, at least %d, %d dropped", sum, least, b.Dropped())
		}
		close(release)
		synctest.Wait()
		if d := b.Stalled(time.Now()); d != 0 {
			t.Errorf("stalled for %v", d)
		}
	})
}

// A clock that is read before the call began does not say less than nothing.
func TestStalledInThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(1, nil)
		if d := b.Stalled(time.Now().Add(time.Hour)); d != 0 {
			t.Errorf("an idle one is stalled for %v", d)
		}
		release := make(chan struct{})
		b.Add(func() { <-release })
		synctest.Wait()
		if d := b.Stalled(time.Now().Add(-time.Hour)); d != 0 {
			t.Errorf("stalled for %v", d)
		}
		close(release)
		b.Close(t.Context())
	})
}
