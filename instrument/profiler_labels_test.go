package instrument_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"runtime/pprof"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// labelsHere returns the labels of the calling goroutine. The runtime shows
// them in a goroutine profile only, where this one is found by its stack.
//
//go:noinline
func labelsHere(t testing.TB) map[string]string {
	t.Helper()
	var buf bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&buf, 0); err != nil {
		t.Fatal(err)
	}
	for _, s := range parse(t, &buf).Sample {
		if inStack(s, "labelsHere") {
			return single(s)
		}
	}
	t.Fatal("the goroutine is not in its own profile")
	return nil
}

func parse(t testing.TB, buf *bytes.Buffer) *profile.Profile {
	t.Helper()
	p, err := profile.Parse(buf)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func inStack(s *profile.Sample, function string) bool {
	for _, l := range s.Location {
		for _, line := range l.Line {
			if _, name, _ := cut(line.Function.Name); name == function {
				return true
			}
		}
	}
	return false
}

// cut parts the name of a function from its package and type.
func cut(function string) (before, name string, ok bool) {
	i := bytes.LastIndexByte([]byte(function), '.')
	return function[:max(i, 0)], function[i+1:], i >= 0
}

func single(s *profile.Sample) map[string]string {
	labels := make(map[string]string)
	for key, values := range s.Label {
		labels[key] = values[0]
	}
	return labels
}

// enableLabels opens the gate until the end of the test.
func enableLabels(t testing.TB) {
	instrument.ProfilerLabels{}.Enable()
	t.Cleanup(instrument.ProfilerLabels{}.Disable)
}

func storeLabels(operation string) map[string]string {
	return map[string]string{"db.system.name": "memory", "db.namespace": "orders", "db.operation.name": operation}
}

func wantLabels(t testing.TB, where string, got, want map[string]string) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("%s the labels are %v, want %v", where, got, want)
	}
}

// newLabelled wraps a store that notes the labels it is called with.
func newLabelled(t testing.TB) (h *harness, inside func() map[string]string) {
	h = newHarness(t, instrument.WithNamespace("orders"))
	seen := new(setting[map[string]string])
	h.below.Inject(func(context.Context, string) error {
		seen.set(labelsHere(t))
		return nil
	})
	return h, seen.get
}

// Every operation runs with its labels, and leaves the goroutine as its context
// says.
func TestProfilerLabels(t *testing.T) {
	enableLabels(t)
	h, inside := newLabelled(t)
	own := pprof.WithLabels(t.Context(), pprof.Labels("tenant", "a", "db.namespace", "other"))
	for _, c := range operationCalls(t) {
		t.Run(c.name, func(t *testing.T) {
			want := storeLabels(c.operation)
			if err := c.call(t.Context(), h, []byte("key"), []byte("value")); err != nil && err != kvdb.ErrNotFound {
				t.Fatal(err)
			}
			wantLabels(t, "inside", inside(), want)
			wantLabels(t, "afterwards", labelsHere(t), map[string]string{})

			pprof.Do(own, pprof.Labels("more", "b"), func(ctx context.Context) {
				callers := labelsHere(t)
				want := maps.Clone(want)
				want["tenant"], want["more"] = "a", "b"
				_ = c.call(ctx, h, []byte("key"), []byte("value"))
				wantLabels(t, "below labels of the caller,", inside(), want)
				wantLabels(t, "afterwards, below labels of the caller,", labelsHere(t), callers)
			})
		})
	}
}

func TestProfilerLabelsUnderSpan(t *testing.T) {
	enableLabels(t)
	h, inside := newLabelled(t)
	ctx, span := h.sampled(pprof.WithLabels(t.Context(), pprof.Labels("tenant", "a")))
	defer span.End()
	_, _ = h.Get(ctx, []byte("key"))
	want := storeLabels("get")
	want["tenant"] = "a"
	wantLabels(t, "inside", inside(), want)
	wantLabels(t, "afterwards", labelsHere(t), map[string]string{"tenant": "a"})
	pprof.SetGoroutineLabels(t.Context())
}

func TestProfilerLabelsAfterPanic(t *testing.T) {
	enableLabels(t)
	for _, c := range operationCalls(t) {
		h := newHarness(t)
		h.below.Inject(testutil.Panics("broken"))
		pprof.Do(t.Context(), pprof.Labels("tenant", "a"), func(ctx context.Context) {
			if recovered(func() { _ = c.call(ctx, h, []byte("key"), nil) }) == nil {
				t.Errorf("%s: no panic", c.name)
			}
			wantLabels(t, "after a panic in "+c.name, labelsHere(t), map[string]string{"tenant": "a"})
		})
	}
}

