package health

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/kvdb"
)

// A step is the operations since the run before.
type step struct{ ok, bad uint64 }

func repeat(s step, n int) []step { return slices.Repeat([]step{s}, n) }

func TestTraffic(t *testing.T) {
	outage := slices.Concat([]step{{}}, repeat(step{bad: 100}, 10))
	few := slices.Concat([]step{{ok: 1}}, repeat(step{bad: 1}, 40))
	for _, tc := range []struct {
		name   string
		limits *TrafficLimits
		steps  []step // one a second
		status Status
		says   string
	}{
		{"nothing", nil, []step{{}}, StatusPass, ""},
		{"idle", nil, repeat(step{}, 100), StatusPass, ""},
		{"all is well", nil, repeat(step{ok: 100}, 100), StatusPass, ""},
		{"what was before counts not", nil, []step{{ok: 100, bad: 100}, {ok: 100}}, StatusPass, ""},
		{"one of a hundred", nil, repeat(step{ok: 198, bad: 2}, 6), StatusWarn, "database has errors"},
		{"one of two hundred", nil, repeat(step{ok: 199, bad: 1}, 5), StatusPass, ""},
		{"two of a hundred", nil, repeat(step{ok: 196, bad: 4}, 7), StatusFail, "database failing"},
		{"two of a hundred, which may be chance", nil, repeat(step{ok: 49, bad: 1}, 7), StatusWarn, "database has errors"},
		{"its own ratio", &TrafficLimits{ErrorRatio: 0.5}, repeat(step{ok: 80, bad: 20}, 10), StatusPass, ""},
		{"too few", nil, slices.Concat(repeat(step{ok: 10, bad: 10}, 5), []step{{ok: 9, bad: 10}}), StatusPass, ""},
		{"just enough", nil, repeat(step{ok: 10, bad: 10}, 6), StatusFail, "database failing"},
		{"its own volume", &TrafficLimits{MinVolume: 8}, repeat(step{ok: 1, bad: 1}, 5), StatusFail, "database failing"},
		{"a burst", nil, slices.Concat([]step{{}}, repeat(step{bad: 1000}, 3)), StatusWarn, "database has errors"},
		{"no burst any more", nil, slices.Concat([]step{{}}, repeat(step{bad: 1000}, 4)), StatusFail, "database failing"},
		{"two bursts", nil, slices.Concat([]step{{}}, repeat(step{bad: 1000}, 2), repeat(step{ok: 1000}, 9), repeat(step{bad: 1000}, 2)), StatusFail, "database failing"},
		{"a window of two runs", &TrafficLimits{Window: 2 * time.Second}, []step{{}, {bad: 1000}}, StatusFail, "database failing"},
		{"few, but all fail", nil, slices.Concat([]step{{ok: 1}}, repeat(step{bad: 1}, 31)), StatusFail, "database failing"},
		{"few, and not long", nil, slices.Concat([]step{{ok: 1}}, repeat(step{bad: 1}, 29)), StatusPass, ""},
		{"two in a minute", nil, slices.Concat([]step{{ok: 1}, {bad: 1}}, repeat(step{}, 29), []step{{bad: 1}}), StatusPass, ""},
		{"few, and one works", nil, slices.Concat([]step{{ok: 1}}, repeat(step{bad: 1}, 20), []step{{ok: 1}}, repeat(step{bad: 1}, 20)), StatusPass, ""},
		{"one failure after an idle hour", nil, slices.Concat([]step{{ok: 1}}, repeat(step{}, 3600), []step{{bad: 1}}), StatusPass, ""},
		{"its own silence", &TrafficLimits{MaxSilence: 5 * time.Second}, slices.Concat([]step{{ok: 1}}, repeat(step{bad: 1}, 6)), StatusFail, "database failing"},

		{"a third of what fails it, later", nil, slices.Concat(outage, repeat(step{ok: 998, bad: 3}, 31)), StatusWarn, "database has errors"},
		{"three quarters of what fails it, later", nil, slices.Concat(outage, repeat(step{ok: 1989, bad: 15}, 200)), StatusFail, "database failing"},
		{"good again, within the window", nil, slices.Concat(outage, repeat(step{ok: 100}, 29)), StatusFail, "database failing"},
		{"good again", nil, slices.Concat(outage, repeat(step{ok: 100}, 31)), StatusWarn, "database has errors"},
		{"good again for long", nil, slices.Concat(outage, repeat(step{ok: 100}, 100)), StatusPass, ""},
		{"nothing any more", nil, slices.Concat(outage, repeat(step{}, 80)), StatusFail, "database failing"},
		{"nothing any more, for long", nil, slices.Concat(outage, repeat(step{}, 95)), StatusPass, ""},
		{"its own hold", &TrafficLimits{Hold: 5 * time.Second}, slices.Concat(outage, repeat(step{}, 40)), StatusPass, ""},
		{"too few to tell", nil, slices.Concat(outage, repeat(step{ok: 1}, 80)), StatusFail, "database failing"},
		{"few, and good again", nil, slices.Concat(few, repeat(step{ok: 1}, 40)), StatusFail, "database failing"},
		{"few, and good again for long", nil, slices.Concat(few, repeat(step{ok: 1}, 100)), StatusPass, ""},
		{"few, and some fail", nil, slices.Concat(few, slices.Repeat([]step{{ok: 1}, {}, {bad: 1}}, 100)), StatusFail, "database failing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ok, bad uint64 = 1000, 1000
				c := Traffic("database", func() (uint64, uint64) { return ok, bad }, tc.limits)
				var err error
				for _, s := range tc.steps {
					ok, bad = ok+s.ok, bad+s.bad
					err = run(t, c)
					time.Sleep(time.Second)
				}
				if v := verdictOf(err); v.status != tc.status || says(c, err) != tc.says {
					t.Errorf("%v, %q (%v), want %v, %q", v.status, says(c, err), err, tc.status, tc.says)
				}
			})
		})
	}
}

