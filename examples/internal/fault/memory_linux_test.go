package fault_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/otelkv/otelkv/internal/system"
	"github.com/otelkv/otelkv/internal/testutil/machines"
	"github.com/otelkv/otelkv/internal/testutil/process"
	"github.com/otelkv/otelkv/monitoring/objective"
)

// TestProgramsMemory: in a control group with a small limit, most of it is used while the
// fault is on, as much as the alert that wakes somebody asks for, and no more after it. The
// program lives on.
func TestProgramsMemory(t *testing.T) {
	t.Parallel()
	for _, name := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd, temp := prepare(t, name)
			machines.MemoryGroup(t, 256<<20, cmd)
			r := greeted(t, &running{Process: process.Start(t, cmd), t: t, name: name, temp: temp})
			used := func() float64 {
				share, n := r.series(`kvdb_utilization_ratio\{kvdb_resource="memory"\}`)
				if n == 0 {
					return -1
				}
				return share
			}
			if share := used(); share < 0 || share > objective.SaturationCritical {
				t.Fatalf("%v of the limit are used without the fault", share)
			}
			r.turn("memory")
			r.eventually("memory in use", func() bool { return used() > objective.SaturationCritical })
			for range 20 {
				if share := used(); share < objective.SaturationCritical {
					t.Errorf("%v of the limit are used while the fault is on", share)
				}
			}
			r.turn("none")
			r.eventually("memory that is given back", func() bool { return used() < objective.Saturation })
			r.stop()
		})
	}
}

// TestProgramsMemoryRefused: without a small limit it would be the machine's.
func TestProgramsMemoryRefused(t *testing.T) {
	m, err := system.Local().Memory()
	if err != nil || m.Limit <= 1<<30 {
		t.Skipf("the tests themselves have a small limit: %+v, %v", m, err)
	}
	for _, name := range programs {
		cmd, _ := prepare(t, name, "-fault", "memory")
		p := process.Start(t, cmd)
		if status := p.Wait(t); status != 2 || strings.Count(p.Stderr.String(), "\n") != 1 || !strings.Contains(p.Stderr.String(), "at most 1 GiB") {
			t.Errorf("%s -fault memory: exit status %d, %s", name, status, p.Stderr.String())
		}
		r := start(t, name)
		if status, body, err := r.try(http.MethodPost, "/fault?kind=memory"); err != nil || status != http.StatusUnprocessableEntity || !strings.Contains(body, "at most 1 GiB") {
			t.Errorf("POST: %d %s, %v", status, body, err)
		}
		r.stop()
	}
}
