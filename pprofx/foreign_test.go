package pprofx

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
)

// TestBadReport: the report costs itself and none of the other files.
func TestBadReport(t *testing.T) {
	for name, bad := range map[string]func(){"panics": func() { panic("no") }, "exits": runtime.Goexit, "hangs": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				end := make(chan struct{})
				defer close(end)
				if bad == nil {
					bad = func() { <-end }
				}
				dir := t.TempDir()
				p, err := Start(WithDirectory(dir), WithFlightRecorder(0, 0), WithMutexFraction(0), WithBudget(0),
					WithHealthReport(func() []byte { bad(); return nil }), optionFunc(func(c *config) { c.captureTime = time.Hour }))
				if err != nil {
					t.Fatal(err)
				}
				p.OnCheckChange(t.Context(), CheckChange{Check: "disk", WasOK: true})
				time.Sleep(2 * foreignPatience)
				synctest.Wait()
				if all := files(t, dir); keys(all) != "[goroutine heap]" {
					t.Errorf("%v", all)
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestHungMemory: goroutines are still watched.
func TestHungMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		defer close(end)
		p, err := Start(WithDirectory(t.TempDir()), WithFlightRecorder(0, 0), WithMutexFraction(0), WithBudget(0),
			WithMemory(func() float64 { <-end; return 0 }, 0.8), WithGoroutineLimit(1),
			optionFunc(func(c *config) { c.captureTime = time.Hour }))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * watchInterval)
		synctest.Wait()
		if n := p.counts.captures[reasonGoroutines][captureWritten].Load(); n != 1 {
			t.Errorf("%d captures for goroutines", n)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// hungGate hangs in Enable.
type hungGate struct {
	end  chan struct{}
	held atomic.Bool
}

func (g *hungGate) Enable()  { g.held.Store(true); <-g.end; g.held.Store(false) }
func (g *hungGate) Disable() {}

// TestHungGate holds up a profile for a second and Close for another one.
func TestHungGate(t *testing.T) {
	g := &hungGate{end: make(chan struct{})}
	var fine gate
	p, err := Start(WithDirectory(t.TempDir()), WithLabels(g, &fine), WithMutexFraction(0))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 3 {
		path, err := p.Record(t.Context(), "cpu", 10*time.Millisecond, "")
		if err != nil {
			t.Fatal(err)
		}
		parse(t, read(t, path))
	}
	if !g.held.Load() || fine.calls.Load() == 0 {
		t.Errorf("held %t, the other was opened %d times", g.held.Load(), fine.calls.Load())
	}
	if err := p.Close(); err == nil || !strings.Contains(err.Error(), "a gate") {
		t.Errorf("Close: %v", err)
	}
	if d := time.Since(began); d > 30*time.Second {
		t.Errorf("it took %v", d)
	}
	close(g.end)
	eventually(t, "released", func() bool { return !g.held.Load() && fine.open.Load() == 0 })
}

// hungListener hangs in Close.
type hungListener struct {
	net.Listener
	end chan struct{}
}

func (l hungListener) Close() error { <-l.end; return l.Listener.Close() }

// TestHungListener: Close has a limit.
func TestHungListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := hungListener{l, make(chan struct{})}
	p, err := Start(WithListener(h))
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- p.Close() }()
	select {
	case err := <-closed:
		if err == nil || !strings.Contains(err.Error(), "the listener") {
			t.Error(err)
		}
	case <-time.After(6 * diskLimit):
		t.Error("Close does not return")
	}
	close(h.end)
	p.work.Wait()
}

// TestHungDisk: what is written to a disk that hangs holds up Close for its
// limit, and Capture for a little longer than its context.
func TestHungDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := Start(WithDirectory(t.TempDir()), WithFlightRecorder(0, 0), WithMutexFraction(0))
		if err != nil {
			t.Fatal(err)
		}
		end := make(chan struct{})
		written := make(chan error)
		p.goes(func() { <-end }) // it stands for a write that does not return
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := await(ctx, p.ended, written); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second+foreignPatience {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		waits := make(chan error, 1)
		go func() {
			_, err := await(t.Context(), p.ended, written)
			waits <- err
		}()
		began = time.Now()
		first := p.Close()
		if took := time.Since(began); first == nil || !strings.Contains(first.Error(), "evidence") || took != diskLimit {
			t.Errorf("Close: %v after %v", first, took)
		}
		if again := p.Close(); again != first {
			t.Errorf("again: %v", again)
		}
		if err := <-waits; !errors.Is(err, ErrClosed) {
			t.Errorf("who waits: %v", err)
		}
		close(end)
	})
}

// TestOneAtATime: a capture that is not written yet stands for later ones, so
// that a disk that hangs does not collect them.
func TestOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l cooldown
		now := time.Now()
		fresh := func() *evidence { return &evidence{until: now.Add(time.Minute)} }
		first, mine := l.take(now, fresh)
		if !mine {
			t.Fatal("not mine")
		}
		if e, mine := l.take(now.Add(time.Hour), fresh); mine || e != first {
			t.Error("another one while the first is being written")
		}
		first.ended.Store(true)
		if _, mine := l.take(now.Add(time.Hour), fresh); !mine {
			t.Error("none after it was written")
		}
	})
}

// A hungProvider's registrations hang when they are to end.
type hungProvider struct {
	noop.MeterProvider
	end chan struct{}
}

func (p hungProvider) Meter(string, ...metric.MeterOption) metric.Meter { return hungMeter{end: p.end} }

type hungMeter struct {
	noop.Meter
	end chan struct{}
}

func (m hungMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return hungRegistration{end: m.end}, nil
}

type hungRegistration struct {
	noop.Registration
	end chan struct{}
}

func (r hungRegistration) Unregister() error { <-r.end; return nil }

// TestHungCollection: the SDK holds what Unregister wants while it collects.
func TestHungCollection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		p, err := Start(WithMeterProvider(hungProvider{end: end}))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := p.Close(); err == nil || !strings.Contains(err.Error(), "metrics") || time.Since(began) != metricLimit {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		close(end)
	})
}
