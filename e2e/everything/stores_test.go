package everything

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/otelkv/otelkv/e2e/internal/redisserver"
	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/kvdb"
	"github.com/otelkv/otelkv/kvdb/kvbadger"
	"github.com/otelkv/otelkv/kvdb/kvbolt"
	"github.com/otelkv/otelkv/kvdb/kvpebble"
	"github.com/otelkv/otelkv/kvdb/kvredis/redishook"
)

// What is another machine's: an engine, and one whose client has a hook.
const (
	remoteEngine = "faulty"
	remoteClient = "redis"
)

// declared are the statistics that the stores of this test have, by engine.
func declared() map[string][]kvdb.StatInfo {
	all := map[string][]kvdb.StatInfo{"pebble": kvpebble.StatInfos(), "bbolt": kvbolt.StatInfos(), "badger": kvbadger.StatInfos(), remoteClient: redishook.StatInfos()}
	for _, s := range constantStats {
		all[remoteEngine] = append(all[remoteEngine], s.StatInfo)
	}
	return all
}

// constantStats are those that have a constant in package kvdb and no engine here.
var constantStats = []testutil.Stat{
	testutil.Disk(0.5),
	testutil.Counter(kvdb.StatFailovers, "{failover}", "Changes of the primary", 1),
	testutil.Counter(kvdb.StatFailoverTime, "s", "Time without a primary", 0.5),
}

// newRemote returns a store with every capability, as if it were another machine's.
func newRemote() *testutil.Faulty {
	remote := testutil.NewFaulty()
	remote.Info = kvdb.Info{System: remoteEngine, Namespace: "remote", Remote: true, Address: "db.example.com", Port: 4711}
	remote.Report(constantStats...)
	remote.Pool = func(context.Context) (kvdb.PoolStats, error) {
		return kvdb.PoolStats{Idle: 1, Used: 1, Max: 4, IdleMin: 1, IdleMax: 2, Dials: kvdb.FailedDials{Timeout: 1, Unavailable: 1, Other: 1}}, nil
	}
	remote.Lag = func(context.Context) (map[string]time.Duration, error) {
		return map[string]time.Duration{"replica-1": time.Second}, nil
	}
	return remote
}

func newPebble(t *testing.T) kvdb.Store {
	t.Helper()
	store, err := kvpebble.Open(t.TempDir(), &kvpebble.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func newBolt(t *testing.T) kvdb.Store {
	t.Helper()
	store, err := kvbolt.Open(filepath.Join(t.TempDir(), "store"), &kvbolt.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func newBadger(t *testing.T) kvdb.Store {
	t.Helper()
	store, err := kvbadger.Open(t.TempDir(), &kvbadger.OpenOptions{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// wrap decorates a store until the test ends.
func wrap(t *testing.T, store kvdb.Store, options ...instrument.Option) *instrument.Store {
	t.Helper()
	wrapped, err := instrument.Wrap(store, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := wrapped.Close(); err != nil && !errors.Is(err, kvdb.ErrClosed) {
			t.Errorf("Close: %v", err)
		}
	})
	return wrapped
}

// hookRedis records the commands of a client that has a cache, and how long its connections take.
func hookRedis(t *testing.T, p *program, server *redisserver.Server) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Address, Protocol: 3, ClientSideCacheConfig: &redis.ClientSideCacheConfig{MaxEntries: 1}})
	hook, err := (&redishook.Config{ConnectionTimes: true}).Instrument(client, instrument.WithTelemetry(p), instrument.WithNamespace("hooked"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(hook.Close(), client.Close()); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if err := client.Ping(traced(t, p)).Err(); err != nil {
		t.Error(err)
	}
}

// newRedis returns a store behind a pool of which one connection is in use and one is not.
func newRedis(t *testing.T, server *redisserver.Server) kvdb.Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Address, PoolSize: 4})
	ctx, cancel := context.WithCancel(context.Background())
	waits := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-waits
	})
	go func() {
		defer close(waits)
		_ = client.BLPop(ctx, 0, "queue").Err()
	}()
	process.Eventually(t, "two connections, one of them in use", func() bool {
		client.Ping(ctx)
		p := client.PoolStats()
		return p.TotalConns == 2 && p.IdleConns == 1
	})
	return server.NewStore(client)
}

// operate makes every operation that a store has.
func operate(ctx context.Context, t *testing.T, store kvdb.Store) {
	t.Helper()
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	key, value := []byte("key"), []byte("value")
	check("put", store.Put(ctx, key, value))
	_, err := store.Get(ctx, key)
	check("get", err)
	if batcher, ok := kvdb.As[kvdb.Batcher](store); ok {
		put := func(n int) kvdb.Mutation { return kvdb.Mutation{Key: fmt.Appendf(nil, "key-%d", n), Value: value} }
		remove := func(n int) kvdb.Mutation { return kvdb.Mutation{Key: fmt.Appendf(nil, "key-%d", n), Delete: true} }
		check("BATCH put", batcher.Apply(ctx, []kvdb.Mutation{put(1), put(2)}))
		check("BATCH delete", batcher.Apply(ctx, []kvdb.Mutation{remove(1), remove(2)}))
		check("BATCH", batcher.Apply(ctx, []kvdb.Mutation{put(1), remove(2)}))
	}
	if getter, ok := kvdb.As[kvdb.MultiGetter](store); ok {
		_, err := getter.GetMany(ctx, [][]byte{key, []byte("other")})
		check("BATCH get", err)
	}
	if scanner, ok := kvdb.As[kvdb.Scanner](store); ok {
		for _, err := range scanner.Scan(ctx, kvdb.Range{}) {
			check("scan", err)
		}
	}
	if viewer, ok := kvdb.As[kvdb.Viewer](store); ok {
		check("view", viewer.View(ctx, func(r kvdb.Reader) error {
			_, err := r.Get(ctx, key)
			return err
		}))
	}
	if updater, ok := kvdb.As[kvdb.Updater](store); ok {
		check("update", updater.Update(ctx, func(txn kvdb.Txn) error { return txn.Put(ctx, key, value) }))
	}
	if swapper, ok := kvdb.As[kvdb.Swapper](store); ok {
		_, err := swapper.CompareAndSwap(ctx, key, value, value)
		check("compare_and_swap", err)
	}
	if pinger, ok := kvdb.As[kvdb.Pinger](store); ok {
		check("ping", pinger.Ping(ctx))
	}
	check("delete", store.Delete(ctx, []byte("key-1")))
}

