package observe_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otelkv/otelkv/health"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/otelsetup/observe"
)

// names returns those of the checks, without the scheduler's.
func names(h *health.Health) (all []string) {
	for _, s := range h.States()[1:] {
		all = append(all, s.Name)
	}
	return all
}

// A store gets the checks that its capabilities answer, and they end with it.
func TestChecksOfAStore(t *testing.T) {
	o, _ := start(t)
	own := names(o.Health())
	if want := []string{"log", "memory"}; !slices.Equal(own, want) {
		t.Errorf("without a store there are %v, want %v", own, want)
	}
	below := testutil.NewFaulty()
	below.Info = kvdb.Info{System: "faulty", Namespace: "orders/eu"}
	first, err := o.Wrap(below)
	if err != nil {
		t.Fatal(err)
	}
	of := []string{"database", "replication", "disk", "operations", "engine"}
	if got := names(o.Health()); !slices.Equal(got, append(own, of...)) {
		t.Errorf("of one store there are %v", got)
	}
	second, err := o.Wrap(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: "users"}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(o.Health())[len(own)+len(of):], []string{"users database", "users operations"}; !slices.Equal(got, want) {
		t.Errorf("of a second store there are %v, want %v", got, want)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := testutil.NewFaulty()
	again.Info = below.Info
	if first, err = o.Wrap(again); err != nil {
		t.Fatal(err)
	}
	if got := names(o.Health()); !slices.Contains(got, "database") {
		t.Errorf("of a store that was opened again there are %v", got)
	}
	_ = first.Close()
	_ = first.Close()
	_ = second.Close()
	if got := names(o.Health()); !slices.Equal(got, own) {
		t.Errorf("after all are closed there are %v", got)
	}
	for _, s := range o.Health().States() {
		if s.Status == health.StatusFail {
			t.Errorf("%s: %v", s.Name, s.Err)
		}
	}
}

// TestReadiness: operations that fail, and a store that is down, are on /readyz.
func TestReadiness(t *testing.T) {
	below := testutil.NewFaulty()
	below.Lag = func(context.Context) (map[string]time.Duration, error) { return map[string]time.Duration{"b": 0}, nil }
	o, _ := start(t, observe.WithStoreChecks(func(s observe.StoreInfo) []health.Check { return s.Checks(100 * time.Millisecond) }))
	store, err := o.Wrap(below)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	eventually(t, "ready", func() bool { status, _ := get(t, o, "/readyz"); return status == http.StatusOK })
	below.Inject(testutil.On(testutil.Errors(&kvdb.Error{Op: "get", Kind: kvdb.ErrUnavailable, Err: errors.New("password is sesame")}), "get"))
	eventually(t, "operations failing", func() bool {
		for range 200 {
			_, _ = store.Get(t.Context(), []byte("key"))
		}
		status, body := get(t, o, "/readyz")
		return status == http.StatusServiceUnavailable && strings.Contains(body, "operations failing\n") && !strings.Contains(body, "sesame")
	})
}

// Operations on a server that all replicas use fail on all of them: they warn.
func TestOperationsOfARemoteStore(t *testing.T) {
	below := testutil.NewFaulty()
	below.Info = kvdb.Info{System: "redis", Namespace: "0", Remote: true, Address: "db.example", Port: 6379}
	below.Lag = func(context.Context) (map[string]time.Duration, error) { return map[string]time.Duration{"b": 0}, nil }
	o, _ := start(t, observe.WithStoreChecks(func(s observe.StoreInfo) []health.Check { return s.Checks(10 * time.Millisecond) }))
	store, err := o.Wrap(below)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	below.Inject(testutil.On(testutil.Errors(kvdb.ErrUnavailable), "get"))
	eventually(t, "a warning", func() bool {
		for range 200 {
			_, _ = store.Get(t.Context(), []byte("key"))
		}
		status, body := get(t, o, "/readyz?verbose")
		return status == http.StatusOK && strings.Contains(body, "[!] operations: warn (operations failing)\n")
	})
}

// What cannot be wrapped is as it was, and leaves no checks.
func TestWrapRefuses(t *testing.T) {
	o, _ := start(t)
	before := names(o.Health())
	engine := kvdb.NewMemory(nil)
	if _, err := o.Wrap(engine, instrument.WithSlowThreshold(1, "fetch")); err == nil || !strings.HasPrefix(err.Error(), "observe: instrument: ") {
		t.Errorf("a bad option: %v", err)
	}
	if _, err := o.Wrap(nil); err == nil || !strings.Contains(err.Error(), "the store is nil") {
		t.Errorf("no store: %v", err)
	}
	if _, err := o.Wrap((*kvdb.Memory)(nil)); err == nil || !strings.Contains(err.Error(), "the store is nil") {
		t.Errorf("a nil pointer: %v", err)
	}
	if got := names(o.Health()); !slices.Equal(got, before) {
		t.Errorf("the checks are %v", got)
	}
	store, err := o.Wrap(engine)
	if err != nil {
		t.Fatalf("the store is not as it was: %v", err)
	}
	defer store.Close()
	if _, err := o.Wrap(kvdb.NewMemory(nil)); !errors.Is(err, instrument.ErrDuplicate) {
		t.Errorf("a second one of the same name: %v", err)
	}
	if got := names(o.Health()); len(got) != len(before)+2 {
		t.Errorf("the checks are %v", got)
	}
	if err := o.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := o.Wrap(kvdb.NewMemory(nil)); !errors.Is(err, observe.ErrClosed) {
		t.Errorf("after Drain: %v", err)
	}
	if _, err := o.NewRecorder(kvdb.Info{System: "x"}, []string{"get"}); !errors.Is(err, observe.ErrClosed) {
		t.Errorf("a recorder after Drain: %v", err)
	}
}

// The checks of a program's own function stay as they are, however many stores share
// them and are wrapped at once.
func TestSharedStoreChecks(t *testing.T) {
	run := func(context.Context) error { return nil }
	shared := []health.Check{{Name: "quota", Reason: "quota used up", Interval: time.Minute, Run: run}}
	o, _ := start(t, observe.WithStoreChecks(func(observe.StoreInfo) []health.Check { return shared }))
	own := names(o.Health())
	var wrapping sync.WaitGroup
	for _, namespace := range []string{"a", "b", "c"} {
		wrapping.Go(func() {
			store, err := o.Wrap(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: namespace}))
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { _ = store.Close() })
		})
	}
	wrapping.Wait()
	if c := shared[0]; c.Name != "quota" || c.Reason != "quota used up" {
		t.Errorf("the program's check became %q, %q", c.Name, c.Reason)
	}
	all := names(o.Health())[len(own):]
	if len(all) != 3 || !slices.Contains(all, "quota") {
		t.Errorf("the checks are %v", all)
	}
	for _, name := range all {
		if name != "quota" && !slices.Contains([]string{"a quota", "b quota", "c quota"}, name) {
			t.Errorf("a check has the name %q", name)
		}
	}
}

