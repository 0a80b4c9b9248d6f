package instrument_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/instrument"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A recorder reads its source as a store is read, until it is closed.
func TestRecorderSource(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := testutil.NewFaulty()
				source.Report(testutil.Gauge("kvdb.engine.a", "1", "A", 1))
				source.Pool = func(context.Context) (kvdb.PoolStats, error) { return kvdb.PoolStats{Idle: 2}, nil }
				source.Lag = func(context.Context) (map[string]time.Duration, error) {
					return map[string]time.Duration{"replica": time.Second}, nil
				}
				to, collect := p.open(t)
				r := newRecorder(t, to, instrument.WithSource(source))
				synctest.Wait()
				got := collect()
				for name, want := range map[string]float64{"kvdb.engine.a": 1, "db.client.connection.count": 2, "kvdb.replication.lag": 1} {
					if n := got.Sum(name); n != want {
						t.Errorf("%s is %v, want %v", name, n, want)
					}
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
				if got := collect().Find("db.client.connection.count"); len(got) != 0 {
					t.Errorf("after Close there is %v", got)
				}
			})
		})
	}
}

// A source that does not return is waited for no longer than its time-out.
func TestRecorderClosesWithAHangingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, release := testutil.NewFaulty(), make(chan struct{})
		source.Pool = func(context.Context) (kvdb.PoolStats, error) {
			<-release
			return kvdb.PoolStats{}, nil
		}
		r := newRecorder(t, instrument.WithRegistry(instrument.NewRegistry()), instrument.WithSource(source))
		synctest.Wait()
		before := time.Now()
		_ = r.Close()
		if d := time.Since(before); d != 5*time.Second {
			t.Errorf("Close took %v", d)
		}
		close(release)
	})
}

func TestSourceRefused(t *testing.T) {
	var none *testutil.Faulty
	undeclarable := testutil.NewFaulty()
	undeclarable.Report(testutil.Gauge("not a name", "1", "A", 1))
	good := instrument.WithRegistry(instrument.NewRegistry())
	for want, source := range map[string]any{
		"is no kvdb.PoolReader":                    "a string",
		"WithSource: the value is a nil":           none,
		"WithSource: the statistic \"not a name\"": undeclarable,
	} {
		_, err := instrument.NewRecorder(kvdb.Info{}, []string{"get"}, good, instrument.WithSource(source))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := instrument.Wrap(testutil.NewFaulty(), good, instrument.WithSource(testutil.NewFaulty())); err == nil || !strings.Contains(err.Error(), "the store is what is read") {
		t.Error(err)
	}
	newRecorder(t, good, instrument.WithSource(nil))
}
