package runtimeprof

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, o Options) *Profilers {
	t.Helper()
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	r := New(o)
	t.Cleanup(r.Close)
	return r
}

// work keeps a processor busy until the test ends.
func work(t testing.TB) {
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		spin(end)
	}()
	t.Cleanup(func() { close(end); <-done })
}

var sink atomic.Uint64

// spin computes in registers: the race detector's code, in which memory that is
// shared would have it spend its time, does not tell who calls.
//
//go:noinline
func spin(end <-chan struct{}) {
	for n := uint64(1); ; {
		for range 1_000_000 {
			n ^= n << 13
			n ^= n >> 7
			n ^= n << 17
		}
		sink.Store(n)
		select {
		case <-end:
			return
		default:
		}
	}
}

func parse(t testing.TB, data []byte) *profile.Profile {
	t.Helper()
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func duration(t testing.TB, data []byte) time.Duration {
	t.Helper()
	return time.Duration(parse(t, data).DurationNanos)
}

func has(p *profile.Profile, function string) bool {
	return slices.ContainsFunc(p.Function, func(f *profile.Function) bool { return strings.HasSuffix(f.Name, function) })
}

type gate struct {
	mu           sync.Mutex
	open, opened int
}

func (g *gate) Enable()  { g.mu.Lock(); defer g.mu.Unlock(); g.open++; g.opened++ }
func (g *gate) Disable() { g.mu.Lock(); defer g.mu.Unlock(); g.open-- }

func (g *gate) want(t testing.TB, open, opened int) {
	t.Helper()
	read := func() (int, int) {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.open, g.opened
	}
	for range 1000 { // it follows a moment later
		if o, n := read(); o == open && n == opened {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	if o, n := read(); o != open || n != opened {
		t.Errorf("the gate is open %d times and was opened %d times, want %d and %d", o, n, open, opened)
	}
}

// TestCPUShared: runs that overlap get their own time, with one profiler.
func TestCPUShared(t *testing.T) {
	work(t)
	var spent atomic.Int64
	var g gate
	r := start(t, Options{Gates: []Gate{&g}, OnSpent: func(_ string, d time.Duration) { spent.Add(int64(d)) }})
	const step = 2 * joinWithin
	began := map[*CPURun]time.Time{}
	run := func() *CPURun {
		begin := time.Now()
		c, err := r.StartCPU(time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		began[c] = begin
		return c
	}
	wait := func() { <-time.After(step) }
	begin := time.Now()
	long := run()
	wait()
	middle := run()
	wait()
	late := run()
	g.want(t, 1, 1)
	stop := func(c *CPURun, want time.Duration) {
		t.Helper()
		data, err := c.Stop()
		if err != nil {
			t.Fatal(err)
		}
		if d := duration(t, data); d < want*9/10 || d > time.Since(began[c]) {
			t.Errorf("a profile of %v, want %v; it began %v ago", d, want, time.Since(began[c]))
		}
		if !has(parse(t, data), "runtimeprof.spin") {
			t.Errorf("a profile without the workload: %v", parse(t, data))
		}
	}
	wait()
	stop(middle, 2*step)
	wait()
	stop(long, 4*step)
	g.want(t, 1, 1)
	stop(late, 2*step)
	g.want(t, 0, 1)
	if total := time.Duration(spent.Load()); total > time.Since(begin) {
		t.Errorf("%v were spent in %v", total, time.Since(begin))
	}
}

// TestCPUJoined: many who come at once do not cut the run up.
func TestCPUJoined(t *testing.T) {
	r := start(t, Options{})
	results := make([][]byte, 20)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			var err error
			if results[i], err = r.CPU(t.Context(), 2*joinWithin); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, data := range results {
		parse(t, data)
	}
	if r.cpu.current != nil || len(r.cpu.consumers) != 0 {
		t.Errorf("%v", r.cpu.consumers)
	}
}

func TestCPUOutside(t *testing.T) {
	r := start(t, Options{})
	if err := pprof.StartCPUProfile(io.Discard); err != nil {
		t.Fatal(err)
	}
	var busy *BusyError
	if _, err := r.CPU(t.Context(), time.Second); !errors.As(err, &busy) || busy.RetryAfter <= 0 {
		t.Errorf("%v", err)
	}
	pprof.StopCPUProfile()
	if _, err := r.CPU(t.Context(), time.Millisecond); err != nil {
		t.Error(err)
	}
}

// TestCPUTakenAway: code that takes the profiler while the run is being cut ends
// it, and what was recorded is there.
func TestCPUTakenAway(t *testing.T) {
	var g gate
	r := start(t, Options{Gates: []Gate{&g}})
	run, err := r.StartCPU(time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	r.cpu.mu.Lock()
	r.cpu.start = func(io.Writer) error { return errors.New("somebody was quicker") }
	r.cpu.cut()
	r.cpu.start = pprof.StartCPUProfile
	r.cpu.mu.Unlock()
	<-run.ended
	g.want(t, 0, 1)
	if _, err := r.CPU(t.Context(), time.Millisecond); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	data, err := run.Stop()
	if err != nil {
		t.Fatal(err)
	}
	parse(t, data)
}

func TestCPULimit(t *testing.T) {
	r := start(t, Options{})
	run, err := r.StartCPU(10 * time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	<-run.ended
	if data, err := run.Stop(); err != nil || duration(t, data) > 5*time.Second {
		t.Errorf("%v", err)
	}
}

func TestCPUCancelled(t *testing.T) {
	r := start(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.CPU(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if r.cpu.current != nil {
		t.Error("it goes on")
	}
}

func TestClose(t *testing.T) {
	r := start(t, Options{})
	run, err := r.StartCPU(time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	began := make(chan struct{})
	traced := make(chan error)
	go func() {
		close(began)
		_, err := r.Trace(t.Context(), time.Minute)
		traced <- err
	}()
	<-began
	r.Close()
	r.Close()
	<-run.ended
	if data, err := run.Stop(); err != nil {
		t.Error(err)
	} else {
		parse(t, data)
	}
	if err := <-traced; err != nil && !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	_, err1 := r.StartCPU(time.Second)
	_, err2 := r.Trace(t.Context(), time.Second)
	_, err3 := r.Snapshot(t.Context(), "heap", 0, false)
	_, err4 := r.Delta(t.Context(), "heap", time.Second)
	_, err5 := r.CPU(t.Context(), time.Second)
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
}

func TestTrace(t *testing.T) {
	r := start(t, Options{})
	data, err := r.Trace(t.Context(), 10*time.Millisecond)
	if err != nil || !bytes.HasPrefix(data, []byte("go 1.")) {
		t.Errorf("%v, %.20q", err, data)
	}
	if trace.IsEnabled() {
		t.Error("it goes on")
	}
	if err := r.trace.take(time.Minute); err != nil {
		t.Fatal(err)
	}
	var busy *BusyError
	if _, err := r.Trace(t.Context(), time.Second); !errors.As(err, &busy) || busy.RetryAfter < 50*time.Second {
		t.Errorf("beside another one: %v", err)
	}
	r.trace.free()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Trace(ctx, time.Minute); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestTraceFull: a trace that has reached the limit ends, and is whole.
func TestTraceFull(t *testing.T) {
	work(t)
	r := start(t, Options{MaxBytes: 64 << 10})
	end, pong := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(pong)
		for {
			select {
			case <-end:
				return
			case pong <- struct{}{}:
			}
		}
	}()
	go func() {
		for range pong {
			runtime.Gosched()
		}
	}()
	defer close(end)
	begin := time.Now()
	_, err := r.Trace(t.Context(), time.Minute)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestTraceBuffer(t *testing.T) {
	b := newTraceBuffer(10)
	b.Write(make([]byte, 9))
	select {
	case <-b.full:
		t.Error("full at 9 bytes of 10")
	default:
	}
	b.Write(make([]byte, 5))
	<-b.full
	b.Write(make([]byte, 6)) // what is flushed at the end
	if data, err := b.result(); len(data) != 20 || err != nil {
		t.Errorf("%d, %v", len(data), err)
	}
	b.Write([]byte{0})
	if _, err := b.result(); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestSnapshot(t *testing.T) {
	r := start(t, Options{})
	for _, debug := range []int{0, 1, 2} {
		data, err := r.Snapshot(t.Context(), "goroutine", debug, true)
		if err != nil || len(data) == 0 {
			t.Errorf("%d: %v", debug, err)
		}
	}
	if _, err := r.Snapshot(t.Context(), "nonsense", 0, false); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	small := start(t, Options{MaxBytes: 10})
	if _, err := small.Snapshot(t.Context(), "goroutine", 1, false); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := small.Delta(t.Context(), "goroutine", time.Millisecond); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

// TestSnapshotJoined: who comes while a snapshot is taken gets that one.
func TestSnapshotJoined(t *testing.T) {
	r := start(t, Options{})
	s := snapshot{profile: "heap"}
	f, mine := r.snapshots.join(s)
	if !mine {
		t.Fatal("somebody else's")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Snapshot(ctx, "heap", 0, false); !errors.Is(err, context.Canceled) {
		t.Errorf("who is gone waits: %v", err)
	}
	result := make(chan []byte)
	go func() {
		data, _ := r.Snapshot(t.Context(), "heap", 0, false)
		result <- data
	}()
	if _, err := r.Snapshot(t.Context(), "heap", 1, false); err != nil {
		t.Errorf("another text: %v", err)
	}
	<-time.After(20 * time.Millisecond)
	f.data, f.err = []byte("shared"), nil
	r.snapshots.leave(s, f)
	if data := <-result; string(data) != "shared" {
		t.Errorf("%q", data)
	}
	if data, err := r.Snapshot(t.Context(), "heap", 0, false); err != nil || string(data) == "shared" {
		t.Errorf("the next one: %q, %v", data, err)
	}
}

func TestDelta(t *testing.T) {
	r := start(t, Options{})
	before := make(chan struct{})
	defer close(before)
	go idleBefore(before)
	for p := new(profile.Profile); !has(p, "runtimeprof.idleBefore"); { // until it runs
		data, err := r.Snapshot(t.Context(), "goroutine", 0, false)
		if err != nil {
			t.Fatal(err)
		}
		p = parse(t, data)
	}
	result := make(chan []byte)
	go func() {
		data, err := r.Delta(t.Context(), "goroutine", 200*time.Millisecond)
		if err != nil {
			t.Error(err)
		}
		result <- data
	}()
	<-time.After(100 * time.Millisecond)
	go idleSince(before)
	p := parse(t, <-result)
	if has(p, "runtimeprof.idleBefore") || !has(p, "runtimeprof.idleSince") {
		t.Errorf("%v", p)
	}
	if d := time.Duration(p.DurationNanos); d < 200*time.Millisecond || d > 10*time.Second {
		t.Errorf("%v", d)
	}
}

//go:noinline
func idleBefore(end <-chan struct{}) { <-end }

//go:noinline
func idleSince(end <-chan struct{}) { <-end }

func TestDeltaCancelled(t *testing.T) {
	r := start(t, Options{MutexFraction: 7})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() {
		_, err := r.Delta(ctx, "mutex", time.Minute)
		result <- err
	}()
	for runtime.SetMutexProfileFraction(-1) != 7 {
		runtime.Gosched()
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := runtime.SetMutexProfileFraction(-1); n != 0 {
		t.Errorf("the fraction stays %d", n)
	}
	if _, err := r.Delta(ctx, "heap", time.Minute); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRates(t *testing.T) {
	fraction := func() int { return runtime.SetMutexProfileFraction(-1) }
	defer runtime.SetMutexProfileFraction(fraction())
	r := rates{fraction: 7, blockRate: 1}
	a, b := r.hold("mutex"), r.hold("mutex")
	if fraction() != 7 {
		t.Errorf("%d", fraction())
	}
	a()
	if fraction() != 7 {
		t.Errorf("%d while somebody records", fraction())
	}
	b()
	if fraction() != 0 {
		t.Errorf("%d when nobody records", fraction())
	}

	runtime.SetMutexProfileFraction(3)
	r.hold("mutex")()
	if fraction() != 3 {
		t.Errorf("the program's own fraction has become %d", fraction())
	}
	runtime.SetMutexProfileFraction(0)
	a = r.hold("mutex")
	runtime.SetMutexProfileFraction(3)
	a()
	if fraction() != 3 {
		t.Errorf("a fraction that the program set meanwhile has become %d", fraction())
	}
	runtime.SetMutexProfileFraction(0)
	new(rates).hold("mutex")()
	new(rates).hold("block")()
	r.hold("heap")()

	blocked := func() int {
		release := r.hold("block")
		defer release()
		<-time.After(time.Millisecond)
		return pprof.Lookup("block").Count()
	}
	n := blocked()
	if n == 0 {
		t.Error("blocking is not counted")
	}
	wait()
	if again := pprof.Lookup("block").Count(); again != n {
		t.Errorf("blocking is counted when nobody records: %d, %d", n, again)
	}
}

//go:noinline
func wait() { <-time.After(time.Millisecond) }

func TestBudget(t *testing.T) {
	now := time.Now()
	b := budget{share: 0.05, burst: 30 * time.Second, balance: 30 * time.Second, last: now}
	if !b.affords(30*time.Second, now) || b.affords(30*time.Second+1, now) {
		t.Error("not what is saved up")
	}
	b.spend(30*time.Second, now)
	if b.affords(time.Second, now.Add(19*time.Second)) || !b.affords(time.Second, now.Add(21*time.Second)) {
		t.Error("not a twentieth of the time")
	}
	b.spend(time.Hour, now.Add(time.Minute))
	if !b.affords(0, now.Add(time.Minute+10*time.Minute)) {
		t.Error("debt without a limit")
	}
	if !b.affords(30*time.Second, now.Add(time.Hour)) || b.affords(31*time.Second, now.Add(24*time.Hour)) {
		t.Error("savings without a limit")
	}
	r := start(t, Options{Share: 0.05, Burst: time.Second})
	if !r.Affords(time.Second) || r.Affords(2*time.Second) {
		t.Error("a new one has not saved up")
	}
}