// The caller's own code between the engine's steps has the caller's labels, and
// the engine gets its own back.
func TestProfilerLabelsAroundCallersCode(t *testing.T) {
	enableLabels(t)
	h, inside := newLabelled(t)
	ctx := t.Context()
	for _, key := range []string{"a", "b", "c"} {
		if err := h.Put(ctx, []byte(key), []byte("value")); err != nil {
			t.Fatal(err)
		}
	}
	none := map[string]string{}
	body := func(operation string, stop bool) bool {
		wantLabels(t, "in the step of a "+operation, inside(), storeLabels(operation))
		wantLabels(t, "in the body of a "+operation, labelsHere(t), none)
		_, _ = h.Get(ctx, []byte("a"))
		wantLabels(t, "in a get within a "+operation, inside(), storeLabels("get"))
		return !stop
	}
	read := func(operation string) func(kvdb.Reader) error {
		return func(r kvdb.Reader) error {
			wantLabels(t, "at the beginning of a "+operation, labelsHere(t), none)
			for _, stop := range []bool{false, true} {
				for range r.Scan(ctx, kvdb.Range{}) {
					if !body(operation, stop) {
						break
					}
				}
				wantLabels(t, "after a loop in a "+operation, labelsHere(t), none)
			}
			_, _ = r.Get(ctx, []byte("a"))
			wantLabels(t, "in a read of a "+operation, inside(), storeLabels(operation))
			wantLabels(t, "in the function of a "+operation, labelsHere(t), none)
			return nil
		}
	}
	for _, stop := range []bool{false, true} {
		for range as[kvdb.Scanner](t, h.Store).Scan(ctx, kvdb.Range{}) {
			if !body("scan", stop) {
				break
			}
		}
	}
	if err := as[kvdb.Viewer](t, h.Store).View(ctx, read("view")); err != nil {
		t.Fatal(err)
	}
	err := as[kvdb.Updater](t, h.Store).Update(ctx, func(x kvdb.Txn) error {
		if err := read("update")(x); err != nil {
			return err
		}
		for name, write := range map[string]func() error{
			"put":    func() error { return x.Put(ctx, []byte("d"), nil) },
			"delete": func() error { return x.Delete(ctx, []byte("d")) },
		} {
			if err := write(); err != nil {
				return err
			}
			wantLabels(t, "in a "+name+" of an update", inside(), storeLabels("update"))
			wantLabels(t, "after a "+name+" of an update", labelsHere(t), none)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What the engine does after the caller's function, such as the commit, is its
// own work again.
func TestProfilerLabelsOfCommit(t *testing.T) {
	enableLabels(t)
	c := &committing{Memory: kvdb.NewMemory(nil), t: t}
	w := wrap(t, c, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithNamespace("orders"))
	if err := as[kvdb.Updater](t, w).Update(t.Context(), func(kvdb.Txn) error { return nil }); err != nil {
		t.Fatal(err)
	}
	wantLabels(t, "in a commit", c.labels, storeLabels("update"))
}

// committing notes the labels that it commits with.
type committing struct {
	*kvdb.Memory
	t      *testing.T
	labels map[string]string
}

func (c *committing) Update(ctx context.Context, fn func(kvdb.Txn) error) error {
	return c.Memory.Update(ctx, func(x kvdb.Txn) error {
		err := fn(x)
		c.labels = labelsHere(c.t)
		return err
	})
}

func TestProfilerLabelsGate(t *testing.T) {
	var gate instrument.ProfilerLabels
	h, inside := newLabelled(t)
	want := func(when string, open bool) {
		t.Helper()
		labels := map[string]string{}
		if open {
			labels = storeLabels("get")
		}
		_, _ = h.Get(t.Context(), []byte("key"))
		wantLabels(t, when, inside(), labels)
	}
	want("by default", false)
	gate.Disable()
	gate.Enable()
	want("opened after a Disable too many", true)
	instrument.ProfilerLabels{}.Enable()
	gate.Disable()
	want("while one of two is done", true)
	gate.Disable()
	want("when both are done", false)
}

// What an operation puts on, it takes off, whatever the gate does meanwhile.
func TestProfilerLabelsGateClosedMeanwhile(t *testing.T) {
	var gate instrument.ProfilerLabels
	h, _ := newLabelled(t)
	for name, change := range map[string]struct{ before, during func() }{
		"closed": {gate.Enable, gate.Disable},
		"opened": {func() {}, gate.Enable},
	} {
		change.before()
		h.below.Inject(func(context.Context, string) error {
			change.during()
			return nil
		})
		_, _ = h.Get(t.Context(), []byte("key"))
		wantLabels(t, "after an operation during which the gate was "+name, labelsHere(t), map[string]string{})
	}
	gate.Disable()
}

func TestProfilerLabelsFiltered(t *testing.T) {
	enableLabels(t)
	h := newHarness(t, instrument.WithFilter(func(context.Context, string) bool { return false }))
	h.below.Inject(func(context.Context, string) error {
		wantLabels(t, "in an operation that is filtered out", labelsHere(t), map[string]string{})
		return nil
	})
	_, _ = h.Get(t.Context(), []byte("key"))
}

func TestProfilerLabelsOfRecorder(t *testing.T) {
	enableLabels(t)
	r, err := instrument.NewRecorder(kvdb.Info{System: "cache", Namespace: "orders"}, []string{"lookup"},
		instrument.WithRegistry(instrument.NewRegistry()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	call := r.Operation("lookup").Call()
	call.Begin(t.Context())
	want := map[string]string{"db.system.name": "cache", "db.namespace": "orders", "db.operation.name": "lookup"}
	wantLabels(t, "in a call", labelsHere(t), want)
	call.End(nil)
	wantLabels(t, "after a call", labelsHere(t), map[string]string{})
}

func TestProfilerLabelsAllocateNothing(t *testing.T) {
	enableLabels(t)
	w := wrap(t, &frugal{}, instrument.WithRegistry(instrument.NewRegistry()))
	ctx, key := t.Context(), []byte("key")
	get := func() { _, _ = w.Get(ctx, key) }
	for range 100 {
		get()
	}
	if n := testing.AllocsPerRun(1000, get); n != 0 {
		t.Errorf("a labelled get allocates %v times", n)
	}
}

func TestProfilerLabelsConcurrentSafe(t *testing.T) {
	h := newHarness(t)
	var workers sync.WaitGroup
	for i := range 4 {
		workers.Go(func() {
			ctx := t.Context()
			if i%2 == 0 {
				ctx = pprof.WithLabels(ctx, pprof.Labels("worker", fmt.Sprint(i)))
			}
			for range 200 {
				instrument.ProfilerLabels{}.Enable()
				for _, c := range operationCalls(t) {
					_ = c.call(ctx, h, []byte("key"), []byte("value"))
				}
				instrument.ProfilerLabels{}.Disable()
			}
		})
	}
	workers.Wait()
	h.below.Inject(func(context.Context, string) error {
		wantLabels(t, "after all", labelsHere(t), map[string]string{})
		return nil
	})
	_, _ = h.Get(t.Context(), []byte("key"))
}

// A CPU profile splits by operation: all samples of the engine's work carry its
// labels.
func TestCPUProfileByOperation(t *testing.T) {
	enableLabels(t)
	w := wrap(t, laborious{kvdb.NewMemory(nil)}, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithNamespace("orders"))
	found := make(map[string]int)
	for range 20 { // a busy machine may take no sample of one of them in half a second
		var buf bytes.Buffer
		if err := pprof.StartCPUProfile(&buf); err != nil {
			t.Skipf("no CPU profile to be had: %v", err)
		}
		for start := time.Now(); time.Since(start) < 500*time.Millisecond; {
			_, _ = w.Get(t.Context(), []byte("key"))
			_ = w.Put(t.Context(), []byte("key"), []byte("value"))
		}
		pprof.StopCPUProfile()
		for _, s := range parse(t, &buf).Sample {
			for function, operation := range map[string]string{"workOfGet": "get", "workOfPut": "put"} {
				if inStack(s, function) {
					found[operation]++
					wantLabels(t, "in a sample of "+function, single(s), storeLabels(operation))
				}
			}
		}
		if len(found) == 2 {
			break
		}
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, []string{"get", "put"}) {
		t.Errorf("there are samples of %v, want get and put", got)
	}
}

// laborious is a store whose reads and writes take processor time.
type laborious struct{ *kvdb.Memory }

func (b laborious) Get(ctx context.Context, key []byte) ([]byte, error) {
	workOfGet()
	return b.Memory.Get(ctx, key)
}

func (b laborious) Put(ctx context.Context, key, value []byte) error {
	workOfPut()
	return b.Memory.Put(ctx, key, value)
}

//go:noinline
func workOfGet() { spin() }

//go:noinline
func workOfPut() { spin() }

func spin() {
	for start := time.Now(); time.Since(start) < time.Millisecond; {
	}
}