// TestTrafficOfAnotherStore starts again when the totals fall.
func TestTrafficOfAnotherStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		totals := [2]uint64{1_000_000, 0}
		c := Traffic("database", func() (uint64, uint64) { return totals[0], totals[1] }, nil)
		for _, totals = range [][2]uint64{{1_000_000, 0}, {0, 0}, {1000, 0}} {
			if err := run(t, c); err != nil {
				t.Errorf("%v: %v", totals, err)
			}
		}
		outage := func() (err error) {
			for range 5 {
				time.Sleep(time.Second)
				totals[1] += 200
				err = run(t, c)
			}
			return err
		}
		if err := outage(); verdictOf(err).status != StatusFail {
			t.Errorf("it passes for ever: %v", err)
		}
		totals = [2]uint64{1, 0}
		if err := run(t, c); err != nil {
			t.Errorf("of a store that was opened again: %v", err)
		}
		if err := outage(); verdictOf(err).status != StatusFail {
			t.Errorf("it passes for ever: %v", err)
		}
	})
}

// Who is tried again and fails waits longer each time, and no longer once all is well.
func TestTrafficTriesLessAndLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ok, bad uint64
		c := Traffic("database", func() (uint64, uint64) { return ok, bad }, nil)
		run := func(more step) bool {
			ok, bad = ok+more.ok, bad+more.bad
			err := run(t, c)
			time.Sleep(time.Second)
			return verdictOf(err).status != StatusFail
		}
		out := func() (passes int) {
			for run(step{bad: 100}) {
			}
			for !run(step{}) {
				passes++
			}
			return passes
		}
		run(step{})
		var waits []int
		for range 7 {
			waits = append(waits, (out()-25)/60)
		}
		if want := []int{1, 2, 4, 8, 16, 16, 16}; !slices.Equal(waits, want) {
			t.Errorf("it was out for %v minutes, want %v", waits, want)
		}
		for range 3600 * 2 {
			run(step{ok: 100})
		}
		if got := (out() - 25) / 60; got != 1 {
			t.Errorf("later it was out for %d minutes, want 1", got)
		}
	})
}

// Replicas above one server fail together, and stay.
func TestAbove(t *testing.T) {
	remote := testutil.NewFaulty()
	remote.Info = kvdb.Info{System: "redis", Remote: true}
	for _, tc := range []struct {
		name  string
		store kvdb.Store
		want  bool
	}{
		{"a remote store", remote, true},
		{"one of its own", testutil.NewFaulty(), false},
		{"one that does not say", bare{kvdb.NewMemory(nil)}, false},
		{"nil", nil, false},
		{"a nil pointer", (*testutil.Faulty)(nil), false},
	} {
		if c := Traffic("operations", func() (uint64, uint64) { return 0, 0 }, nil).Above(tc.store); c.Shared != tc.want {
			t.Errorf("%s: shared is %t, want %t", tc.name, c.Shared, tc.want)
		}
	}
	if c := (Check{Shared: true}).Above(testutil.NewFaulty()); !c.Shared {
		t.Error("what was shared is no longer")
	}
}