// fail makes a store's operations end in every way there is.
func fail(ctx context.Context, t *testing.T, store kvdb.Store, engine *testutil.Faulty) {
	t.Helper()
	key := []byte("key")
	for _, err := range []error{
		kvdb.ErrTimeout, kvdb.ErrClosed, kvdb.ErrReadOnly, kvdb.ErrTooLarge, kvdb.ErrUnavailable, kvdb.ErrCorruption,
		kvdb.ErrNoSpace, kvdb.ErrInvalidArgument, kvdb.ErrEngineFailed, errors.New("something else"),
	} {
		engine.Inject(testutil.Errors(&kvdb.Error{Op: "put", Kind: err}))
		for range 20 { // more than get a line
			if got := store.Put(ctx, key, nil); !errors.Is(got, err) && err != got {
				t.Errorf("Put: %v, want %v", got, err)
			}
		}
	}
	func() {
		defer func() { _ = recover() }()
		engine.Inject(testutil.Panics("on purpose"))
		_ = store.Put(ctx, key, nil)
	}()
	batcher, _ := kvdb.As[kvdb.Batcher](store)
	both := []kvdb.Mutation{{Key: key}, {Key: []byte("other")}}
	engine.Inject(testutil.Errors(kvdb.ErrUnavailable))
	if err := batcher.Apply(ctx, both); !errors.Is(err, kvdb.ErrUnavailable) {
		t.Errorf("Apply: %v", err)
	}
	if _, err := store.Get(ctx, key); !errors.Is(err, kvdb.ErrUnavailable) {
		t.Errorf("Get: %v", err)
	}
	engine.Inject(testutil.Errors(kvdb.ErrConflict))
	updater, _ := kvdb.As[kvdb.Updater](store)
	if err := updater.Update(ctx, func(kvdb.Txn) error { return nil }); !errors.Is(err, kvdb.ErrConflict) {
		t.Errorf("Update: %v, want a conflict", err)
	}
	engine.Inject(nil)
	aborted := errors.New("changed my mind")
	if err := updater.Update(ctx, func(kvdb.Txn) error { return aborted }); !errors.Is(err, aborted) {
		t.Errorf("Update: %v, want it aborted", err)
	}
	for range 20 {
		if _, err := store.Get(ctx, []byte("nothing")); !errors.Is(err, kvdb.ErrNotFound) {
			t.Errorf("Get of nothing: %v", err)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := store.Put(gone, key, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Put for nobody: %v", err)
	}
	if err := batcher.Apply(gone, both); !errors.Is(err, context.Canceled) {
		t.Errorf("Apply for nobody: %v", err)
	}
}

// A teller is a store that gives notices.
type teller struct {
	*kvdb.Memory
	later chan struct{} // closed before the last ones
}

func (teller) Describe() kvdb.Info { return kvdb.Info{System: "memory", Namespace: "teller"} }

func (s teller) Notices(context.Context) iter.Seq[kvdb.Notice] {
	return func(yield func(kvdb.Notice) bool) {
		for n := range 60 { // more than get a line at once
			if n == 50 {
				<-s.later
			}
			if !yield(kvdb.Notice{
				Name: kvdb.NoticeStatsMissing, Level: kvdb.NoticeLevel(n % 3), Text: "on purpose", Numbers: map[string]float64{"app": float64(n)},
			}) {
				return
			}
		}
	}
}

// recordCalls makes calls of a recorder that are not declared, and more of those
// that are than have series.
func recordCalls(t *testing.T, p *program) {
	t.Helper()
	var names, types []string
	for n := range 64 {
		names = append(names, fmt.Sprint("call-", n))
	}
	for n := range 8 {
		types = append(types, fmt.Sprint("type_", n))
	}
	recorder, err := instrument.NewRecorder(kvdb.Info{System: "app", Namespace: "calls"}, names, instrument.WithTelemetry(p), instrument.WithSizes(),
		instrument.WithErrorClassifier(func(err error) string { return err.Error() }, types...))
	if err != nil {
		t.Fatal(err)
	}
	defer recorder.Close()
	recorder.Operation("undeclared").Record(t.Context(), 1, nil)
	for _, name := range names {
		for _, failure := range types {
			recorder.Operation(name).Record(t.Context(), 1, errors.New(failure))
		}
	}
}
