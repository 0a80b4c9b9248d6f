package health

import (
	"context"
	"errors"
	"math"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// run completes a check as Register does, and runs it once.
func run(t testing.TB, c Check) error {
	t.Helper()
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	return c.Run(t.Context())
}

// says is what a probe says about an error.
func says(c Check, err error) string {
	return c.text(result{verdictOf(err), err})
}

func TestPing(t *testing.T) {
	store := testutil.NewFaulty()
	c := Ping("database", store)
	if err := run(t, c); err != nil {
		t.Error(err)
	}
	for _, tc := range []struct {
		err      error
		decisive bool
	}{
		{&kvdb.Error{Kind: kvdb.ErrTimeout}, false},
		{&kvdb.Error{Kind: kvdb.ErrUnavailable}, false},
		{&kvdb.Error{Kind: kvdb.ErrUnavailable, Err: syscall.ECONNREFUSED}, true},
		{&kvdb.Error{Kind: kvdb.ErrCorruption}, true},
		{&kvdb.Error{Kind: kvdb.ErrClosed}, true},
	} {
		store.Inject(testutil.On(testutil.Errors(tc.err), "ping"))
		err := run(t, c)
		if v := verdictOf(err); v.status != StatusFail || v.decisive != tc.decisive || !errors.Is(err, tc.err) {
			t.Errorf("%v: %+v", tc.err, v)
		}
		if got := says(c, err); got != "database down" {
			t.Errorf("%v: says %q", tc.err, got)
		}
	}
	if c.Network {
		t.Error("a store in memory is a network")
	}
	remote := testutil.NewFaulty()
	remote.Info = kvdb.Info{System: "redis", Remote: true}
	for _, c := range []Check{Ping("a", remote), RoundTrip("a", remote, []byte("k")), Engine("a", remote, nil), ReplicationLag("a", remote, nil)} {
		if err := start(t).Register(c.For(Liveness)); err == nil {
			t.Error("a remote store may decide about liveness")
		}
	}
}

// TestRefusedStore is the whole way from a store to the probe.
func TestRefusedStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := testutil.NewFaulty()
		h := start(t, WithChecks(Ping("database", store).Every(time.Second)))
		wait(10 * time.Second)
		wantOK(t, h, "/readyz", "ready\n")
		store.Inject(testutil.Errors(&kvdb.Error{Op: "ping", Kind: kvdb.ErrUnavailable, Err: syscall.ECONNREFUSED}))
		wait(1200 * time.Millisecond)
		wantAnswer(t, h, "/readyz", 503, "database down\n")
		store.Inject(nil)
		wait(2500 * time.Millisecond)
		wantOK(t, h, "/readyz", "ready\n")
	})
}

