package fault

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otelkv/otelkv/examples/internal/program"
	"github.com/otelkv/otelkv/kvdb"
)

// startAnew returns a switch of a program that can start again, and what it was asked to start with.
func startAnew(t *testing.T, f Fault) (w *Switch, asked func() []Fault) {
	t.Helper()
	var all []Fault
	s := New(kvdb.NewMemory(nil), "memory", true)
	w, err := s.Start(Program{Name: "shop", Calls: s, Again: func(f Fault) { all = append(all, f) }}, f)
	if err != nil {
		t.Fatal(err)
	}
	return w, func() []Fault { return all }
}

// TestRestart: the program starts again with the same fault, and what is wanted meanwhile is what
// it starts with.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		restart := Fault{Restart, 2 * time.Second}
		w, asked := startAnew(t, restart)
		time.Sleep(2*time.Second - 1)
		synctest.Wait()
		if n := len(asked()); n > 0 || w.On() != restart {
			t.Errorf("asked %d times before its time, %v is on", n, w.On())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		for _, f := range []Fault{{}, {Kind: Slow}} {
			if err := w.Set(f); err != nil || w.On() != f {
				t.Errorf("%v, %v is on, want %v", err, w.On(), f)
			}
		}
		w.Close()
		if want := []Fault{restart, {}, {Kind: Slow}}; !slices.Equal(asked(), want) {
			t.Errorf("asked for %v, want %v", asked(), want)
		}
	})
}

// TestRestartEnds: the fault ends in time for nothing to start again.
func TestRestartEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, asked := startAnew(t, Fault{Kind: Restart})
		time.Sleep(9 * time.Second)
		if err := w.Set(Fault{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.Close()
		if n := len(asked()); n > 0 {
			t.Errorf("asked %d times", n)
		}
	})
}

// TestTelemetry: the fault is on in a process that is started with it, and in no other.
func TestTelemetry(t *testing.T) {
	telemetry := Fault{Kind: Telemetry}
	w, asked := startAnew(t, Fault{})
	if err := w.Set(telemetry); err != nil || w.On() != telemetry {
		t.Errorf("%v, %v is on", err, w.On())
	}
	w.Close()
	w, before := startAnew(t, telemetry)
	if err := w.Set(telemetry); err != nil || w.On() != telemetry || len(before()) > 0 {
		t.Errorf("%v, %v is on, asked for %v", err, w.On(), before())
	}
	if err := w.Set(Fault{Kind: Slow}); err != nil || w.store.on.Load() != nil {
		t.Errorf("%v, %v is on before the next start", err, w.store.on.Load())
	}
	w.Close()
	if got := append(asked(), before()...); !slices.Equal(got, []Fault{telemetry, {Kind: Slow}}) {
		t.Errorf("asked for %v", got)
	}
	if len(telemetry.Options()) != 1 || len((Fault{Kind: Restart}).Options()) != 0 {
		t.Error("other telemetry than that of the fault")
	}
}

// TestOneLife: a program that cannot start again, or has no telemetry, cannot have the faults.
func TestOneLife(t *testing.T) {
	var life *program.Life
	for says, p := range map[string]Program{
		"cannot start itself again": {Name: "shop", Again: Again(life)},
		"runs without telemetry":    {Name: "shop", Silent: true, Again: func(Fault) {}},
	} {
		w, err := New(kvdb.NewMemory(nil), "memory", true).Start(p, Fault{})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Set(Fault{Kind: Telemetry}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
		if slices.Contains(w.Possible(), Telemetry) || slices.Contains(w.Possible(), Restart) == (p.Again == nil) {
			t.Errorf("possible are %v", w.Possible())
		}
	}
}
