package pprofx

import (
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/otelkv/otelkv/internal/testutil"
	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/monitoring/objective"
)

func TestWatermark(t *testing.T) {
	w := watermark{mark: 100}
	var told []float64
	for _, v := range []float64{50, 99, 100, 105, 109, 111, 112, 95, 100, 89, 101, math.NaN(), 101, 120} {
		if w.reached(v) {
			told = append(told, v)
		}
	}
	if want := []float64{100, 111, 101, 120}; !slices.Equal(told, want) {
		t.Errorf("%v, want %v", told, want)
	}
	if off := (watermark{}); off.reached(1) {
		t.Error("a mark of 0 is reached")
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var share atomic.Uint64
		var count atomic.Int64
		p, err := Start(WithDirectory(dir), WithFlightRecorder(0, 0), WithMutexFraction(0), WithBudget(0),
			WithMemory(func() float64 { return math.Float64frombits(share.Load()) }, 0.8),
			WithGoroutineLimit(5000),
			optionFunc(func(c *config) {
				c.goroutines = func() int { return int(count.Load()) }
				c.captureTime = time.Hour // no CPU profile
			}))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		tick := func() map[string]string {
			time.Sleep(watchInterval)
			synctest.Wait()
			all := map[string]string{}
			for name, n := range map[string]*[captureOutcomes]atomic.Int64{"memory": &p.counts.captures[reasonMemory], "goroutines": &p.counts.captures[reasonGoroutines]} {
				if n[captureWritten].Load() > 0 {
					all[name] = "written"
				}
			}
			return all
		}
		if got := tick(); len(got) != 0 {
			t.Errorf("below the marks: %v", got)
		}
		share.Store(math.Float64bits(0.85))
		if got := tick(); keys(got) != "[memory]" {
			t.Errorf("%v", got)
		}
		if all := files(t, dir); keys(all) != "[goroutine heap]" || !strings.Contains(all["heap"], "-memory-85_percent") {
			t.Errorf("%v", all)
		}
		count.Store(5000)
		if got := tick(); keys(got) != "[goroutines memory]" {
			t.Errorf("%v", got)
		}
	})
}

func TestMemoryPanics(t *testing.T) {
	log, lines := testutil.NewLog(t, zap.InfoLevel)
	p := start(t, WithLogger(log), WithMemory(func() float64 { panic("oh") }, 0.9))
	if share := p.readMemory(); !math.IsNaN(share) || !strings.Contains(fmt.Sprint(logged(t, lines)), "panic: oh") {
		t.Errorf("%v, %s", share, lines)
	}
}

// TestMemoryOfMachines: evidence is captured at the share that probes judge and metrics
// show of the same machine, and not below it.
func TestMemoryOfMachines(t *testing.T) {
	const little = 1e-6
	for _, m := range machines.All() {
		machine, _ := m.Start()
		share := memoryOf(machine)()
		above, below := watermark{mark: m.Memory + little}, watermark{mark: m.Memory - little}
		if above.reached(share) || m.Memory > 0 && !below.reached(share) {
			t.Errorf("%s: %v, want %v", m.Name, share, m.Memory)
		}
	}
	broken := machines.Machine{Files: map[string]string{"proc/self/cgroup": machines.Unreadable}}
	machine, _ := broken.Start()
	if share := memoryOf(machine)(); !math.IsNaN(share) {
		t.Errorf("a machine that does not tell: %v", share)
	}
}

// The default is the machine's memory, whatever GOMEMLIMIT says.
func TestDefaultMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 20))
	c, err := newConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	if share := c.memory(); !(share > 0 && share < 1) || c.memoryShare != objective.SaturationCritical {
		t.Errorf("%v of %v", share, c.memoryShare)
	}
}