func TestRoundTrip(t *testing.T) {
	key := []byte("otelkv.health")
	store := testutil.NewFaulty()
	c := RoundTrip("database", store, key)
	key[0] = 'X'
	for range 3 {
		if err := run(t, c); err != nil {
			t.Error(err)
		}
	}
	key[0] = 'o'
	mine, err := store.Get(t.Context(), key)
	if err != nil || len(mine) != 24 {
		t.Errorf("the store has %q, %v", mine, err)
	}
	bad := errors.New("bad")
	for _, operation := range []string{"put", "get"} {
		store.Inject(testutil.On(testutil.Errors(bad), operation))
		if err := run(t, c); !errors.Is(err, bad) || says(c, err) != "database down" {
			t.Errorf("%s: %v", operation, err)
		}
	}

	var others []byte
	if err := run(t, RoundTrip("other", store.Memory, key)); err != nil {
		t.Fatal(err)
	}
	if others, err = store.Memory.Get(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		stored []byte // in place of what was put
		ok     bool
	}{
		{"another replica's value", others, true},
		{"an old value of its own", mine, false},
		{"nothing", nil, false},
		{"something else", []byte("something else"), false},
		{"a part", mine[:20], false},
	} {
		store.Inject(testutil.On(func(ctx context.Context, _ string) error {
			return store.Memory.Put(ctx, key, tc.stored)
		}, "get"))
		if err := run(t, c); (err == nil) != tc.ok {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestReplicationLag(t *testing.T) {
	type lags = map[string]time.Duration
	store := testutil.NewFaulty()
	for _, tc := range []struct {
		name   string
		limits *LagLimits
		lags   []lags // one for each run; the last one counts
		err    error
		status Status
		says   string
	}{
		{"none", nil, []lags{{"a": 0, "b": 0}}, nil, StatusPass, ""},
		{"half of the limit", nil, []lags{{"a": 2500 * time.Millisecond}}, nil, StatusPass, ""},
		{"below the limit", nil, []lags{{"a": 0, "b": 5 * time.Second}}, nil, StatusWarn, "replication lag high"},
		{"above the limit", nil, []lags{{"a": 5001 * time.Millisecond, "b": 0}}, nil, StatusFail, "replication lag too high"},
		{"above its own limit", &LagLimits{Fail: time.Second}, []lags{{"a": 1001 * time.Millisecond}}, nil, StatusFail, "replication lag too high"},
		{"above its own warning", &LagLimits{Warn: time.Second}, []lags{{"a": 1001 * time.Millisecond}}, nil, StatusWarn, "replication lag high"},
		{"the store does not know", nil, []lags{nil}, &kvdb.Error{Kind: kvdb.ErrLagUnknown}, StatusUnknown, "replication lag unknown"},
		{"the store does not know any more", nil, []lags{{"a": 0}}, &kvdb.Error{Kind: kvdb.ErrLagUnknown}, StatusUnknown, "replication lag unknown"},
		{"no replica", nil, []lags{{}}, nil, StatusWarn, "replication has no replica"},
		{"one is not connected", nil, []lags{{"a": 0, "b": kvdb.NotConnected}}, nil, StatusWarn, "replication misses a replica"},
		{"one is lagging, and one is not connected", nil, []lags{{"a": time.Minute, "b": kvdb.NotConnected}}, nil, StatusFail, "replication lag too high"},
		{"as many as there should be", &LagLimits{Replicas: 1}, []lags{{"a": 0}}, nil, StatusPass, ""},
		{"fewer than there should be", &LagLimits{Replicas: 2}, []lags{{"a": 0, "b": -1}}, nil, StatusFail, "replication lacks replicas"},
		{"none of those that there should be", &LagLimits{Replicas: 1}, []lags{{}}, nil, StatusFail, "replication lacks replicas"},
		{"a replica left", nil, []lags{{"a": 0, "b": 0}, {"a": 0}}, nil, StatusWarn, "replication misses a replica"},
		{"all left", nil, []lags{{"a": 0, "b": 0}, {}}, nil, StatusWarn, "replication misses a replica"},
		{"and is back under another address", nil, []lags{{"a": 0, "b": 0}, {"a": 0}, {"a": 0, "c": 0}}, nil, StatusPass, ""},
		{"catching up", nil, []lags{{"a": 6 * time.Second}, {"a": 4500 * time.Millisecond}}, nil, StatusFail, "replication lag too high"},
		{"caught up with most", nil, []lags{{"a": 6 * time.Second}, {"a": 4 * time.Second}}, nil, StatusWarn, "replication lag high"},
		{"nearly well", nil, []lags{{"a": 6 * time.Second}, {"a": 2200 * time.Millisecond}}, nil, StatusWarn, "replication lag high"},
		{"well again", nil, []lags{{"a": 6 * time.Second}, {"a": 2 * time.Second}}, nil, StatusPass, ""},
		{"and came back", nil, []lags{{"a": 0, "b": 0}, {"a": 0}, {"a": 0, "b": 0}}, nil, StatusPass, ""},
		{"another came", nil, []lags{{"a": 0}, {"a": 0, "b": 0}}, nil, StatusPass, ""},
	} {
		c := ReplicationLag("replication", store, tc.limits)
		var err error
		for _, l := range tc.lags {
			store.Lag = func(context.Context) (map[string]time.Duration, error) { return l, tc.err }
			err = run(t, c)
		}
		if v := verdictOf(err); v.status != tc.status || says(c, err) != tc.says {
			t.Errorf("%s: %v, %q (%v), want %v, %q", tc.name, v.status, says(c, err), err, tc.status, tc.says)
		}
	}
}

func TestEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := testutil.NewFaulty()
		var stalled float64
		var broken error
		failed := 0.0
		store.Report(testutil.Counter("kvdb.engine.flushes", "{flush}", "Flushes", 0),
			testutil.Counter(kvdb.StatWriteStallTime, "s", "Stalls", 0), testutil.Gauge(kvdb.StatFailed, "", "Failed", 0))
		store.Stats = func(_ context.Context, dst []float64) ([]float64, error) {
			return append(dst, 0, stalled, failed), broken
		}
		var state error
		both := Engine("engine", store, func(context.Context) error { return state })
		want := func(status Status, decisive bool, reason string) {
			t.Helper()
			err := run(t, both)
			if v := verdictOf(err); v.status != status || v.decisive != decisive || says(both, err) != reason {
				t.Errorf("%+v, %q (%v), want %v, %t, %q", v, says(both, err), err, status, decisive, reason)
			}
			time.Sleep(10 * time.Second)
		}
		stalled = 100
		want(StatusPass, false, "") // there is nothing to compare with
		want(StatusPass, false, "")
		stalled += 5
		want(StatusWarn, false, "engine stalls writes")
		stalled += 5.1
		want(StatusFail, false, "engine writes stalled")
		stalled += 2.6 // less than half, and not clearly
		want(StatusFail, false, "engine writes stalled")
		stalled += 2.5
		want(StatusWarn, false, "engine stalls writes")
		want(StatusWarn, false, "engine stalls writes") // one follows another
		want(StatusWarn, false, "engine stalls writes")
		want(StatusPass, false, "")
		stalled = math.NaN()
		want(StatusPass, false, "") // not known
		stalled = 0
		want(StatusPass, false, "") // opened again
		failed = 1
		want(StatusFail, true, "engine failed")
		failed = 0
		for kind, reason := range map[error]string{
			kvdb.ErrReadOnly: "engine read only", kvdb.ErrCorruption: "engine corrupt",
			kvdb.ErrNoSpace: "engine out of space", kvdb.ErrClosed: "engine closed",
		} {
			state, broken = &kvdb.Error{Kind: kind}, nil
			want(StatusFail, true, reason)
			state, broken = nil, &kvdb.Error{Kind: kind}
			want(StatusFail, true, reason)
		}
		broken = errors.New("no")
		want(StatusFail, false, "engine failed")
		broken = nil
		want(StatusPass, false, "")
	})
	if err := run(t, Engine("engine", nil, func(context.Context) error { return nil })); err != nil {
		t.Errorf("without a store: %v", err)
	}
	if err := run(t, Engine("engine", testutil.NewFaulty(), nil)); err != nil {
		t.Errorf("without a stall time: %v", err)
	}
}