// A check without a reason gets that of its name, also of the name that it has where
// another store has taken its own.
func TestReasonOfARenamedCheck(t *testing.T) {
	down := []health.Check{{Name: "quota", Interval: time.Minute, Run: func(context.Context) error { return errors.New("no") }}}
	o, _ := start(t, observe.WithStoreChecks(func(observe.StoreInfo) []health.Check { return down }))
	for _, namespace := range []string{"a", "b"} {
		store, err := o.Wrap(kvdb.NewMemory(&kvdb.MemoryOptions{Namespace: namespace}))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
	}
	eventually(t, "both fail", func() bool { _, body := get(t, o, "/readyz"); return body == "quota failed\nb quota failed\n" })
}

// Checks that cannot be had are an error, before the store is wrapped.
func TestBadStoreChecks(t *testing.T) {
	o, _ := start(t, observe.WithStoreChecks(func(s observe.StoreInfo) []health.Check {
		if ok, failed := s.Totals(); ok+failed != 0 {
			t.Errorf("%d, %d operations of a store that is not wrapped yet", ok, failed)
		}
		return []health.Check{health.RoundTrip("trip", s.Store, nil)}
	}))
	engine := kvdb.NewMemory(nil)
	if _, err := o.Wrap(engine); err == nil || !strings.Contains(err.Error(), "the key is empty") {
		t.Error(err)
	}
	if err := engine.Ping(t.Context()); err != nil {
		t.Errorf("the store is not as it was: %v", err)
	}
}

// TestWrapInOne is the way of a program with one store.
func TestWrapInOne(t *testing.T) {
	log := new(lines)
	store, o, err := observe.Wrap(t.Context(), kvdb.NewMemory(nil), append(onFreePorts(log), observe.WithStoreOptions(instrument.WithSizes()))...)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), []byte("key"), []byte("value")); err != nil {
		t.Error(err)
	}
	if _, ok := kvdb.As[kvdb.Scanner](store); !ok {
		t.Error("the store has lost a capability")
	}
	if _, metrics := get(t, o, "/metrics"); !strings.Contains(metrics, "kvdb_request_size_bytes_count") {
		t.Error("the option is without effect")
	}
	if err := errors.Join(o.Drain(t.Context()), store.Close(), o.Shutdown(t.Context())); err != nil {
		t.Error(err)
	}
	if store, o, err := observe.Wrap(t.Context(), nil, onFreePorts(log)...); store != nil || o != nil || err == nil {
		t.Errorf("no store: %v, %v, %v", store, o, err)
	}
	if store, o, err := observe.Wrap(t.Context(), kvdb.NewMemory(nil), observe.WithDrain(-1)); store != nil || o != nil || err == nil {
		t.Errorf("a bad option: %v, %v, %v", store, o, err)
	}
}

// A recorder reports to the same telemetry, with the options of all stores.
func TestRecorder(t *testing.T) {
	o, _ := start(t, observe.WithStoreOptions(instrument.WithNamespace("cache")))
	r, err := o.NewRecorder(kvdb.Info{System: "lru"}, []string{"get"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Operation("get").Record(context.Background(), 1, nil)
	if _, metrics := get(t, o, "/metrics"); !strings.Contains(metrics, `kvdb_requests_total{db_namespace="cache",db_operation_name="get",db_system_name="lru",kvdb_outcome="ok"} 1`) {
		t.Error("the operation is not on /metrics")
	}
	if _, err := o.NewRecorder(kvdb.Info{System: "lru"}, nil); err == nil || !strings.HasPrefix(err.Error(), "observe: instrument: ") {
		t.Errorf("no operations: %v", err)
	}
}
