package instrument_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/replica"
	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A cluster is a store whose replicas are what the test says.
type cluster struct {
	lag     setting[map[string]time.Duration]
	failure setting[error]
}

// observed runs a test of what is shown of a cluster.
func observed(t *testing.T, begin func(*cluster), test func(t *testing.T, c *cluster, connected func() map[string]float64)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := new(cluster)
		begin(c)
		below := testutil.NewFaulty()
		below.Lag = func(context.Context) (map[string]time.Duration, error) { return c.lag.get(), c.failure.get() }
		h := newHarnessOver(t, below)
		defer h.Close()
		test(t, c, func() map[string]float64 {
			synctest.Wait()
			got := make(map[string]float64)
			for _, s := range h.collect().Find("kvdb.replication.connected") {
				got[s.Attributes["kvdb.replica"]] = s.Value
			}
			return got
		})
	})
}

func (c *cluster) lists(names ...string) {
	lag := make(map[string]time.Duration)
	for _, n := range names {
		lag[n] = time.Second
	}
	c.lag.set(lag)
}

// A replica that is back under another address takes the place of the old one, however
// often, and the one that is connected is shown.
func TestReplicaUnderAnotherAddress(t *testing.T) {
	observed(t, func(c *cluster) { c.lists("10.0.0.1:6379", "10.0.1.0:6379") }, func(t *testing.T, c *cluster, connected func() map[string]float64) {
		for i := range 100 {
			address := fmt.Sprintf("10.0.1.%d:6379", i)
			c.lists("10.0.0.1:6379", address)
			time.Sleep(10 * time.Second)
			equalMaps(t, "connected", connected(), map[string]float64{"10.0.0.1:6379": 1, address: 1})
		}
		c.lists("10.0.0.1:6379")
		time.Sleep(10 * time.Second)
		equalMaps(t, "connected", connected(), map[string]float64{"10.0.0.1:6379": 1, "10.0.1.99:6379": 0})
		time.Sleep(replica.Memory - 20*time.Second)
		equalMaps(t, "connected", connected(), map[string]float64{"10.0.0.1:6379": 1, "10.0.1.99:6379": 0})
		time.Sleep(20 * time.Second)
		equalMaps(t, "connected", connected(), map[string]float64{"10.0.0.1:6379": 1})
	})
}

// What is listed and not connected stays for as long as it is listed.
func TestReplicaNotConnected(t *testing.T) {
	observed(t, func(c *cluster) {
		c.lag.set(map[string]time.Duration{"a": time.Second, "b": kvdb.NotConnected, "c": -time.Second})
	}, func(t *testing.T, _ *cluster, connected func() map[string]float64) {
		for range 3 {
			equalMaps(t, "connected", connected(), map[string]float64{"a": 1, "b": 0, "c": 0})
			time.Sleep(time.Hour)
		}
	})
}

// Those that are connected come before those that are missed, of 32.
func TestReplicasThatAreThereComeFirst(t *testing.T) {
	of := func(group string, n int) (names []string) {
		for i := range n {
			names = append(names, fmt.Sprintf("%s%02d", group, i))
		}
		return names
	}
	observed(t, func(c *cluster) { c.lists(of("b", 40)...) }, func(t *testing.T, c *cluster, connected func() map[string]float64) {
		first := connected()
		c.lists(append(of("b", 40), of("a", 40)...)...) // which would come before
		time.Sleep(10 * time.Second)
		equalMaps(t, "those that were there before", connected(), first)
		c.lists(of("a", 30)...)
		time.Sleep(10 * time.Second)
		there := 0
		for name, is := range connected() {
			if is == 1 {
				there++
			} else if name[0] == 'a' && name < "a30" {
				t.Errorf("%s is not connected", name)
			}
		}
		if there != 30 || len(connected()) != 32 {
			t.Errorf("%d of %d are connected, want 30 of 32", there, len(connected()))
		}
	})
}

// A store that cannot say anything of its replicas from the start has one that nobody
// can name, and that is not connected: an alert has something to fire on.
func TestReplicaThatNobodyCanName(t *testing.T) {
	nobody := map[string]float64{"unknown": 0}
	for name, failure := range map[string]error{
		"unknown":     &kvdb.Error{Op: "lag", Kind: kvdb.ErrLagUnknown},
		"unavailable": &kvdb.Error{Op: "lag", Kind: kvdb.ErrUnavailable},
		"any other":   errors.New("no"),
	} {
		t.Run(name, func(t *testing.T) {
			observed(t, func(c *cluster) { c.failure.set(failure) }, func(t *testing.T, c *cluster, connected func() map[string]float64) {
				equalMaps(t, "connected", connected(), map[string]float64{}) // it may be about to connect
				for range 3 {
					time.Sleep(31 * time.Second)
					equalMaps(t, "connected", connected(), nobody)
				}
				c.lists("a")
				c.failure.set(nil)
				time.Sleep(10 * time.Second)
				equalMaps(t, "connected", connected(), map[string]float64{"a": 1})
				c.failure.set(failure)
				time.Sleep(time.Minute)
				equalMaps(t, "connected", connected(), map[string]float64{"a": 0})
			})
		})
	}
	t.Run("no answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			below := testutil.NewFaulty()
			release := make(chan struct{})
			below.Lag = func(context.Context) (map[string]time.Duration, error) { <-release; return nil, nil }
			h := newHarnessOver(t, below)
			defer h.Close()
			defer close(release)
			for after, want := range []int{0, 1} {
				time.Sleep(time.Duration(after) * 31 * time.Second)
				synctest.Wait()
				if got := h.collect().Find("kvdb.replication.connected"); len(got) != want {
					t.Errorf("after %d × 31 s there are %v, want %d", after, got, want)
				}
			}
		})
	})
	t.Run("an empty list", func(t *testing.T) {
		observed(t, func(c *cluster) { c.lists() }, func(t *testing.T, c *cluster, connected func() map[string]float64) {
			equalMaps(t, "connected", connected(), map[string]float64{})
			c.failure.set(errors.New("cannot be asked"))
			time.Sleep(time.Minute)
			equalMaps(t, "connected", connected(), nobody)
		})
	})
}
