package attacks

import (
	"os"
	"strconv"
	"testing"

	"github.com/otelkv/otelkv/e2e/internal/kvserver"
	"github.com/otelkv/otelkv/internal/testutil/process"
)

func TestMain(m *testing.M) { os.Exit(kvserver.Main(m)) }

// An attack is what clients do to a server that is new.
type attack struct {
	name string
	run  func(s *siege)

	prepare func(s *siege) // before it
	restart bool           // in between; an engine without files has no such attack
	ample   int            // bytes of memory before the restart, if it is not the same
	usual   bool           // with as much memory as there is by default, else with little
	keeps   int            // bytes of memory that may stay charged
}

const (
	scarce = 32 << 20
	usual  = 128 << 20

	// beyond is how much more than -memory a server may take.
	beyond = 64 << 20
)

// Under each attack the server stays within its memory, and serves on.
func TestAttacks(t *testing.T) {
	process.Long(t)
	needProc(t)
	for _, engine := range kvserver.Engines {
		for _, a := range attacks {
			if a.restart && engine == "memory" {
				continue
			}
			t.Run(engine+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				a.against(t, engine)
			})
		}
	}
}

func (a attack) against(t *testing.T, engine string) {
	memory := scarce
	if a.usual {
		memory = usual
	}
	args := []string{"-engine", engine, "-sync=false"}
	if engine != "memory" {
		args = append(args, "-dir", t.TempDir())
	}
	s := &siege{t: t, engine: engine, counts: newCounts()}
	start := func(memory int) {
		s.budget = memory
		s.Server = kvserver.Start(t, append(args, "-memory", strconv.Itoa(memory))...)
		var err error
		if s.good, err = dial(s.Address); err != nil {
			t.Fatal(err)
		}
		s.small("SET", "small", "v")
		s.small("GET", "small")
	}
	start(max(memory, a.ample))
	if a.restart {
		a.prepare(s)
		_ = s.good.Close()
		if status := s.Stop(t); status != 0 {
			t.Fatalf("exit status %d", status)
		}
		s.counts = newCounts()
		start(memory)
	}
	meter := newMeter(t, s.Process)
	idle, charged := meter.now(), s.info("memory", "mem_clients_normal")
	if a.prepare != nil && !a.restart {
		a.prepare(s)
	}

	done := make(chan struct{})
	go func() {
		defer close(done)
		a.run(s)
	}()
	defer func() { // also when the test has failed
		s.end()
		<-done
	}()
	worst := s.witness(done)
	s.end()
	s.Eventually(t, "the end of the attack", func() bool {
		return s.info("clients", "connected_clients") == 1 && s.info("memory", "mem_clients_normal") <= charged+a.keeps
	})
	meter.stop()
	took := int(meter.peak.Load()) - idle
	t.Logf("%d MiB above the idle %d; the longest wait was %v", took>>20, idle>>20, worst)
	most := memory + beyond + s.data()
	if took > most {
		t.Errorf("the server took %d MiB, %d more than it may", took>>20, (took-most)>>20)
	}
	if worst > patience {
		t.Errorf("somebody waited for %v", worst)
	}
	s.counts.check(t, nil, s.Requests(t))
	s.Eventually(t, "memory that is given back", func() bool { return meter.now()-idle < (memory+beyond)/2+s.data() })
	_ = s.good.Close()
}

// data is what values take that are kept in memory, with as much garbage as Go lets there
// be beside what is alive.
func (s *siege) data() int {
	if s.engine != "memory" {
		return 0
	}
	return 2 * int(s.stored.Load())
}