func TestStat(t *testing.T) {
	store := testutil.NewFaulty()
	store.Report(testutil.Gauge("kvdb.engine.other", "1", "Other", 1), testutil.Disk(0.95), testutil.Gauge("kvdb.engine.unknown", "1", "Unknown", math.NaN()))
	c := Utilization("disk", Stat(store, kvdb.StatDiskUtilization), nil)
	if err := run(t, c); verdictOf(err).status != StatusFail || says(c, err) != "disk full" {
		t.Errorf("%v", err)
	}
	for name, read := range map[string]func(context.Context) (float64, error){
		"no such statistic": Stat(store, "nothing"),
		"not known now":     Stat(store, "kvdb.engine.unknown"),
		"wrong number":      Stat(miscounting(), kvdb.StatDiskUtilization),
		"no statistics":     Stat(kvdb.NewMemory(nil), "nothing"),
		"closed":            Stat(closed(), "nothing"),
	} {
		if err := run(t, Utilization("disk", read, nil)); verdictOf(err).status != StatusUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// miscounting gives no value for what it declares.
func miscounting() kvdb.Store {
	s := testutil.NewFaulty()
	s.Infos = []kvdb.StatInfo{testutil.Disk(0).StatInfo}
	return s
}

func closed() kvdb.Store {
	s := testutil.NewFaulty()
	_ = s.Close()
	return s
}
