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

	wire    bool           // no engine hears of it: it is run on one
	prepare func(s *siege) // before it
	restart bool           // in between; an engine without files has no such attack
	scarce  bool           // after it there is little memory
	keeps   int            // bytes of memory that may stay charged
	least   int            // commands of it that the server has to do all the same
}

const (
	// usual is the -memory that there is by default. With a quarter of it, what is there
	// three times would be within beyond. What is charged by half is seen where clients
	// take all that there is.
	usual  = 128 << 20
	scarce = 32 << 20

	// beyond is how much more than -memory a server may take.
	beyond = 64 << 20
)

// Under each attack the server stays within its memory, and serves on.
func TestAttacks(t *testing.T) {
	process.Long(t)
	needProc(t)
	for _, engine := range kvserver.Engines {
		for _, a := range attacks {
			if a.restart && engine == "memory" || a.wire && engine != "pebble" {
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
	memory := usual
	if a.scarce {
		memory = scarce
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
	start(usual)
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
	came := make(chan turnout, 1)
	go func() { came <- s.newcomers(done) }()
	worst := s.witness(done)
	newcomers := <-came
	s.end()
	s.Eventually(t, "the end of the attack", func() bool {
		return s.info("clients", "connected_clients") == 1 && s.info("memory", "mem_clients_normal") <= charged+a.keeps
	})
	if in, err := s.newcomer(); !in || err != nil {
		t.Errorf("after the attack somebody was let in: %t, %v", in, err)
	}
	meter.stop()
	took := int(meter.peak.Load()) - idle
	served := int(s.served.Load())
	t.Logf("%d MiB above the idle %d; the longest wait was %v; %d served, of %d newcomers %d not let in",
		took>>20, idle>>20, worst, served, newcomers.came, newcomers.refused)
	if served < a.least {
		t.Errorf("%d commands of the attack were served, want %d at least", served, a.least)
	}
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
