package fault

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/kvdb"
)

// TestBurn: the process uses the CPU time that it can have, and stops.
func TestBurn(t *testing.T) {
	s := New(kvdb.NewMemory(nil), "memory", true)
	end := turn(t, s, Saturation)
	eventually(t, "CPU time", func() bool { return cpu(t) > 0.2 })
	n := runtime.NumGoroutine()
	end()
	if now := runtime.NumGoroutine(); now > n-runtime.GOMAXPROCS(0) {
		t.Errorf("%d goroutines of %d are left", now, n)
	}
}

// cpu returns seconds of CPU time, of all processes that share a limit.
func cpu(t *testing.T) float64 {
	t.Helper()
	c, err := system.Local().CPU()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	used := c[0].Used
	for _, l := range c {
		used = min(used, l.Used)
	}
	return used.Seconds()
}

// A group is a control group with a limit.
type group struct {
	limit uint64
	base  uint64
	held  func() uint64
	more  atomic.Uint64
	err   error
}

func (g *group) Memory() (system.Memory, error) {
	return system.Memory{Used: g.base + g.held() + g.more.Load(), Limit: g.limit}, g.err
}

// TestMemory: most of a small limit is used, some is given back when somebody else needs it, and all
// at the end.
func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is taken on Linux alone")
	}
	resident := func() uint64 {
		n, err := system.Local().Resident()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	start := resident()
	held := func() uint64 { return max(resident(), start) - start }
	g := &group{limit: 256 << 20, base: 50 << 20, held: held}
	s := New(kvdb.NewMemory(nil), "memory", true)
	w, err := s.Start(Program{machine: g}, Fault{Kind: Memory})
	if err != nil {
		t.Fatal(err)
	}
	share := func() float64 { m, _ := g.Memory(); return m.Share() }
	eventually(t, "memory", func() bool { return share() > memoryShare-0.02 })
	if share() > memoryMost {
		t.Errorf("%v of the limit are used", share())
	}
	g.more.Store(50 << 20)
	eventually(t, "what is given back", func() bool { return share() < memoryMost })
	w.Close()
	if n := held(); n > 64<<20 {
		t.Errorf("%d MiB are held after the fault", n>>20)
	}
	for limit, says := range map[*group]string{
		{limit: 24 << 30, held: held}:            "the limit is 24.0 GiB",
		{held: held, err: errors.ErrUnsupported}: "is not known",
	} {
		_, err := s.Start(Program{machine: limit}, Fault{Kind: Memory})
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}
